import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expandHostPattern } from '../../../src/inputs/ansible/range.ts';
import { catalogueOf } from '../../../src/inputs/catalogue.ts';
import { loadInventory } from '../../../src/inputs/inventory.ts';
import { readDeclarations } from '../../../src/inputs/read-declarations.ts';
import { decodeInput, readInput } from '../../../src/inputs/text.ts';
import { messageOf } from '../message.ts';
import { folder, load } from './load.ts';

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));

/** Variables and groups per host, recorded with `ansible-inventory --list` of ansible-core 2.14. */
type Recorded = Readonly<Record<string, { readonly groups: readonly string[] } & Readonly<Record<string, string>>>>;

/** Where Ansible silently takes the group with the later name. */
const DISPUTES: Readonly<Record<string, readonly string[]>> = {
  'sections/hosts.ini db-1': ['The groups "alpha" and "db" of db-1 disagree about ansible_user.'],
};

describe.each(['ini/hosts.ini', 'sections/hosts.ini', 'yaml/hosts.yaml'])('%s', (file) => {
  it('is read as Ansible reads it', () => {
    const folder = path.join(FIXTURES, path.dirname(file));
    // A recording is JSON of our own making.
    const recorded = JSON.parse(readFileSync(path.join(folder, 'expected.json'), 'utf8')) as Recorded;
    const folders = { cwd: FIXTURES, home: '/home/me' };
    const { hosts } = readDeclarations(readInput(file, folders), catalogueOf([]), folders);
    const ours = hosts.map(({ name, groups, address, port, user, identities, jump, problems }) => {
      expect(problems.map(({ what }) => what)).toEqual(DISPUTES[`${file} ${name}`] ?? []);
      return [name, { groups, address, port, user, identities, jump }];
    });
    const theirs = Object.entries(recorded).map(([name, vars]) => {
      const key = vars.ansible_ssh_private_key_file;
      return [
        name,
        {
          groups: vars.groups,
          address: vars.ansible_host,
          port: vars.ansible_port === undefined ? undefined : Number(vars.ansible_port),
          user: vars.ansible_user,
          identities: key === undefined ? undefined : [key.replace('~', '/home/me')],
          jump: /ProxyJump=(\S+)/.exec(vars.ansible_ssh_common_args ?? '')?.slice(1),
        },
      ];
    });
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });
});

describe('expandHostPattern', () => {
  it.each([
    ['web', ['web'], undefined],
    ['web:22', ['web'], 22],
    ['web[1:3]', ['web1', 'web2', 'web3'], undefined],
    ['web[08:11]:2200', ['web08', 'web09', 'web10', 'web11'], 2200],
    ['web[1:10:4]', ['web1', 'web5', 'web9'], undefined],
    ['web[3:3]', ['web3'], undefined],
    ['web[0:1]', ['web0', 'web1'], undefined],
    ['[2001:db8::7]', ['2001:db8::7'], undefined],
    ['web[:2]', ['web0', 'web1', 'web2'], undefined],
    ['db-[a:e:2].x', ['db-a.x', 'db-c.x', 'db-e.x'], undefined],
    ['n[y:B]', ['ny', 'nz', 'nA', 'nB'], undefined],
    ['r[1:2]-[a:b]', ['r1-a', 'r1-b', 'r2-a', 'r2-b'], undefined],
    ['10.0.[0:1].[254:255]', ['10.0.0.254', '10.0.0.255', '10.0.1.254', '10.0.1.255'], undefined],
    ['[2001:db8::7]:22', ['2001:db8::7'], 22],
    ['2001:db8::7', ['2001:db8::7'], undefined],
  ])('%s', (pattern, names, port) => {
    expect(expandHostPattern(pattern)).toEqual(port === undefined ? { names } : { names, port });
  });

  it.each([
    ['web[1:2', 'without its closing bracket'],
    ['web[1]', 'expected begin:end'],
    ['web[1:2:3:4]', 'expected begin:end'],
    ['web[1:]', 'it has no end'],
    ['web[3:1]', 'its end comes before its begin'],
    ['web[c:a]', 'its end comes before its begin'],
    ['web[01:100]', 'begin and end must be equally long'],
    ['web[1:9:0]', 'its step is not a positive number'],
    ['web[a:9]', 'expected two numbers or two letters'],
    ['web[1:999999999]', 'more than 65536'],
    ['web[1:999][1:999]', 'more than 65536'],
    ['web:0', 'not between 1 and 65535'],
    ['web:', '"web:" is not a host name.'],
    ['-oX', '"-oX" is not a host name.'],
    ['[1:2]'.repeat(200_000), 'is too long for a host name'],
    ['web;id', '"web;id" is not a host name.'],
  ])('refuses %s', (pattern, message) => {
    expect(expandHostPattern(pattern)).toContain(message);
  });
});

describe('options of ssh in the variables', () => {
  it.each([
    [
      '-J ops@gate:2200,inner',
      {
        jump: [
          { address: 'gate', port: 2200, user: 'ops' },
          { address: 'inner', port: 22, user: 'me' },
        ],
      },
    ],
    ['-Jgate', { jump: [{ address: 'gate' }] }],
    ['-C -q -o "ProxyJump gate" -o ControlPersist=60s', { jump: [{ address: 'gate' }] }],
    ['-oProxyJump=None', { jump: [] }],
    ['-o IdentitiesOnly=Yes', { identitiesOnly: true }],
    ['-o IdentitiesOnly=true -o StrictHostKeyChecking=true', { identitiesOnly: true }],
    ['-i keys/id -p 2200 -l ops', { port: 2200, user: 'ops', identitiesOnly: true }],
    ['-o RevokedHostKeys=~/revoked', { revokedHostKeysFile: `${folder}/revoked` }],
    ['-o HostKeyAlias=Other -o UserKnownHostsFile=~/kh', { hostKeyAlias: 'other', knownHostsFiles: [`${folder}/kh`] }],
  ])('%s', (args, expected) => {
    const { hosts, warnings } = load(`web ansible_ssh_common_args='${args}'\n`);
    expect(hosts).toMatchObject([expected]);
    expect(warnings).toEqual([]);
  });

  it('are weaker than the variables of Ansible itself, which come before ansible_ssh_common_args', () => {
    const text = 'web ansible_user=ansible ansible_port=1 ansible_ssh_extra_args="-l other -p 2"\n';
    expect(load(text).hosts).toMatchObject([{ user: 'ansible', port: 1 }]);
  });

  // Seen with ansible-core 2.14 and a program that prints its arguments in place of ssh.
  it('are stronger in ansible_ssh_args, which comes first', () => {
    const text =
      'web ansible_user=ansible ansible_port=1 ansible_ssh_args="-l other -p 2 -i keys/id2" ansible_ssh_private_key_file=keys/id\n';
    const identities = [`${folder}/keys/id2`, `${folder}/keys/id`];
    expect(load(text).hosts).toMatchObject([{ user: 'other', port: 2, identities }]);
  });

  it.each([
    [
      '-o StrictHostKeyChecking=no',
      'hosts:1:1: StrictHostKeyChecking=no is not followed: host keys are always checked.',
    ],
    [
      '-o AddressFamily=inet',
      'hosts:1:1: addressfamily in ansible_ssh_extra_args of web is not supported and not applied.',
    ],
    ['-b 10.0.0.1', 'hosts:1:1: bindaddress in ansible_ssh_extra_args of web is not supported and not applied.'],
  ])('%s is said, not followed', (args, warning) => {
    expect(load(`web ansible_ssh_extra_args="${args}"\n`).warnings).toEqual([warning]);
  });

  it.each([
    [
      `-o ProxyCommand="ssh -W %h:%p -q ops@gate"`,
      'hosts:1:1: ansible_ssh_common_args of web has a ProxyCommand, which is not supported. Use "-J ops@gate" instead.',
    ],
    ['-o ProxyCommand="nc %h %p"', 'Use "-J HOST" instead.'],
    ['-F /etc/other', 'names the ssh_config file "/etc/other". Give it with --ssh-config instead.'],
    [
      '-o IdentitiesOnly=on',
      'hosts:1:1: ansible_ssh_common_args of web has "on" as its identitiesonly. Expected yes or no.',
    ],
    ['-o ProxJump=gate', 'has the option "proxjump", which ssh does not know. Did you mean "ProxyJump"?'],
    ['-p ssh', 'has "ssh" as its port. Expected a port number from 1 to 65535.'],
    ['-o', 'ends in "-o", which needs a value.'],
    ['-o "ProxyJump=x', 'has a quote that is not closed.'],
  ])('%s is refused', (args, message) => {
    expect(messageOf(() => load(`[all:vars]\nansible_ssh_common_args=${args}\n[web]\nweb\n`).hosts)).toContain(
      message.replace('hosts:1:1', 'hosts:2:1'),
    );
  });
});

it('of two names of one variable, the one with ssh in it counts, as for Ansible', () => {
  const text =
    'a ansible_ssh_host=10.0.0.2\n[all:vars]\nansible_host=10.0.0.1\nansible_ssh_port=2\nansible_port=1\nansible_ssh_user=two\nansible_user=one\n';
  expect(load(text).hosts).toMatchObject([{ address: '10.0.0.2', port: 2, user: 'two' }]);
});

describe('variables that cannot be used', () => {
  it.each([
    [
      "web ansible_host=\"{{ lookup('env', 'H') }}\"",
      "hosts:1:1: ansible_host of web holds the template \"{{ lookup('env', 'H') }}\", which is not evaluated here. Expected a host name or an IP address as plain text.",
    ],
    ['web ansible_user=-oX', 'ansible_user of web is "-oX". Expected a user name.'],
    [
      'web ansible_host=ops:secret@10.0.0.1',
      'ansible_host of web is "ops:[redacted]@10.0.0.1". Expected a host name or an IP address. Give the user as ansible_user.',
    ],
    // 18 for Ansible, which reads YAML 1.1.
    ['all: { hosts: { web: { ansible_port: 022 } } }', 'ansible_port of web is "022". Expected a port number'],
    ['web ansible_port=ssh', 'ansible_port of web is "ssh". Expected a port number from 1 to 65535.'],
    [
      'web ansible_connection=local',
      'web has the connection "local"; hosts are reached over SSH only. Leave it out with --limit \'!web\'.',
    ],
    ['web ansible_ssh_private_key_file=keys/nope', 'does not exist'],
    [
      'all:\n  hosts:\n    web:\n      ansible_user: !vault |\n        $ANSIBLE_VAULT;1.1;AES256\n        3638\n',
      'hosts:4:28: ansible_user of web is encrypted with Ansible Vault',
    ],
    ['all: { hosts: { web: { ansible_host: [a] } } }', 'hosts:1:38: ansible_host of web is not a single value.'],
    ['web ansible_sites=x fleetproof_sites=ftp://x', 'The site "ftp://x" has the unknown scheme "ftp"'],
  ])('%s', (text, message) => {
    expect(messageOf(() => load(`${text}\n`))).toContain(message);
  });

  it('count only for hosts that are selected', () => {
    expect(load('localhost ansible_connection=local\nweb\n', ['!localhost']).hosts).toMatchObject([{ name: 'web' }]);
  });

  it('may be templates of the name of the host', () => {
    const text =
      'web.a ansible_host="{{ inventory_hostname }}.example.org" ansible_user="{{inventory_hostname_short}}"\n';
    expect(load(text).hosts).toMatchObject([{ address: 'web.a.example.org', user: 'web' }]);
  });

  it('may hold what is ours: provider, tags, sites', () => {
    const ini = 'web fleetproof_provider=hetzner fleetproof_tags=prod,eu fleetproof_sites=https://a,https://b\n';
    const expected = { provider: 'hetzner', tags: ['prod', 'eu'], sites: ['https://a:443', 'https://b:443'] };
    expect(load(ini).hosts).toMatchObject([expected]);
    expect(load('all: { hosts: { web: { fleetproof_tags: [prod, eu] } } }').hosts).toMatchObject([
      { tags: ['prod', 'eu'] },
    ]);
  });

  it('are no passwords', () => {
    expect(load('web ansible_password=x\nlog ansible_become_password=y ansible_password=z\n').warnings).toEqual([
      'ansible_password is not used: passwords are not supported.',
    ]);
  });
});

it('knows a group from a host', () => {
  const inventory = decodeInput('hosts', Buffer.from('[web]\na\n'));
  const request = {
    inventory,
    limit: [],
    catalogue: catalogueOf([]),
    folders: { cwd: folder, home: folder },
    localUser: 'me',
  };
  expect(messageOf(() => loadInventory({ ...request, hosts: ['web'] }))).toBe(
    '64 "web" is a group. Select it with --limit web.',
  );
  expect(messageOf(() => loadInventory({ ...request, hosts: ['all'] }))).toContain('64 "all" is not a host');
});

describe('files that cannot be read', () => {
  it.each([
    [
      'hello world\n',
      '65 hosts:1:7: The line of hello holds a word that is not a variable. Expected name=value after the host name, without blanks around "=".',
    ],
    ['web =x\n', 'hosts:1:5: The line of web holds a word that is not a variable.'],
    ['[web\nx\n', 'hosts:1:1:'],
    ['"just text"\n', '65 hosts:1:1: This file is text.'],
    ['foo: 1\n', 'hosts:1:1: "foo" is not a key of this file.'],
    ['[web x]\na\n', 'hosts:1:1: "[web x]" is not a section. Expected [group], [group:vars] or [group:children].'],
    ['[web:var]\na\n', 'hosts:1:1: "[web:var]" is not a section.'],
    ['[web]\n  a b="c\n', 'hosts:2:7: The line of a has a quote or an escape that is not closed.'],
    ['[web]\na\n[web:vars]\nx\n', 'hosts:4:1: [web:vars] holds a line that is not a variable. Expected name=value.'],
    [
      'a\n[wbe:vars]\nx=1\n[web]\n',
      'hosts:2:1: [wbe:vars] refers to the group "wbe", which is not declared. Did you mean "web"?',
    ],
    ['a\n[top:children]\nwbe\n[web]\n', 'hosts:3:1: [top:children] refers to the group "wbe", which is not declared.'],
    ['[a:children]\nb\n[b:children]\na\n[c]\nh\n', 'The groups contain each other: a → b → a.'],
    ['[web]\n', '65 hosts:1:1: The inventory holds no host.'],
    [
      'web ansible_port=1\nweb ansible_port=2\n',
      'hosts:2:1: web has ansible_port twice, with different values; first in line 1.',
    ],
    ['#!/bin/sh\necho {}\n', 'The inventory is a program, which is never run. Export it with'],
    ['plugin: aws_ec2\nregions: []\n', 'hosts:1:1: The inventory is made by an Ansible plugin or script'],
    ['{"_meta": {"hostvars": {}}, "all": {"hosts": {}}}', 'hosts:1:2: The inventory is made by an Ansible plugin'],
    ['$ANSIBLE_VAULT;1.1;AES256\n3638\n', 'hosts:1:1: The inventory is encrypted with Ansible Vault'],
    [
      'all:\n  host:\n    a:\n  children: {}\n',
      'hosts:2:3: "host" is not a key of the group "all". Expected hosts, vars or children.',
    ],
    ['all:\n  hosts:\n    - a\n    - b\n', 'hosts:3:5: "hosts" is not a mapping. Expected a mapping of names.'],
    ['all:\n  hosts:\n    a:\n    a:\n', 'hosts:4:5: The key "a" stands twice in one mapping.'],
    ['all:\n  hosts:\n    "a[1:": {}\n', 'hosts:3:5: "a[1:" has a range without its closing bracket.'],
    ['all: { vars: [x] , hosts: { a: } }\n', '"vars" is not a mapping.'],
    ['- a\n- b\n', 'hosts:1:1: This file is a list.'],
  ])('%j', (text, message) => {
    expect(messageOf(() => load(text))).toContain(message);
  });

  it('a group_vars file that is encrypted is left out, and one that is broken is an error', () => {
    mkdirSync(path.join(folder, 'group_vars'));
    writeFileSync(path.join(folder, 'group_vars/web'), '$ANSIBLE_VAULT;1.1;AES256\n3638\n');
    expect(load('[web]\na\n').warnings).toEqual([
      'group_vars/web: The file is encrypted with Ansible Vault; its variables are not used.',
    ]);
    writeFileSync(path.join(folder, 'group_vars/web'), 'ansible_user: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n');
    expect(messageOf(() => load('[web]\na\n'))).toContain('group_vars/web:1:22: ansible_user of a is encrypted');
    writeFileSync(path.join(folder, 'group_vars/web'), 'a: [\n');
    expect(messageOf(() => load('[web]\na\n'))).toContain('65 group_vars/web:2:1: The YAML is malformed');
    rmSync(path.join(folder, 'group_vars'), { recursive: true });
  });
});
