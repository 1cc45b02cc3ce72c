import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { isNamedInSshConfig, loadSshConfig, resolveSsh } from '../../../src/inputs/ssh/resolve.ts';
import { messageOf } from '../message.ts';
import { folder, home, localUser, ours, write } from './files.ts';

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
    ['StrictHostKeyChecking False\n', 'StrictHostKeyChecking False is not followed'],
    ['StrictHostKeyChecking accept-new\n', 'StrictHostKeyChecking accept-new is not followed'],
    ['CheckHostIP yes\n', '"checkhostip yes" is not supported and not applied'],
    ['HostKeyAlgorithms ssh-ed25519\n', '"hostkeyalgorithms ssh-ed25519" is not supported and not applied'],
    ['IdentityAgent /run/agent\n', '"identityagent /run/agent" is not supported'],
    ['AddressFamily inet\n', '"addressfamily inet" is not supported and not applied'],
    ['SmartcardDevice /lib/x.so\n', '"pkcs11provider /lib/x.so" is not supported'],
    ['CanonicalizeHostname yes\n', '"canonicalizehostname yes" is not supported'],
    ['IdentityFile none\n', 'IdentityFile none is not followed'],
  ])('%j', (config, warning) => {
    expect(ours(config, 'web').warnings.join('\n')).toContain(warning);
  });

  it('names the list of revoked host keys', () => {
    const named = ours('RevokedHostKeys ~/.ssh/revoked.%u\n', 'web');
    expect(named).toMatchObject({ revokedHostKeysFile: expect.stringMatching(/\/\.ssh\/revoked\.\w+$/), warnings: [] });
    expect(ours('RevokedHostKeys none\nRevokedHostKeys /x\n', 'web')).not.toHaveProperty('revokedHostKeysFile');
  });

  it('sees a ProxyCommand behind ProxyJump none, which ssh(1) runs', () => {
    expect(ours('ProxyJump None\nProxyCommand nc x\nProxyJump a\n', 'web').refusal?.message).toContain(
      'config:2:1: ProxyCommand',
    );
    expect(ours('ProxyJump none\nProxyCommand none\n', 'web')).not.toHaveProperty('refusal');
    expect(ours('ProxyJump a\nProxyCommand nc x\n', 'web')).not.toHaveProperty('refusal');
  });

  it.each([
    ['ssh -W %h:%p bastion', 'ProxyJump bastion'],
    ['exec /usr/bin/ssh -q -W [%h]:%p -l ops -p 2222 -i ~/.ssh/k bastion', 'ProxyJump ops@bastion:2222'],
    ['ssh -o User=ops ops2@bastion -qW %h:%p', 'ProxyJump ops2@bastion'],
    ['nc -x proxy:1080 %h %p', 'Use ProxyJump instead'],
    // To ssh a command goes on to the end of its line, with its quotes.
    ['"none"', 'Use ProxyJump instead'],
    ['none # nothing', 'Use ProxyJump instead'],
  ])('refuses ProxyCommand %s', (command, advice) => {
    const { refusal, jump } = ours(`Host web\n  ProxyCommand ${command}\n`, 'web');
    expect(jump).toEqual([]);
    expect(refusal?.message).toContain(`${folder}/config:2:3: ProxyCommand is not supported`);
    expect(refusal?.message).toContain(advice);
  });
});

it('is silent about what is followed or harmless', () => {
  const config =
    'StrictHostKeyChecking true\nCanonicalizeHostname False\nIdentityAgent SSH_AUTH_SOCK\nAddressFamily Any\nHashKnownHosts yes\nUser no\n';
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

  it('%k is the HostKeyAlias in lower case, as in known_hosts', () => {
    expect(ours('HostKeyAlias Web.A\nUserKnownHostsFile /kh.%k\n', 'web').knownHostsFiles[0]).toBe('/kh.web.a');
  });

  it('resolves relative names against the working directory', () => {
    expect(ours('IdentityFile keys/id\n', 'web').identities).toEqual([`${folder}/keys/id`]);
  });
});

describe('files that cannot be used', () => {
  it.each([
    ['Host\n', 'config:1:1: Host has no value.'],
    ['\n  Port\n', 'config:2:3: Port has no value.'],
    ['Match host\n', 'config:1:1: The criterion "host" has no value.'],
    ['User "bob\n', 'config:1:1: User has a quote that is not closed.'],
    ['Match all host web\n', 'config:1:1: The criterion "all" cannot be combined with others.'],
    ['Match host web user x all\n', 'The criterion "all" cannot be combined'],
    ['Match hots web\n', '"hots" is not a criterion of Match. Expected a line of ssh_config(5). Did you mean "host"?'],
    ['Match user #x\n', 'The criterion "user" has no value.'],
    ['ProxyJump a, b\n', 'config:1:1: ProxyJump has more than one value. Expected hosts with commas and no blanks'],
    ['Host db\n  ProxyJump a b\n', 'config:2:3: ProxyJump has more than one value.'],
    ['HostName a b\n', 'HostName has more than one value.'],
    ['IdentityFile /my key\n', 'IdentityFile has more than one value. Expected one, in quotes'],
    ['IgnoreUnknown a b\n', 'IgnoreUnknown has more than one value.'],
    ['ProxyCommand sh -c "x\n', 'ProxyCommand has a quote that is not closed.'],
    ['Port abc\n', 'config:1:1: "abc" cannot be used. Expected a port number from 1 to 65535.'],
    ['\n IdentitiesOnly on\n', 'config:2:2: "on" cannot be used. Expected yes or no.'],
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

  it('knows every keyword that it refuses, and says all of them with the nearest', () => {
    expect(
      messageOf(() => ours('  HostNam x\nHost db\n\tProxJump=gate\nUsr x\nfrobnicate x\n', 'web')).split('\n'),
    ).toEqual([
      `65 ${folder}/config:1:3: "HostNam" is not a keyword of ssh_config(5). Expected one that OpenSSH knows, or that IgnoreUnknown names. Did you mean "HostName"?`,
      expect.stringContaining(`config:3:2: "ProxJump" is not a keyword of ssh_config(5).`),
      expect.stringContaining('Did you mean "User"?'),
      expect.stringMatching(/config:5:1: "frobnicate" .* IgnoreUnknown names\.$/),
    ]);
  });

  it.each([
    ['IgnoreUnknown Foo*,bar\nFooX 1\nBAR 2\n', true],
    ['IgnoreUnknown foo*,!foox\nFooX 1\n', false],
    ['FooX 1\nIgnoreUnknown foo*\n', false],
    ['Host db\n  IgnoreUnknown foo*\nHost *\n  FooX 1\n', false],
    ['Host web\n  IgnoreUnknown foo*\nHost db\n  FooX 1\n', true],
    ['IgnoreUnknown bar\nIgnoreUnknown foo*\nFooX 1\n', false],
  ])('%j: ignored %s', (config, ignored) => {
    if (ignored) expect(ours(config, 'web').warnings).toEqual([]);
    else expect(() => ours(config, 'web')).toThrow('"FooX" is not a keyword');
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
