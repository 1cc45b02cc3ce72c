import { describe, expect, it } from 'vitest';
import { folder, load } from './fleet.ts';
import { messageOf } from './message.ts';

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
      '65 fleet.yaml:1:28: The site "https://[redacted]@x" holds credentials, which must not be sent.',
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
    ['custom tag', 'hosts: [{ name: !env HOST }]\n', 'The tag is not supported here.'],
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
