import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  isNamedInSshConfig,
  loadSshConfig,
  resolveSsh,
  type SshGiven,
  type SshSettings,
} from '../../../src/inputs/ssh/resolve.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-ssh-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The oracle resolves `~` through the password database, so both sides use the real home. */
const home = homedir();
const localUser = userInfo().username;
const hasSsh = spawnSync('ssh', ['-V']).status === 0;

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

function ours(text: string, host: string, given: SshGiven = {}): SshSettings {
  const file = write('config', text);
  const config = loadSshConfig([{ file, includeFolder: folder }], { cwd: folder, home }, localUser);
  return resolveSsh(config, host, given);
}

/** What `ssh -G` says: keyword → values. */
function oracle(text: string, host: string, { user, port }: SshGiven = {}): Map<string, string[]> {
  const file = write('config', text);
  const options = [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])];
  const result = spawnSync('ssh', ['-F', file, ...options, '-G', '--', host], { encoding: 'utf8', cwd: folder });
  if (result.status !== 0) throw new Error(result.stderr);
  const values = new Map<string, string[]>();
  for (const line of result.stdout.split('\n')) {
    const [keyword = '', ...rest] = line.split(' ');
    values.set(keyword, [...(values.get(keyword) ?? []), rest.join(' ')]);
  }
  return values;
}

function expanded(file: string): string {
  return path.resolve(folder, file.replace(/^~(?=\/)/, home));
}

interface Case {
  readonly name: string;
  readonly config: string;
  readonly host: string;
  readonly given?: SshGiven;
  /** At least this is said in words as well, so that the table holds without an OpenSSH client. */
  readonly expected: Partial<SshSettings>;
}

const CASES: readonly Case[] = [
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
    config: 'IdentitiesOnly yes\nHostKeyAlias web.alias\nUserKnownHostsFile ~/.ssh/kh1 /etc/kh2\n',
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

write('inc/10.conf', 'Host web\n  User inner\n');
write('inc/20.conf', 'Host web db\n  Port 2203\n');
write('inc/.hidden.conf', 'User hidden\n');

describe.each(CASES)('$name', ({ config, host, given, expected }) => {
  it('resolves as the table says', () => {
    expect(ours(config, host, given)).toMatchObject(expected);
  });

  it.runIf(hasSsh)('resolves as OpenSSH does', () => {
    const mine = ours(config, host, given);
    const theirs = oracle(config, host, given);
    expect([mine.address, String(mine.port), mine.user]).toEqual(
      ['hostname', 'port', 'user'].map((keyword) => theirs.get(keyword)?.[0]),
    );
    const jump = theirs.get('proxyjump')?.[0] ?? 'none';
    expect(mine.jump.join(',')).toBe(jump === 'none' ? '' : jump);
    expect(mine.identitiesOnly).toBe(theirs.get('identitiesonly')?.[0] === 'yes');
    expect(mine.hostKeyAlias).toBe(theirs.get('hostkeyalias')?.[0]);
    if (mine.knownHostsFiles.length > 0) {
      const files = ['userknownhostsfile', 'globalknownhostsfile'].flatMap(
        (key) => theirs.get(key)?.[0]?.split(' ') ?? [],
      );
      expect(mine.knownHostsFiles).toEqual(files.map(expanded));
    }
    if (mine.identities.length > 0 && !config.includes('%r')) {
      expect(mine.identities).toEqual(theirs.get('identityfile')?.map(expanded));
    }
  });
});

describe('what is said and not followed', () => {
  it('never runs Match exec, and says so', () => {
    const marker = path.join(folder, 'executed');
    const settings = ours(
      `Match exec "touch ${marker}"\n  User evil\nMatch host web !exec "touch ${marker}"\n  Port 1\n`,
      'web',
    );
    expect(settings).toMatchObject({ user: localUser, port: 22 });
    expect(settings.warnings).toEqual([
      `${folder}/config:1:1: "Match exec" is never run; the block is not applied.`,
      `${folder}/config:3:1: "Match exec" is never run; the block is not applied.`,
    ]);
    expect(existsSync(marker)).toBe(false);
  });

  it('is silent about a criterion that could not have matched anyway', () => {
    expect(ours('Match host db exec "true"\n  User evil\n', 'web').warnings).toEqual([]);
  });

  it.each([
    ['Match localnetwork 10.0.0.0/8\n  User x\n', '"Match localnetwork" is not supported'],
    ['StrictHostKeyChecking accept-new\n', 'StrictHostKeyChecking accept-new is not followed'],
    ['RevokedHostKeys /etc/ssh/revoked\n', '"revokedhostkeys /etc/ssh/revoked" is not supported'],
    ['IdentityAgent /run/agent\n', '"identityagent /run/agent" is not supported'],
    ['CanonicalizeHostname yes\n', '"canonicalizehostname yes" is not supported'],
    ['IdentityFile none\n', 'IdentityFile none is not followed'],
  ])('%j', (config, warning) => {
    expect(ours(config, 'web').warnings.join('\n')).toContain(warning);
  });

  it.each([
    ['ssh -W %h:%p bastion', 'ProxyJump bastion'],
    ['exec /usr/bin/ssh -q -W [%h]:%p -l ops -p 2222 -i ~/.ssh/k bastion', 'ProxyJump ops@bastion:2222'],
    ['ssh -o User=ops ops2@bastion -qW %h:%p', 'ProxyJump ops2@bastion'],
    ['nc -x proxy:1080 %h %p', 'Use ProxyJump instead'],
  ])('refuses ProxyCommand %s', (command, advice) => {
    const { refusal, jump } = ours(`Host web\n  ProxyCommand ${command}\n`, 'web');
    expect(jump).toEqual([]);
    expect(refusal?.message).toContain(`${folder}/config:2:3: ProxyCommand is not supported`);
    expect(refusal?.message).toContain(advice);
  });
});

it('is silent about what is followed or harmless', () => {
  const config =
    'StrictHostKeyChecking yes\nCanonicalizeHostname no\nIdentityAgent SSH_AUTH_SOCK\nHashKnownHosts yes\nUser no\n';
  expect(ours(config, 'web').warnings).toEqual([]);
});

describe('tokens', () => {
  it('expands those of IdentityFile and UserKnownHostsFile', () => {
    const config =
      'User ops\nPort 2222\nHostName %h.example.org\nIdentityFile %d/k/%r@%h:%p-%n-%u-%%\nUserKnownHostsFile ~/.ssh/kh.%k\n';
    const settings = ours(config, 'web');
    expect(settings.identities).toEqual([`${home}/k/ops@web.example.org:2222-web-${localUser}-%`]);
    expect(settings.knownHostsFiles[0]).toBe(`${home}/.ssh/kh.web`);
  });

  it('resolves relative names against the working directory', () => {
    expect(ours('IdentityFile keys/id\n', 'web').identities).toEqual([`${folder}/keys/id`]);
  });
});

describe('files that cannot be used', () => {
  it.each([
    ['Host\n', 'config:1:1: "Host" cannot be read.'],
    ['\n  Port\n', 'config:2:3: port has no value.'],
    ['Match host\n', 'config:1:1: The criterion "host" has no value.'],
    ['User "bob\n', 'config:1:1:'],
    ['Port abc\n', 'config:1:1: "abc" cannot be used. Expected a port number from 1 to 65535.'],
    ['Port 0\n', 'Expected a port number'],
    ['User -oProxyCommand=x\n', 'Expected a user name.'],
    ['HostName -bad\n', 'Expected a host name'],
    ['HostName %x.example.org\n', 'Expected a host name'],
    ['IdentityFile ~bob/.ssh/id\n', 'names the home of another user'],
    ['IdentityFile $' + '{HOME}/.ssh/id\n', 'refers to an environment variable'],
    ['IdentityFile ~/%C\n', 'holds "%C", which is not supported'],
    ['ProxyJump %C\n', 'holds "%C", which is not supported'],
  ])('%j', (config, message) => {
    expect(() => ours(config, 'web')).toThrow(message);
  });

  it('stops at an Include that includes itself', () => {
    const file = write('loop', `Include ${folder}/loop\n`);
    expect(() => loadSshConfig([{ file, includeFolder: folder }], { cwd: folder, home }, localUser)).toThrow(
      `${file}:1:1: Includes are nested more than 16 deep.`,
    );
  });

  it('reads relative Includes from the given folder, and takes a missing or empty file for no settings', () => {
    write('conf.d/a', 'User included\n');
    const file = write('relative', 'Include conf.d/*\n');
    const files = [file, write('empty', ''), path.join(folder, 'missing')].map((name) => ({
      file: name,
      includeFolder: folder,
    }));
    const config = loadSshConfig(files, { cwd: '/', home }, localUser);
    expect(resolveSsh(config, 'web', {}).user).toBe('included');
    expect(isNamedInSshConfig(config, 'web')).toBe(false);
  });

  it('refuses binary files', () => {
    expect(() => ours('Host a\u0000b\n', 'web')).toThrow('config:1:7: The file holds a NUL byte');
  });
});

it('knows which hosts are named', () => {
  write('conf.d/a', 'Host inner\n');
  const file = write('named', 'Host web db-*\n  Include conf.d/a\n');
  const config = loadSshConfig([{ file, includeFolder: folder }], { cwd: folder, home }, localUser);
  expect(['web', 'db-1', 'db-*', 'inner'].map((name) => isNamedInSshConfig(config, name))).toEqual([
    true,
    false,
    true,
    true,
  ]);
});
