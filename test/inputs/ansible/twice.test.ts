import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../message.ts';
import { folder, load } from './load.ts';

const DISPUTE =
  'The groups "a" and "b" of web disagree about ansible_user. Expected one value, or one of the host itself. ansible_group_priority lets one of the groups win.';
const TWO_GROUPS = '[a]\nweb\n[b]\nweb\n[a:vars]\nansible_user=x\n[b:vars]\nansible_user=y\n';

describe('one variable with two values', () => {
  it.each([
    [
      'on one line',
      'web ansible_host=10.1.1.1 ansible_host=10.1.1.2\n',
      '65 hosts:1:1: web has ansible_host twice, with different values; first in line 1.',
    ],
    ['as a port and as a variable', 'web:22 ansible_port=23\n', 'hosts:1:1: web:22 has ansible_port twice'],
    [
      'in one section of variables',
      'web\n[all:vars]\nansible_user=x\nansible_port=1\nansible_user=y\n',
      '65 hosts:5:1: [all:vars] has ansible_user twice, with different values; first in line 3.',
    ],
    ['in two sections of one group', '[g]\nweb\n[g:vars]\na=1\n[g:vars]\na=2\n', 'hosts:6:1: [g:vars] has a twice'],
    ['in two groups', TWO_GROUPS, `65 hosts:8:1: ${DISPUTE}`],
    [
      'in lists of two groups',
      '[a]\nweb\n[b]\nweb\n[a:vars]\nfleetproof_tags=x\n[b:vars]\nfleetproof_tags=y\n',
      'The groups "a" and "b" of web disagree about fleetproof_tags.',
    ],
    [
      'in one of three groups',
      `${TWO_GROUPS}[c]\nweb\n[c:vars]\nansible_user=y\n`,
      'The groups "a" and "b" of web disagree about ansible_user.',
    ],
    [
      'in two mentions of a group in YAML',
      'all:\n  children:\n    a: { children: { g: { vars: { k: 1 }, hosts: { web: } } } }\n    b: { children: { g: { vars: { k: 2 } } } }\n',
      'hosts:4:38: The group "g" has k twice, with different values; first in line 3.',
    ],
    [
      'in lists of a host in YAML',
      'all:\n  hosts: { web: { k: [1] } }\n  children: { g: { hosts: { web: { k: [2] } } } }\n',
      'web has k twice',
    ],
  ])('%s is an error', (_, text, message) => {
    expect(messageOf(() => load(text))).toContain(message);
  });

  it.each([
    ['the values are equal', 'web:22 ansible_user=z ansible_port=22\nweb ansible_user=z\n[all:vars]\na=1\na=1\n'],
    ['the host says it itself', `web ansible_user=z\n${TWO_GROUPS}`],
    ['a group below says it', `${TWO_GROUPS}[a:children]\nc\n[c]\nweb\n[c:vars]\nansible_user=z\n`],
    ['one group has priority', `${TWO_GROUPS.replace('=y', '=z')}ansible_group_priority=2\n`],
    ['nothing here reads it', `web ansible_user=z\n${TWO_GROUPS.replaceAll('ansible_user', 'http_port')}`],
    ['the host is not selected', `other ansible_user=z\n${TWO_GROUPS}`, ['other']],
  ])('is none where %s', (_, text, limit: readonly string[] = []) => {
    expect(load(text, limit).hosts).toMatchObject([{ user: 'z' }]);
  });

  it('in the files of two groups is an error', () => {
    mkdirSync(path.join(folder, 'group_vars'));
    writeFileSync(path.join(folder, 'group_vars/a'), 'ansible_user: x\n');
    writeFileSync(path.join(folder, 'group_vars/b'), 'ansible_user: y\n');
    expect(messageOf(() => load('[a]\nweb\n[b]\nweb\n'))).toBe(`65 group_vars/b:1:15: ${DISPUTE}`);
    rmSync(path.join(folder, 'group_vars'), { recursive: true });
  });
});
