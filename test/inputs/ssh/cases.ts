import type { SshGiven, SshSettings } from '../../../src/inputs/ssh/resolve.ts';
import { folder, home, localUser } from './files.ts';

interface Case {
  readonly name: string;
  readonly config: string;
  readonly host: string;
  readonly given?: SshGiven;
  /** At least this is said in words as well, so that the table holds without an OpenSSH client. */
  readonly expected: Partial<SshSettings>;
}

export const CASES: readonly Case[] = [
  {
    name: 'nothing said',
    config: '# empty\n',
    host: 'web.example.org',
    expected: {
      address: 'web.example.org',
      port: 22,
      user: localUser,
      identities: [],
      jump: [],
      identitiesOnly: false,
    },
  },
  {
    name: 'first value wins, identity files add up',
    config: 'Host web\n  Port 2222\n  IdentityFile ~/.ssh/a\nHost *\n  Port 22\n  User ops\n  IdentityFile ~/.ssh/b\n',
    host: 'web',
    expected: { port: 2222, user: 'ops', identities: [`${home}/.ssh/a`, `${home}/.ssh/b`] },
  },
  {
    name: 'the same identity file twice counts once',
    config: 'IdentityFile ~/.ssh/a\nHost *\n  IdentityFile ~/.ssh/a\n',
    host: 'web',
    expected: { identities: [`${home}/.ssh/a`] },
  },
  {
    name: 'settings before the first Host are for all',
    config: 'User early\nHost web\n  User late\n',
    host: 'web',
    expected: { user: 'early' },
  },
  {
    name: 'negated pattern takes a host out',
    config: 'Host web-* !web-3\n  User in\nHost *\n  User out\n',
    host: 'web-3',
    expected: { user: 'out' },
  },
  {
    name: 'negated pattern before',
    config: 'Host !web-3 web-*\n  User in\n',
    host: 'web-3',
    expected: { user: localUser },
  },
  { name: 'only a negated pattern', config: 'Host !db\n  User in\n', host: 'web', expected: { user: localUser } },
  { name: 'question mark', config: 'Host web-?\n  User one\n', host: 'web-12', expected: { user: localUser } },
  {
    name: 'star in the middle',
    config: 'Host w*b*g\n  User star\n',
    host: 'web.example.org',
    expected: { user: 'star' },
  },
  {
    name: 'brackets are not special',
    config: 'Host web[12]\n  User set\n',
    host: 'web1',
    expected: { user: localUser },
  },
  {
    name: 'case of a Host pattern',
    config: 'Host WEB\n  User upper\nHost web\n  User lower\n',
    host: 'WEB',
    expected: { user: 'upper', address: 'web' },
  },
  {
    name: 'HostName with %h and %%',
    config: 'Host web-*\n  HostName %h.example.org\n',
    host: 'web-1',
    expected: { address: 'web-1.example.org' },
  },
  {
    name: 'HostName is lower-cased',
    config: 'HostName Web.Example.ORG\n',
    host: 'x',
    expected: { address: 'web.example.org' },
  },
  {
    name: 'HostName is an IPv6 address',
    config: 'HostName 2001:DB8::7\n',
    host: 'x',
    expected: { address: '2001:DB8::7' },
  },
  {
    name: 'keywords in any case, with = and quotes and comments',
    config: 'HOST=web # the web\n\tport = 2200\n  user="deploy"\n  IdentityFile "~/.ssh/my key" # spaces\n',
    host: 'web',
    expected: { port: 2200, user: 'deploy', identities: [`${home}/.ssh/my key`] },
  },
  {
    name: 'IdentityFile2 is IdentityFile',
    config: 'IdentityFile2 /k\n',
    host: 'web',
    expected: { identities: ['/k'] },
  },
  {
    name: 'old keywords, and unknown ones that IgnoreUnknown names',
    config: 'Protocol 2\nUseRoaming no\nRSAAuthentication no\nIgnoreUnknown Foo*\nFooBar x\nPort 2200\n',
    host: 'web',
    expected: { port: 2200 },
  },
  { name: 'quoted keyword', config: '"Port" 2200\n', host: 'web', expected: { port: 2200 } },
  { name: 'Match with =, and a comment', config: 'Match host=web #x\n  Port 1\n', host: 'web', expected: { port: 1 } },
  {
    name: 'Match does not know single quotes',
    config: "Match host 'web'\n  Port 1\n",
    host: 'web',
    expected: { port: 22 },
  },
  {
    name: 'Match all behind one criterion',
    config: 'Match host web all\n  Port 1\n',
    host: 'web',
    expected: { port: 1 },
  },
  { name: 'Match !all', config: 'Match !all\n  Port 1\n', host: 'web', expected: { port: 22 } },
  {
    name: '# inside a word is part of it',
    config: 'IdentityFile /k/C#/key\nUserKnownHostsFile /a#b # c\nHostKeyAlias=x#y #z\n',
    host: 'web',
    expected: { identities: ['/k/C#/key'], hostKeyAlias: 'x#y' },
  },
  { name: 'CRLF line ends', config: 'Host web\r\n  Port 2200\r\n', host: 'web', expected: { port: 2200 } },
  {
    name: 'quoted Host pattern',
    config: 'Host "web" other\n  Port 2200\n',
    host: 'web',
    expected: { port: 2200 },
  },
  {
    name: 'ProxyJump list',
    config: 'Host web\n  ProxyJump ops@bastion:2222,inner\n',
    host: 'web',
    expected: { jump: ['ops@bastion:2222', 'inner'] },
  },
  {
    name: 'ProxyJump none wins when it is first',
    config: 'Host web\n  ProxyJump none\nHost *\n  ProxyJump b\n',
    host: 'web',
    expected: { jump: [] },
  },
  {
    name: 'ProxyJump before ProxyCommand',
    config: 'Host web\n  ProxyJump b\n  ProxyCommand ssh -W %h:%p c\n',
    host: 'web',
    expected: { jump: ['b'] },
  },
  {
    name: 'ProxyCommand none',
    config: 'ProxyCommand none\nProxyJump b\n',
    host: 'web',
    expected: { jump: [] },
  },
  {
    name: 'IdentitiesOnly, HostKeyAlias, known_hosts files',
    config: 'IdentitiesOnly yes\nHostKeyAlias Web.Alias\nUserKnownHostsFile ~/.ssh/kh1 /etc/kh2\n',
    host: 'web',
    expected: {
      identitiesOnly: true,
      hostKeyAlias: 'web.alias',
      knownHostsFiles: [`${home}/.ssh/kh1`, '/etc/kh2', '/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
    },
  },
  {
    name: 'only the system list is set',
    config: 'GlobalKnownHostsFile /etc/kh\n',
    host: 'web',
    expected: { knownHostsFiles: [`${home}/.ssh/known_hosts`, `${home}/.ssh/known_hosts2`, '/etc/kh'] },
  },
  {
    name: 'Match ignores case, in names and in patterns',
    config: 'Match host WEB originalhost Web\n  Port 2201\nMatch host web originalhost web\n  User matched\n',
    host: 'WEB',
    expected: { port: 2201, user: 'matched' },
  },
  {
    name: 'values in any case',
    config: 'IdentitiesOnly YES\nProxyCommand NONE\n',
    host: 'web',
    expected: { identitiesOnly: true, jump: [] },
  },
  ...['true', 'TRUE', '"Yes"'].map((word) => ({
    name: `IdentitiesOnly ${word}`,
    config: `IdentitiesOnly ${word}\n`,
    host: 'web',
    expected: { identitiesOnly: true },
  })),
  { name: 'IdentitiesOnly False', config: 'IdentitiesOnly False\n', host: 'web', expected: { identitiesOnly: false } },
  { name: 'Match all', config: 'Match all\n  User everyone\n', host: 'web', expected: { user: 'everyone' } },
  {
    name: 'Match host sees HostName so far',
    config: 'Host web\n  HostName web.example.org\nMatch host *.example.org\n  User matched\n',
    host: 'web',
    expected: { user: 'matched' },
  },
  {
    name: 'Match originalhost does not',
    config: 'Host web\n  HostName web.example.org\nMatch originalhost *.example.org\n  User matched\n',
    host: 'web',
    expected: { user: localUser },
  },
  {
    name: 'Match with several criteria and a negated one',
    config: 'Match host web,db !user nobody-else\n  Port 2201\n',
    host: 'db',
    expected: { port: 2201 },
  },
  {
    name: 'Match negated list entry',
    config: 'Match originalhost "*.example.org,!db.example.org"\n  Port 2201\n',
    host: 'db.example.org',
    expected: { port: 22 },
  },
  {
    name: 'Match user sees the user of the command line',
    config: 'Match user audit\n  Port 2201\n',
    host: 'web',
    given: { user: 'audit' },
    expected: { port: 2201, user: 'audit' },
  },
  {
    name: 'Match user sees the user set above',
    config: 'User audit\nMatch user audit\n  Port 2201\n',
    host: 'web',
    expected: { port: 2201 },
  },
  {
    name: 'Match localuser',
    config: `Match localuser ${localUser}\n  Port 2201\n`,
    host: 'web',
    expected: { port: 2201 },
  },
  {
    name: 'Match !all never matches',
    config: 'Match !originalhost web\n  Port 2201\n',
    host: 'web',
    expected: { port: 22 },
  },
  {
    name: 'Match final gets a second pass',
    config: 'Host web\n  HostName web.example.org\nMatch final host *.example.org\n  Port 2201\n',
    host: 'web',
    expected: { port: 2201, address: 'web.example.org' },
  },
  {
    name: 'Host patterns see the resolved name in the second pass',
    config: 'Match final all\n  User last\nHost web.example.org\n  Port 2201\nHost web\n  HostName web.example.org\n',
    host: 'web',
    expected: { port: 2201, user: 'last' },
  },
  {
    name: 'negated final',
    config: 'Match !final host web\n  Port 2201\nMatch final all\n  User last\n',
    host: 'web',
    expected: { port: 2201, user: 'last' },
  },
  {
    name: 'port and user of the command line win',
    config: 'Host web\n  Port 2222\n  User ops\n  IdentityFile ~/.ssh/%r-%p-%h-%n\n  HostName web.example.org\n',
    host: 'web',
    given: { user: 'audit', port: 22 },
    expected: { port: 22, user: 'audit' },
  },
  {
    name: 'Include at the top, relative glob order, Host blocks inside',
    config: `Include ${folder}/inc/*.conf\nHost web\n  User outer\n`,
    host: 'web',
    expected: { user: 'inner', port: 2203 },
  },
  {
    name: 'Include inside a block that does not match',
    config: `Host other\n  Include ${folder}/inc/*.conf\nHost web\n  User outer\n`,
    host: 'web',
    expected: { user: 'outer', port: 22 },
  },
  {
    name: 'Include inside a block that matches; the block goes on after it',
    config: `Host web\n  Include ${folder}/inc/20.conf\n  User after\n`,
    host: 'web',
    expected: { user: 'after', port: 2203 },
  },
  {
    name: 'Include of nothing',
    config: `Include ${folder}/none/*.conf ${folder}/nope\nUser u\n`,
    host: 'web',
    expected: { user: 'u' },
  },
];
