import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  addKey,
  findKeys,
  keyType,
  knownHostsName,
  matchesNames,
  parseKnownHosts,
} from '../../../src/collect/ssh/knownhosts.ts';
import { hasKeygen, keygen } from './keys.ts';
import { file, keyPair } from './support.ts';

const KEY = keyPair();
const OTHER = keyPair('ecdsa');

function hashed(name: string, saltBytes = 20): string {
  const salt = randomBytes(saltBytes);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('names of a known_hosts line', () => {
  const cases: [names: string, name: string, matches: boolean][] = [
    ['web-1', 'web-1', true],
    ['web-1', 'web-10', false],
    ['WEB-1.Example.org', 'web-1.example.org', true],
    ['web-1,203.0.113.10', '203.0.113.10', true],
    ['a,b,c', 'b', true],
    ['a,b,c', 'd', false],
    ['[web-1]:2222', '[web-1]:2222', true],
    ['[web-1]:2222', 'web-1', false],
    ['web-1', '[web-1]:2222', false],
    ['[2001:db8::7]:2222', '[2001:db8::7]:2222', true],
    ['2001:db8::7', '2001:db8::7', true],
    ['*.example.org', 'web-1.example.org', true],
    ['*.example.org', 'example.org', false],
    ['*', 'anything', true],
    ['*', '[anything]:2222', true],
    ['web-?', 'web-1', true],
    ['web-?', 'web-12', false],
    ['web-?', 'web-', false],
    ['w*b*1', 'web-farm-b-1', true],
    ['w*b*1', 'web-farm-c-2', false],
    ['**', '', true],
    ['10.0.?.*', '10.0.3.200', true],
    ['*.example.org,!secret.example.org', 'web.example.org', true],
    ['*.example.org,!secret.example.org', 'secret.example.org', false],
    ['!secret.example.org,*.example.org', 'secret.example.org', false],
    ['!secret.example.org', 'web.example.org', false],
    [hashed('web-1'), 'web-1', true],
    [hashed('web-1'), 'web-2', false],
    [hashed('[web-1]:2222'), '[web-1]:2222', true],
    [hashed('[web-1]:2222'), 'web-1', false],
    ['|2|AAAA|BBBB', 'web-1', false],
    ['|1|onlysalt', 'web-1', false],
    [`${hashed('web-1')}|x`, 'web-1', false],
    [hashed('web-1', 10), 'web-1', false],
  ];
  it.each(cases)('%s covers %s: %s', (names, name, matches) => {
    expect(matchesNames(names, name)).toBe(matches);
    const known = parseKnownHosts('f', `${names} ${KEY.line}\n`);
    expect(findKeys(known, name)).toHaveLength(matches ? 1 : 0);
  });

  it('takes a pattern of many stars in linear time', () => {
    const began = performance.now();
    expect(matchesNames(`${'a*'.repeat(50)}b`, 'a'.repeat(5000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('lines of a known_hosts file', () => {
  it('reads markers, comments, several types and files with Windows line ends, and says where each key stands', () => {
    const text = [
      '# a comment',
      '',
      `web-1 ${KEY.line} root@web-1`,
      `  web-1\t${OTHER.line}\r`,
      `@revoked web-1 ${KEY.line}`,
      `@cert-authority *.example.org ${OTHER.line} ca`,
    ].join('\n');
    const known = parseKnownHosts('/k', text);
    expect(findKeys(known, 'WEB-1').map(({ line, marker, type }) => [line, marker, type])).toEqual([
      [3, 'plain', 'ssh-ed25519'],
      [4, 'plain', 'ecdsa-sha2-nistp256'],
      [5, 'revoked', 'ssh-ed25519'],
    ]);
    expect(findKeys(known, 'x.example.org')).toMatchObject([{ file: '/k', line: 6, marker: 'cert-authority' }]);
  });

  const broken: [what: string, line: string][] = [
    ['no key', 'web-1'],
    ['no base64', 'web-1 ssh-ed25519'],
    ['base64 of another type', `web-1 ssh-rsa ${KEY.line.split(' ')[1]}`],
    ['cut base64', 'web-1 ssh-ed25519 AAAA'],
    ['an unknown marker', `@special web-1 ${KEY.line}`],
    ['protocol 1', 'web-1 1024 35 1195823746918273'],
    ['a commented key', `#web-1 ${KEY.line}`],
    ['base64 of the URL kind', `web-1 ${KEY.line.replace(/.$/, '-')}`],
    ['base64 with a sign that is none', `web-1 ${KEY.line.replace('AAAA', 'AA!AA')}`],
    ['base64 with a comment that nothing separates', `web-1 ${KEY.line}#x`],
    ['a blank that is no blank', `web-1\u00a0 ${KEY.line}`],
    ['names behind a byte order mark', `\ufeffweb-1 ${KEY.line}`],
  ];
  it.each(broken)('passes over %s', (_what, line) => {
    const known = parseKnownHosts('f', `${line}\nweb-1 ${KEY.line}\n`);
    expect(findKeys(known, 'web-1')).toMatchObject([{ line: 2 }]);
  });

  it.each(['rsa-sha2-512', 'rsa-sha2-256'])('takes %s for the type of an RSA key, as ssh does', (name) => {
    const rsa = keyPair('rsa');
    const known = parseKnownHosts('f', `@revoked web-1 ${rsa.line.replace('ssh-rsa', name)}\n`);
    expect(findKeys(known, 'web-1')).toMatchObject([{ type: 'ssh-rsa', key: rsa.parsed.getPublicSSH() }]);
  });

  it.skipIf(!hasKeygen).each(['ed25519', 'ecdsa', 'rsa'] as const)('reads the key in a certificate (%s)', (kind) => {
    const certified = keygen('-t', kind, '-N', '');
    const authority = keygen('-t', 'ed25519', '-N', '');
    execFileSync('ssh-keygen', ['-q', '-s', authority.path, '-h', '-I', 'web-1', `${certified.path}.pub`]);
    const certificate = readFileSync(`${certified.path}-cert.pub`, 'utf8');
    const known = parseKnownHosts('f', `@revoked * ${certificate}`);
    expect(findKeys(known, 'web-1')).toMatchObject([{ marker: 'revoked', key: certified.pair.parsed.getPublicSSH() }]);
    expect(findKeys(parseKnownHosts('f', `web-1 ${certificate}`), 'web-1')).toEqual([]);
  });

  it('keeps the order of the file when plain, hashed and wildcard lines name one host', () => {
    const text = `*.x ${KEY.line}\n${hashed('a.x')} ${OTHER.line}\na.x ${KEY.line}\n`;
    expect(findKeys(parseKnownHosts('f', text), 'a.x').map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it('finds a line that is entered after the first look', () => {
    const known = parseKnownHosts('f', `${hashed('a')} ${KEY.line}\n`);
    expect(findKeys(known, 'b')).toEqual([]);
    addKey(known, hashed('b'), {
      file: 'f',
      line: 2,
      marker: 'plain',
      type: 'ssh-ed25519',
      key: KEY.parsed.getPublicSSH(),
    });
    expect(findKeys(known, 'b')).toMatchObject([{ line: 2 }]);
    expect(findKeys(known, 'a')).toMatchObject([{ line: 1 }]);
  });

  it('hashes each line of a large file once per name', () => {
    const lines = Array.from({ length: 5000 }, (_, i) => `${hashed(`host-${i}`)} ${KEY.line}\n`).join('');
    const known = parseKnownHosts('f', lines);
    const first = timed(() => findKeys(known, 'host-1'));
    const next = timed(() => findKeys(known, 'host-1'));
    expect(next).toBeLessThan(first / 5);
  });

  it.skipIf(!hasKeygen)('reads what ssh-keygen -H wrote', () => {
    const path = file('known_hosts', `web-1,203.0.113.10 ${KEY.line}\n[web-1]:2222 ${OTHER.line}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', path], { stdio: 'ignore' });
    const text = readFileSync(path, 'utf8');
    expect(text).not.toContain('web-1');
    const known = parseKnownHosts(path, text);
    expect(findKeys(known, 'web-1')).toMatchObject([{ type: 'ssh-ed25519' }]);
    expect(findKeys(known, '203.0.113.10')).toMatchObject([{ type: 'ssh-ed25519' }]);
    expect(findKeys(known, '[web-1]:2222')).toMatchObject([{ type: 'ecdsa-sha2-nistp256' }]);
    expect(findKeys(known, 'web-2')).toEqual([]);
  });

  it.skipIf(!hasKeygen)('agrees with ssh-keygen -F about who is covered', () => {
    const path = file('known_hosts', '');
    const lines = ['web-?,!web-3', '*.example.org', '[a]:22', '[*]:2222', 'B', hashed('c')];
    writeFileSync(path, lines.map((names) => `${names} ${KEY.line}\n`).join(''));
    const known = parseKnownHosts(path, lines.map((names) => `${names} ${KEY.line}\n`).join(''));
    for (const name of ['web-1', 'web-3', 'x.example.org', 'a', '[a]:2222', '[q]:2222', '[q]:2223', 'b', 'c', 'd']) {
      const theirs = tryKeygen(['-F', name, '-f', path]);
      expect(findKeys(known, name).length > 0, name).toBe(theirs);
    }
  });
});

function timed(action: () => unknown): number {
  const began = performance.now();
  action();
  return performance.now() - began;
}

function tryKeygen(args: string[]): boolean {
  try {
    return execFileSync('ssh-keygen', args, { stdio: ['ignore', 'pipe', 'ignore'] }).length > 0;
  } catch {
    return false;
  }
}

describe('names and types', () => {
  it.each([
    ['Web-1', 22, 'web-1'],
    ['web-1', 2222, '[web-1]:2222'],
    ['2001:db8::7', 22, '2001:db8::7'],
    ['2001:DB8::7', 2222, '[2001:db8::7]:2222'],
  ])('%s port %i is %s in known_hosts', (address, port, name) => {
    expect(knownHostsName(address, port)).toBe(name);
  });

  it('reads the type of a key blob, and of nothing else', () => {
    expect(keyType(KEY.parsed.getPublicSSH())).toBe('ssh-ed25519');
    expect(keyType(Buffer.alloc(3))).toBeNull();
    expect(keyType(Buffer.from([0xff, 0xff, 0xff, 0xff, 1, 2, 3]))).toBeNull();
  });
});
