import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { catalogueOf } from '../../src/inputs/catalogue.ts';
import { InputError } from '../../src/inputs/error.ts';
import { type Inventory, type InventoryRequest, loadInventory } from '../../src/inputs/inventory.ts';
import { decodeInput } from '../../src/inputs/text.ts';
import { DURATION } from '../../src/model/units.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-inventory-'));
afterAll(() => rmSync(folder, { recursive: true }));

write('.ssh/id_fleet', 'key');
write('.ssh/id_ops', 'key');
write('keys/id_web', 'key');
write('.ssh/only_public.pub', 'key');
write(
  '.ssh/config',
  `Host alias
  HostName alias.example.org
  Port 2200
  User aliased
  IdentityFile ~/.ssh/id_ops
Host bastion
  HostName bastion.example.org
  User jumper
  ProxyJump outer:2222
Host old
  ProxyCommand ssh -W %h:%p gate
Host 203.0.113.*
  User by-address
Host looped
  ProxyJump looped
Host ring-a
  ProxyJump ring-b
Host ring-b
  ProxyJump ring-a
`,
);

function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text, { mode: 0o600 });
}

const catalogue = catalogueOf([
  {
    id: 'updates-reboot',
    severity: 'medium',
    params: { maxAge: { schema: DURATION, default: '14d', description: 'Longest wait.' } },
  },
]);

type Options = Partial<Pick<InventoryRequest, 'hosts' | 'limit' | 'sshConfig'>>;

function load(text: string | undefined, options: Options = {}): Inventory {
  return loadInventory({
    ...(text === undefined ? {} : { inventory: decodeInput('fleet.yaml', Buffer.from(text)) }),
    hosts: [],
    limit: [],
    catalogue,
    folders: { cwd: folder, home: folder },
    localUser: 'me',
    ...options,
  });
}

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'no error';
}

const FLEET = `defaults: { user: audit, identity: ~/.ssh/id_fleet, tags: [all-hosts] }
groups:
  web: { tags: [prod], sites: ["https://example.org"], port: 2222, identity: keys/id_web }
  db: { params: { updates-reboot: { maxAge: 3d } } }
hosts:
  - name: web-1
    address: 203.0.113.10
    groups: [web]
  - name: db-1
    address: "2001:db8::7"
    user: ops
    jump: [bastion, web-1]
    provider: hetzner
    groups: [db]
    tags: [critical]
  - name: alias
    jump: []
`;

describe('our own format', () => {
  it('resolves host over group over defaults over ssh_config', () => {
    const { hosts, warnings, excluded } = load(FLEET);
    expect(hosts[0]).toEqual({
      name: 'web-1',
      address: '203.0.113.10',
      port: 2222,
      user: 'audit',
      identities: [`${folder}/keys/id_web`],
      identitiesOnly: true,
      jump: [],
      knownHostsFiles: [],
      groups: ['web'],
      tags: ['all-hosts', 'prod'],
      sites: ['https://example.org'],
      params: {},
      source: 'fleet.yaml:6',
    });
    expect(hosts[1]).toMatchObject({
      address: '2001:db8::7',
      port: 22,
      user: 'ops',
      identities: [`${folder}/.ssh/id_fleet`],
      provider: 'hetzner',
      tags: ['all-hosts', 'critical'],
      params: { 'updates-reboot': { maxAge: '3d' } },
      source: 'fleet.yaml:9',
    });
    expect(hosts[2]).toMatchObject({ address: 'alias.example.org', port: 2200, user: 'audit', jump: [] });
    expect([warnings, excluded]).toEqual([[], []]);
  });

  it('resolves every hop by itself: ssh_config for strangers, the inventory for its own hosts', () => {
    const jump = load(FLEET).hosts[1]?.jump ?? [];
    expect(jump.map(({ name, address, port, user }) => [name, address, port, user])).toEqual([
      ['outer:2222', 'outer', 2222, 'audit'],
      ['bastion', 'bastion.example.org', 22, 'jumper'],
      ['web-1', '203.0.113.10', 2222, 'audit'],
    ]);
    expect(jump.map(({ identities, identitiesOnly }) => [identities, identitiesOnly])).toEqual([
      [[`${folder}/.ssh/id_fleet`], true],
      [[`${folder}/.ssh/id_fleet`], true],
      [[`${folder}/keys/id_web`], true],
    ]);
    expect(jump.every((hop) => hop.jump.length === 0)).toBe(true);
  });

  it.each([
    ['jump: ops@gate:2200', [['gate:2200', 'gate', 2200, 'ops']]],
    ['jump: "[2001:db8::1]:2200"', [['[2001:db8::1]:2200', '2001:db8::1', 2200, 'me']]],
    ['jump: alias', [['alias', 'alias.example.org', 2200, 'aliased']]],
    ['jump: ops@alias', [['alias', 'alias.example.org', 2200, 'ops']]],
    [
      'jump: [gate, bastion]',
      [
        ['gate', 'gate', 22, 'me'],
        ['bastion', 'bastion.example.org', 22, 'jumper'],
      ],
    ],
  ])('%s', (line, hops) => {
    const { hosts } = load(`hosts:\n  - name: a\n    ${line}\n`);
    expect(hosts[0]?.jump.map(({ name, address, port, user }) => [name, address, port, user])).toEqual(hops);
  });

  it('accepts a key of which only the public half is here, for the agent', () => {
    expect(load('hosts: [{ name: a, identity: ~/.ssh/only_public }]').hosts[0]?.identities).toEqual([
      `${folder}/.ssh/only_public`,
    ]);
  });

  it('looks the address up in ssh_config, as ssh would', () => {
    expect(load('hosts: [{ name: a, address: 203.0.113.9 }, { name: b, address: alias }]').hosts).toMatchObject([
      { user: 'by-address' },
      { address: 'alias.example.org', user: 'aliased', identities: [`${folder}/.ssh/id_ops`], identitiesOnly: false },
    ]);
  });

  it('notes two names for one log-in', () => {
    expect(
      load('hosts: [{ name: a, address: x }, { name: b, address: x }, { name: c, address: x, port: 23 }]').warnings,
    ).toEqual(['b and a are the same: me@x port 22.']);
  });

  it('has a digest of what is in scope, not of where it was scanned from', () => {
    const digest = load(FLEET).sha256;
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(load(`# comment\n${FLEET}`).sha256).toBe(digest);
    expect(load(FLEET.replace('~/.ssh/id_fleet', '~/.ssh/id_ops')).sha256).toBe(digest);
    expect(load(FLEET.replace('203.0.113.10', '203.0.113.11')).sha256).not.toBe(digest);
    expect(load(FLEET, { limit: ['web-1'] }).sha256).not.toBe(digest);
  });
});

describe('what our format may not hold', () => {
  it.each([
    [
      'unknown key',
      'hosts:\n  - name: a\n    adress: x\n',
      '65 fleet.yaml:3:5: "adress" is not a key of hosts[0]. Expected one of name, address',
      'Did you mean "address"?',
    ],
    ['no hosts', 'defaults: { user: a }\n', '65 fleet.yaml:1:1: This file has no "hosts".'],
    ['empty list', 'hosts: []\n', 'hosts is an empty list. Expected a list with at least one host.'],
    [
      'mapping of hosts',
      'hosts:\n  a: { port: 22 }\n',
      'fleet.yaml:2:3: hosts is a mapping. Expected a list with at least one host.',
    ],
    [
      'bad port',
      'hosts: [{ name: a, port: 0 }]\n',
      'fleet.yaml:1:26: hosts[0].port is 0. Expected a port number from 1 to 65535.',
    ],
    ['text port', 'hosts: [{ name: a, port: "22" }]\n', 'hosts[0].port is "22". Expected a port number'],
    ['option as user', 'hosts: [{ name: a, user: -oX }]\n', 'hosts[0].user is "-oX". Expected a user name.'],
    ['option as address', 'hosts: [{ name: a, address: -oX }]\n', 'Expected a host name or an IP address'],
    [
      'bracketed address',
      'hosts: [{ name: a, address: "[::1]" }]\n',
      'Expected a host name or an IP address (without brackets or port).',
    ],
    ['slash in a name', 'hosts: [{ name: a/../b }]\n', 'hosts[0].name is "a/../b". Expected a name of letters'],
    ['number as name', 'hosts: [{ name: 12 }]\n', 'hosts[0].name is 12.'],
    [
      'site with password',
      'hosts: [{ name: a, sites: ["https://u:p@x"] }]\n',
      'Expected a URL such as https://example.org.',
    ],
    [
      'duplicate host',
      'hosts:\n  - name: a\n  - name: b\n  - name: a\n',
      '65 fleet.yaml:4:11: The host "a" stands twice; first in line 2.',
    ],
    [
      'duplicate key',
      'hosts:\n  - name: a\n    user: x\n    user: y\n',
      '65 fleet.yaml:4:5: The key "user" stands twice in one mapping.',
    ],
    [
      'unknown group',
      'groups: { web: {} }\nhosts: [{ name: a, groups: [wbe] }]\n',
      'fleet.yaml:2:29: There is no group "wbe".',
      'Did you mean "web"?',
    ],
    [
      'prototype group',
      'groups: { web: }\nhosts: [{ name: a, groups: [__proto__, constructor] }]\n',
      'There is no group "__proto__".',
      'There is no group "constructor".',
    ],
    [
      'groups that disagree',
      'groups: { x: { user: a }, y: { user: b } }\nhosts: [{ name: h, groups: [x, y] }]\n',
      'fleet.yaml:2:28: The groups "x" and "y" of h disagree about user. Say it for the host itself.',
    ],
    [
      'groups that disagree about a parameter',
      'groups:\n  x: { params: { updates-reboot: { maxAge: 1d } } }\n  y: { params: { updates-reboot: { maxAge: 2d } } }\nhosts: [{ name: h, groups: [x, y] }]\n',
      'disagree about params.updates-reboot.maxAge',
    ],
    [
      'unknown check',
      'hosts: [{ name: a, params: { updates-rebot: {} } }]\n',
      'fleet.yaml:1:30: There is no check "updates-rebot". Did you mean "updates-reboot"?',
    ],
    [
      'unknown parameter',
      'groups: { g: { params: { updates-reboot: { max: 1d } } } }\nhosts: [{ name: a }]\n',
      '"max" is not a key of groups.g.params.updates-reboot',
    ],
    [
      'bad parameter',
      'defaults: { params: { updates-reboot: { maxAge: 1w } } }\nhosts: [{ name: a }]\n',
      'fleet.yaml:1:49: defaults.params.updates-reboot.maxAge is "1w". Expected a duration',
    ],
    [
      'missing key file',
      'hosts:\n  - name: a\n    identity: keys/nope\n',
      `65 fleet.yaml:2:11: The identity file "${folder}/keys/nope" of a does not exist.`,
    ],
    [
      'unreadable hop',
      'hosts: [{ name: a, jump: "ops@2001:db8::1" }]\n',
      'A jump host of a cannot be read: "ops@2001:db8::1" has an IPv6 address without brackets; write [2001:db8::1].',
    ],
    ['jump through itself', 'hosts: [{ name: a, jump: a }]\n', 'fleet.yaml:1:17: The jump hosts form a circle: a → a.'],
    [
      'jump circle',
      'hosts: [{ name: a, jump: b }, { name: b, jump: c }, { name: c, jump: a }]\n',
      'form a circle: a → b → c → a.',
    ],
    ['jump circle of ssh_config', 'hosts: [{ name: ring-a }]\n', 'form a circle: ring-a → ring-b → ring-a.'],
    [
      'missing key file of a jump host that has it from the defaults',
      'defaults: { identity: ~/nope }\nhosts: [{ name: a, identity: ~/.ssh/id_ops, jump: gate }]\n',
      `The identity file "${folder}/nope" of gate does not exist.`,
    ],
    [
      'jump through the same address',
      'hosts: [{ name: a, address: x, jump: x }]\n',
      'a would be reached by a jump through itself (x).',
    ],
    [
      'proxy command',
      'hosts: [{ name: old }]\n',
      'config:11:3: ProxyCommand is not supported',
      'Write "ProxyJump gate" instead.',
    ],
    ['merge key', 'x: &x { user: a }\nhosts: [{ name: a, <<: *x }]\n', '"<<" is not a key of hosts[0].'],
    ['custom tag', 'hosts: [{ name: !env HOST }]\n', 'The tag "!env" is not supported here.'],
    ['ambiguous', 'hosts: { hosts: { a: } }\n', 'can be read as one of ours and as one of Ansible'],
  ])('%s', (_, text, ...messages) => {
    const said = messageOf(() => load(text));
    for (const message of messages) expect(said).toContain(message);
  });

  it('lists what is wrong with every host, sorted, and at most twenty', () => {
    const lines = messageOf(() => load(`hosts:\n${'  - { name: "x y", port: 0 }\n'.repeat(15)}`)).split('\n');
    expect(lines).toHaveLength(21);
    expect(lines[1]).toContain('fleet.yaml:2:26');
    expect(lines[20]).toBe('… and 10 more.');
  });

  it('takes equal addresses in two networks for two hosts', () => {
    const text = 'hosts: [{ name: a, address: x, user: b, jump: x }]\n';
    expect(load(text).hosts[0]?.jump).toMatchObject([{ address: 'x', user: 'me' }]);
  });

  it('takes ProxyCommand for no obstacle where the inventory says how to get there', () => {
    expect(load('hosts: [{ name: old, jump: [] }]\n').hosts[0]?.jump).toEqual([]);
  });
});

describe('HOST arguments', () => {
  it.each([
    ['web.example.org', { name: 'web.example.org', address: 'web.example.org', port: 22, user: 'me' }],
    ['deploy@203.0.113.10', { name: '203.0.113.10', address: '203.0.113.10', user: 'deploy' }],
    ['deploy@web:2222', { name: 'web:2222', address: 'web', port: 2222, user: 'deploy' }],
    ['[2001:db8::7]:2222', { name: '[2001:db8::7]:2222', address: '2001:db8::7', port: 2222 }],
    ['root@[2001:db8::7]', { name: '2001:db8::7', address: '2001:db8::7', port: 22, user: 'root' }],
    ['[fe80::1%eth0]', { address: 'fe80::1%eth0' }],
    ['ssh://deploy@web:2222', { address: 'web', port: 2222, user: 'deploy' }],
    ['alias', { name: 'alias', address: 'alias.example.org', port: 2200, user: 'aliased' }],
    ['ops@alias:22', { name: 'alias:22', address: 'alias.example.org', port: 22, user: 'ops' }],
    ['dom\\user@web', { user: 'dom\\user' }],
    ['user@corp.example@web', { user: 'user@corp.example', address: 'web' }],
  ])('%s', (arg, expected) => {
    expect(load(undefined, { hosts: [arg] }).hosts).toMatchObject([{ ...expected, source: 'command line' }]);
  });

  it('select hosts of the inventory, and win over it', () => {
    const { hosts, excluded } = load(FLEET, { hosts: ['root@web-1:22', 'new.example.net'] });
    expect(hosts).toMatchObject([
      { name: 'web-1', address: '203.0.113.10', user: 'root', port: 22, groups: ['web'] },
      { name: 'new.example.net', user: 'me', identities: [] },
    ]);
    expect(excluded).toEqual(['db-1', 'alias']);
  });

  it('may be an address next to one of the inventory, but hardly a name', () => {
    const text = 'hosts: [{ name: 203.0.113.10 }, { name: web.example.org }]\n';
    expect(load(text, { hosts: ['203.0.113.11'] }).hosts).toMatchObject([
      { name: '203.0.113.11', source: 'command line' },
    ]);
    expect(messageOf(() => load(text, { hosts: ['web.exmple.org'] }))).toBe(
      '64 "web.exmple.org" is not a host of the inventory or of ~/.ssh/config. Did you mean "web.example.org"?',
    );
  });

  it.each([
    [undefined, [], '64 No host is given. Expected HOST arguments, an inventory'],
    [undefined, [''], '64 "" does not name a host.'],
    [undefined, ['-oProxyCommand=x'], '64 "-oProxyCommand=x" does not name a host.'],
    [undefined, ['2001:db8::7'], '64 "2001:db8::7" has an IPv6 address without brackets; write [2001:db8::7].'],
    [undefined, ['web:0'], 'has a port that is not between 1 and 65535'],
    [undefined, ['web:99999'], 'has a port that is not between 1 and 65535'],
    [undefined, ['web:ssh'], '"web:ssh" is not [user@]host[:port].'],
    [undefined, ['a b@web'], '"a b@web" does not begin with a user name.'],
    [undefined, ['web;id'], '"web;id" does not name a host.'],
    [undefined, ['web', 'root@web'], '64 The host "web" is given twice.'],
    [undefined, ['@web'], '"@web" does not begin with a user name.'],
    [undefined, ['web/24'], '"web/24" does not name a host.'],
    [FLEET, ['web-2'], '64 "web-2" is not a host of the inventory or of ~/.ssh/config. Did you mean "web-1"'],
    [FLEET, ['qqq'], '64 "qqq" is not a host of the inventory'],
    [FLEET, ['web'], '64 "web" is a group. Select it with --limit web.'],
  ])('%#', (inventory, hosts, message) => {
    expect(messageOf(() => load(inventory, { hosts }))).toContain(message);
  });
});

describe('--limit', () => {
  it.each([
    [['web-1'], ['web-1']],
    [['web'], ['web-1']],
    [['*-1'], ['web-1', 'db-1']],
    [['d*,alias'], ['db-1', 'alias']],
    [
      ['d*', 'alias'],
      ['db-1', 'alias'],
    ],
    [['!web'], ['db-1', 'alias']],
    [['*-1', '!db'], ['web-1']],
    [
      ['all', '!alias'],
      ['web-1', 'db-1'],
    ],
    [['tag:prod'], ['web-1']],
    [['!tag:crit*'], ['web-1', 'alias']],
    [['{web,db}-1'], ['web-1', 'db-1']],
    [['web-[0-9]'], ['web-1']],
  ])('%j', (limit, names) => {
    expect(load(FLEET, { limit }).hosts.map(({ name }) => name)).toEqual(names);
  });

  it('finds a name that looks like a pattern', () => {
    const hosts = ['[2001:db8::7]:22', 'web'];
    expect(load(undefined, { hosts, limit: ['[2001:db8::7]:22'] }).hosts).toMatchObject([{ name: '[2001:db8::7]:22' }]);
  });

  it.each([
    [['wbe'], '64 --limit "wbe" matches no host and no group. Did you mean "web"'],
    [['!nope'], '64 --limit "nope" matches no host and no group.'],
    [['tag:prd'], 'Did you mean "tag:prod"?'],
    [['web', '!web-1'], '64 --limit "web,!web-1" leaves no host.'],
    [['!all'], '64 --limit "!all" leaves no host.'],
    [['prod'], '--limit "prod" matches no host and no group. Did you mean "tag:prod"?'],
  ])('%j', (limit, message) => {
    expect(messageOf(() => load(FLEET, { limit }))).toContain(message);
  });
});

describe('the ssh_config file', () => {
  it('may be another one, which must be there', () => {
    write('other_config', 'User other\n');
    expect(load(undefined, { hosts: ['alias'], sshConfig: 'other_config' }).hosts).toMatchObject([
      { address: 'alias', user: 'other' },
    ]);
    expect(messageOf(() => load(undefined, { hosts: ['alias'], sshConfig: 'nope' }))).toBe(
      '66 nope: The file does not exist.',
    );
  });
});

it('reads JSON, too', () => {
  expect(load('{"hosts": [{"name": "a"}]}').hosts).toMatchObject([{ name: 'a' }]);
});

it('resolves five thousand hosts in reasonable time', () => {
  const hosts = Array.from(
    { length: 5000 },
    (_, index) => `  - { name: web-${index}, groups: [web], jump: bastion }`,
  ).join('\n');
  const before = process.cpuUsage();
  expect(load(`groups: { web: {} }\nhosts:\n${hosts}\n`).hosts).toHaveLength(5000);
  // Processor time, because the machine may be busy; a tenth of it is enough unless something is quadratic.
  expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
}, 60_000);
