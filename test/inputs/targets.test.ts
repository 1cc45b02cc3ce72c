import { describe, expect, it } from 'vitest';
import { FLEET, load } from './fleet.ts';
import { messageOf } from './message.ts';

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
    [undefined, ['bob:secret@web'], '64 "bob:[redacted]@web" does not begin with a user name.'],
    [undefined, ['bücher.example'], '64 "bücher.example" does not name a host; write it as xn--bcher-kva.example.'],
    [undefined, ['@web'], '"@web" does not begin with a user name.'],
    [undefined, ['web/24'], '"web/24" does not name a host.'],
    [FLEET, ['web-2'], '64 "web-2" is not a host of the inventory or of ~/.ssh/config. Did you mean "web-1"'],
    [FLEET, ['qqq'], '64 "qqq" is not a host of the inventory'],
    [FLEET, ['web'], '64 "web" is a group. Select it with --limit web.'],
  ])('%#', (inventory, hosts, message) => {
    expect(messageOf(() => load(inventory, { hosts }))).toContain(message);
  });
});
