import { describe, expect, it } from 'vitest';
import { FLEET, folder, load, write } from './fleet.ts';
import { messageOf } from './message.ts';

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
      sites: ['https://example.org:443'],
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
