import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../src/facts/accounts.ts';
import type { Guard } from '../../../src/facts/ssh/config.ts';
import {
  criteriaText,
  describe as describeWho,
  doorsOf,
  representatives,
  STRANGER,
} from '../../../src/facts/ssh/contexts.ts';
import { readCriteria } from '../../../src/facts/ssh/match.ts';
import { readEffective } from '../../../src/facts/ssh/settings.ts';

const directory: Directory = {
  accounts: [
    { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash' },
    { name: 'alice', uid: 1000, gid: 1000, home: '/home/alice', shell: '/bin/bash' },
    { name: 'upload', uid: 1001, gid: 1001, home: '/home/upload', shell: '/bin/sh' },
  ],
  groups: [
    { name: 'root', gid: 0, members: [] },
    { name: 'sftp', gid: 900, members: ['upload'] },
  ],
};

const NO_DOORS = { ports: [], addresses: [] };

const blocks = (...lines: readonly string[]): Guard[] =>
  lines.map((line, index) => ({ criteria: readCriteria(line, `line ${index}`), origin: `line ${index}` }));

describe('who stands for all', () => {
  test.each([
    [['all'], ['']],
    [['User deploy'], ['', 'user=deploy']],
    [['User deploy,ops'], ['', 'user=deploy']],
    [['User *,!alice'], ['', 'user=alice']],
    [['Group sftp'], ['', 'user=upload']],
    [['Group nobody-has-it'], ['', 'user=member-of-nobody-has-it']],
    [['Address 10.0.0.0/8'], ['', 'addr=10.0.0.7']],
    [['Address 198.51.100.0/24'], ['', 'addr=198.51.100.1']],
    [['Address 192.168.7.*'], ['', 'addr=192.168.7.1']],
    [['Address 2001:db8:5::/48'], ['', 'addr=2001:db8:5::1']],
    [['Address *,!10.0.0.0/8'], ['', 'addr=10.0.0.7']],
    [['LocalPort 2222'], ['', 'lport=2222']],
    [['Host *.example.org'], ['', 'host=x.example.org']],
    [['LocalAddress 192.0.2.1'], ['', 'laddr=192.0.2.1']],
    [
      ['User deploy', 'Address 198.51.100.0/24'],
      ['', 'user=deploy', 'addr=198.51.100.1', 'user=deploy,addr=198.51.100.1'],
    ],
    [['Invalid-User'], ['']],
    // A range that another one leaves open, with both beginning at the same address.
    [
      ['Address 10.0.0.0/24', 'Address 10.0.0.0/8'],
      ['', 'addr=10.0.0.7', 'addr=10.0.1.1'],
    ],
    [['Address 203.0.0.0/8,!203.0.0.0/16'], ['', 'addr=203.1.0.1']],
    [['Address 10.0.0.0/8,!10.0.0.0/9'], ['', 'addr=10.128.0.1']],
    [['Address 198.51.100.8/31,!198.51.100.8'], ['', 'addr=198.51.100.9']],
    [['Address 2001:db8:5::/48,!2001:db8:5::/64'], ['', 'addr=2001:db8:5:1::1']],
    [['Address *,!8.0.0.0/5,!16.0.0.0/4,!32.0.0.0/3,!64.0.0.0/2,!128.0.0.0/1,!*:*'], ['', 'addr=1.0.0.1']],
    [['LocalAddress 192.0.2.0/24,!192.0.2.0/25'], ['', 'laddr=192.0.2.129']],
    // Patterns of which the first example falls under another one.
    [['Address 10.1.*,!10.1.1.*'], ['', 'addr=10.1.77.77']],
    [['Address *.9'], ['', 'addr=1.1.1.9']],
    [['Address 2001:db8:9:*'], ['', 'addr=2001:db8:9:1::1']],
    [['Host *.example.org,!x*'], ['', 'host=zq.example.org']],
  ])('%j', (lines, expected) => {
    const all = representatives(blocks(...lines), directory, STRANGER, false, NO_DOORS);
    expect(all?.map(criteriaText)).toEqual(expected);
  });

  test.each([
    // What a rule closes on one port is open on the other.
    [['LocalPort 22'], ['22', '2222'], [], ['', 'lport=2222']],
    [['LocalPort 2222'], ['22', '2222'], [], ['', 'lport=2222']],
    // The command line may name a port that `sshd -T` does not know.
    [['LocalPort 22'], ['22'], [], ['', 'lport=1']],
    [['LocalPort 22'], [], [], ['', 'lport=1']],
    [['LocalPort 022'], ['22', '2222'], [], ['', 'lport=2222']],
    [['LocalPort ssh'], ['22', '2222'], [], ['', 'lport=2222']],
    [['LocalAddress 198.51.100.0/24'], ['22'], [], ['', 'laddr=2001:db8::7']],
    [['LocalAddress 198.51.100.0/24'], ['22'], ['192.0.2.5'], ['', 'laddr=192.0.2.5']],
    [['LocalAddress 192.0.2.5'], ['22'], ['192.0.2.5', '192.0.2.6'], ['', 'laddr=192.0.2.5']],
    [['User deploy'], ['22', '2222'], ['192.0.2.5'], ['', 'user=deploy']],
  ])('%j where sshd listens on ports %j and addresses %j', (lines, ports, addresses, expected) => {
    const all = representatives(blocks(...lines), directory, STRANGER, false, { ports, addresses });
    expect(all?.map(criteriaText)).toEqual(expected);
  });

  test('a port that stands for those outside of every rule is called that', () => {
    const all = representatives(blocks('LocalPort 22'), directory, STRANGER, false, NO_DOORS);
    expect(all?.map((who) => describeWho(who, 'anyone'))).toEqual([
      'anyone',
      'anyone on a port that no Match block names',
    ]);
  });

  test('where sshd listens is what it says itself', () => {
    const said = 'port 22\nport 2222\nlistenaddress [::]:22\nlistenaddress 0.0.0.0:22\n';
    const bound = 'listenaddress [2001:db8::5]:2200\nlistenaddress 192.0.2.5:22 rdomain 1\npasswordauthentication no\n';
    expect(doorsOf(readEffective(`${said}${bound}`))).toEqual({
      ports: ['22', '2222', '22', '22', '2200', '22'],
      addresses: ['2001:db8::5', '192.0.2.5'],
    });
    expect(doorsOf(null)).toEqual(NO_DOORS);
  });

  test('for root the user stays', () => {
    const root = { ...STRANGER, user: 'root' };
    const all = representatives(blocks('User deploy', 'Address 198.51.100.0/24'), directory, root, true, NO_DOORS);
    expect(all?.map((who) => describeWho(who, 'root'))).toEqual(['root', 'root from 198.51.100.1']);
  });

  test('too many combinations are not evaluated', () => {
    const many = Array.from({ length: 80 }, (_, index) => [`User u${index}`, `Address 198.51.${index}.0/24`]).flat();
    expect(representatives(blocks(...many), directory, STRANGER, false, NO_DOORS)).toBeUndefined();
  });
});
