import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../src/facts/accounts.ts';
import type { Guard } from '../../../src/facts/ssh/config.ts';
import { criteriaText, describe as describeWho, representatives, STRANGER } from '../../../src/facts/ssh/contexts.ts';
import { readCriteria } from '../../../src/facts/ssh/match.ts';

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
  ])('%j', (lines, expected) => {
    const all = representatives(blocks(...lines), directory, STRANGER, false);
    expect(all?.map(criteriaText)).toEqual(expected);
  });

  test('for root the user stays', () => {
    const root = { ...STRANGER, user: 'root' };
    const all = representatives(blocks('User deploy', 'Address 198.51.100.0/24'), directory, root, true);
    expect(all?.map((who) => describeWho(who, 'root'))).toEqual(['root', 'root from 198.51.100.1']);
  });

  test('too many combinations are not evaluated', () => {
    const many = Array.from({ length: 80 }, (_, index) => [`User u${index}`, `Address 198.51.${index}.0/24`]).flat();
    expect(representatives(blocks(...many), directory, STRANGER, false)).toBeUndefined();
  });
});
