import { describe, expect, test } from 'vitest';
import { matchesAny, matchesGlob, matchesList, readAddressList } from '../../../src/facts/ssh/patterns.ts';
import { readLine, splitCriteria } from '../../../src/facts/ssh/words.ts';

describe('a line of sshd_config', () => {
  test.each([
    ['PasswordAuthentication no', 'passwordauthentication', ['no']],
    ['PASSWORDAUTHENTICATION = "no"', 'passwordauthentication', ['no']],
    ['passwordauthentication=NO', 'passwordauthentication', ['NO']],
    ['PasswordAuthentication no # trailing', 'passwordauthentication', ['no']],
    ['\t PermitRootLogin\tno\r', 'permitrootlogin', ['no']],
    [
      'AuthenticationMethods publickey,password "publickey,keyboard-interactive"',
      'authenticationmethods',
      ['publickey,password', 'publickey,keyboard-interactive'],
    ],
    ['"PermitRootLogin" no', 'permitrootlogin', ['no']],
    ["Banner '/etc/a b'", 'banner', ['/etc/a b']],
    ['Subsystem sftp a#b', 'subsystem', ['sftp', 'a#b']],
    ['Match', 'match', []],
  ])('%j', (text, keyword, args) => {
    expect(readLine(text)).toMatchObject({ keyword, args });
  });

  test.each(['', '   ', '# PasswordAuthentication yes', '\t#x', '\r'])('%j says nothing', (text) => {
    expect(readLine(text)).toBeUndefined();
  });

  test.each(['Banner "open', "Banner 'open", '"open'])('%j is not closed', (text) => {
    expect(readLine(text)).toBeNull();
  });

  test('criteria may be written with an equals sign', () => {
    expect(splitCriteria('User=alice Address 10.0.0.0/8 # x')).toEqual(['User', 'alice', 'Address', '10.0.0.0/8']);
  });
});

describe('patterns', () => {
  test.each([
    ['alice', 'bob,alice', true],
    ['alice', 'al*', true],
    ['alice', 'al?', false],
    ['alice', '*,!alice', false],
    ['alice', '!alice,*', false],
    ['bob', '!alice,*', true],
    ['bob', '!alice', false],
    ['Alice', 'alice', false],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
  ])('%s in %s: %s', (text, list, expected) => {
    expect(matchesList(text, list)).toBe(expected);
  });

  test('a group that is excluded decides, whatever other groups there are', () => {
    expect(matchesAny(['users', 'sftp'], 'sftp')).toBe(true);
    expect(matchesAny(['users', 'sftp'], '*,!users')).toBe(false);
    expect(matchesAny([], '*')).toBe(false);
  });

  test.each([
    ['10.1.2.3', '10.0.0.0/8', true],
    ['11.1.2.3', '10.0.0.0/8', false],
    ['10.0.0.5', '!10.0.0.5,10.0.0.0/24', false],
    ['192.168.1.9', '192.168.1.*', true],
    ['2001:db8::9', '2001:db8::/32', true],
    ['2001:DB8:0::9', '2001:db8::9', true],
    ['10.0.0.5', '2001:db8::/32', false],
    ['10.0.0.5', '10.0.0.5', true],
  ])('%s in %s: %s', (address, list, expected) => {
    expect(readAddressList(list)(address)).toBe(expected);
  });

  test('a network with host bits is refused, as sshd refuses it', () => {
    expect(() => readAddressList('10.0.0.1/8')).toThrow(RangeError);
  });

  test.each([
    ['/etc/ssh/sshd_config.d/a.conf', '/etc/ssh/sshd_config.d/*.conf', true],
    ['/etc/ssh/sshd_config.d/.a.conf', '/etc/ssh/sshd_config.d/*.conf', false],
    ['/etc/ssh/sshd_config.d/sub/a.conf', '/etc/ssh/sshd_config.d/*.conf', false],
    ['/etc/ssh/sshd_config.d/5.conf', '/etc/ssh/sshd_config.d/[0-5].conf', true],
    ['/etc/ssh/sshd_config.d/6.conf', '/etc/ssh/sshd_config.d/[!0-5].conf', true],
    ['/etc/ssh/sshd_config.d/6.conf', '/etc/ssh/sshd_config.d/[0-5].conf', false],
    ['/etc/ssh/sshd_config.d/ab', '/etc/ssh/sshd_config.d/a?', true],
    ['/etc/ssh/sshd_config.d/axconf', '/etc/ssh/sshd_config.d/a.conf', false],
  ])('%s is found by %s: %s', (path, glob, expected) => {
    expect(matchesGlob(path, glob)).toBe(expected);
  });
});
