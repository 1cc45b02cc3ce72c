import { describe, expect, test } from 'vitest';
import { optionsOf, overridesOf } from '../../../src/facts/ssh/command-line.ts';

describe('a command line', () => {
  test.each([
    ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', []],
    [
      'sshd: /usr/sbin/sshd -D -p 2222 -oPermitRootLogin=yes [listener] x',
      [
        ['p', '2222'],
        ['o', 'PermitRootLogin=yes'],
      ],
    ],
    ['/usr/sbin/sshd -De -f /x', [['f', '/x']]],
    ['sshd: /usr/sbin/sshd -o PasswordAuthentication yes -4 [listener] x', [['o', 'PasswordAuthentication=yes']]],
    // sshd takes no words of its own: what is no option belongs to the value, whose quotes the title has lost.
    [
      'sshd: /usr/sbin/sshd -D -o AuthenticationMethods=publickey password -p 22 [listener] 0 of 10-100 startups',
      [
        ['o', 'AuthenticationMethods=publickey password'],
        ['p', '22'],
      ],
    ],
    [
      'sshd: /usr/sbin/sshd -o AuthenticationMethods publickey,password password [listener] x',
      [['o', 'AuthenticationMethods=publickey,password password']],
    ],
  ])('%s', (command, expected) => {
    expect(optionsOf(command)).toEqual(expected);
  });

  test.each([
    // [running, at the next start, overrides, is something pending]
    ['-o PasswordAuthentication=no', 'SSHD_OPTS=', ['no'], false],
    ['', 'SSHD_OPTS="-o PasswordAuthentication=yes"', ['yes'], true],
    // What only the next start has cannot acquit.
    ['', 'SSHD_OPTS="-o PasswordAuthentication=no"', [], true],
    ['', "OPTIONS='-o PubkeyAuthentication=no'", ['no'], true],
    ['', 'SSHD_OPTS="-4 -o MaxAuthTries=3"', [], false],
    ['-o PasswordAuthentication=yes', 'SSHD_OPTS="-o PasswordAuthentication=yes"', ['yes'], false],
    // As for systemd, the last line counts.
    ['', 'SSHD_OPTS=\nSSHD_OPTS="-o PasswordAuthentication=yes"', ['yes'], true],
    ['', 'SSHD_OPTS="-o PasswordAuthentication=yes"\nSSHD_OPTS=', [], false],
    ['', 'SSHD_OPTS="-f /etc/ssh/other"', [], true],
    ['', 'SSHD_OPTS="-f /etc/ssh/sshd_config"', [], false],
    ['-f /etc/ssh/other', 'SSHD_OPTS="-f /etc/ssh/other"', [], false],
  ])('%s, then %s', (running, defaults, values, isPending) => {
    const { overrides, pending } = overridesOf(optionsOf(`/usr/sbin/sshd ${running}`), defaults);
    expect(overrides.map(({ args }) => args[0])).toEqual(values);
    expect(pending !== undefined).toBe(isPending);
  });

  test('before the first start the settings of the service are all there is', () => {
    const { overrides, pending } = overridesOf(undefined, 'SSHD_OPTS="-o PasswordAuthentication=no"');
    expect(overrides).toHaveLength(1);
    expect(pending).toBeUndefined();
  });
});
