import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probes } from '../../../src/facts/ssh/probes.ts';
import { grantsOf } from '../../../src/facts/sudoers.ts';
import { readKeyBlob } from '../../../src/wire/ssh-key.ts';
import { recording } from '../../checks/recorded.ts';
import { sample } from './samples.ts';

function wire(...fields: readonly Buffer[]): string {
  const parts = fields.flatMap((field) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(field.length);
    return [length, field];
  });
  return Buffer.concat(parts).toString('base64');
}

function rsa(bits: number): string {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const modulus = Buffer.concat([Buffer.of(0), Buffer.from(n, 'base64url')]);
  return wire(Buffer.from('ssh-rsa'), Buffer.from(e, 'base64url'), modulus);
}

describe('a public key', () => {
  test.each([1024, 1536, 2048])('RSA of %i bits, as long as the recorded one', (bits) => {
    const length = new RegExp(`^ssh-rsa (\\d+) rsa${bits}$`, 'm').exec(sample('debian12/10-authkeys'))?.[1];
    const blob = rsa(bits);
    expect(String(blob.length)).toBe(length);
    expect(readKeyBlob(blob)).toEqual({ type: 'ssh-rsa', bits });
    expect(readKeyBlob(blob.replace(/=+$/, ''))).toEqual({ type: 'ssh-rsa', bits });
  });

  test('keys that ssh-keygen made', () => {
    const found = recording('bookworm-keys').outputs.find(({ probe }) => probe === 'ssh-key-lines')?.stdout ?? '';
    const keys = found.split('\n').flatMap((row) => {
      const match = /^\/home\/dora\S*:\d+:\S+ (\S+)$/.exec(row);
      return match?.[1] === undefined ? [] : [readKeyBlob(match[1])];
    });
    expect(keys).toEqual([
      { type: 'ssh-rsa', bits: 1024 },
      { type: 'ssh-dss', bits: 1024 },
      { type: 'ssh-rsa', bits: 3072 },
      { type: 'ecdsa-sha2-nistp521', bits: 521 },
      { type: 'ssh-ed25519', bits: 256 },
    ]);
  });

  test.each([
    ['', 'nothing'],
    ['AAAA', 'no field'],
    ['AAAAnotakey', 'a length beyond the end'],
    [wire(Buffer.from('ssh-rsa')), 'no modulus'],
    [wire(Buffer.from('ssh-xmss@openssh.com'), Buffer.of(1)), 'a type that is not known'],
    [wire(Buffer.from('constructor'), Buffer.of(1)), 'a name from an object'],
    [wire(Buffer.from('ssh-rsa'), Buffer.of(3), Buffer.of(0, 0)), undefined],
  ])('%s is no key (%s)', (blob, why) => {
    expect(readKeyBlob(blob)).toEqual(why === undefined ? { type: 'ssh-rsa', bits: 0 } : undefined);
  });

  test('hardware keys and certificates', () => {
    expect(readKeyBlob(wire(Buffer.from('sk-ssh-ed25519@openssh.com'), Buffer.of(1)))?.bits).toBe(256);
    expect(readKeyBlob(wire(Buffer.from('ssh-ed25519-cert-v01@openssh.com'), Buffer.of(1)))?.type).toBe('ssh-ed25519');
  });
});

describe('the command that reads key files as root', () => {
  const probe = probes.find(({ id }) => id === 'ssh-key-lines');
  const words = (probe?.argv ?? []).slice(1).map(String);
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keys-'));
    writeFileSync(
      join(folder, 'secrets'),
      [
        'root:$6$salt$hash:1',
        '-----BEGIN OPENSSH PRIVATE KEY-----',
        'b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ',
        'pw = AAAAsecret',
      ].join('\n'),
    );
    writeFileSync(
      join(folder, 'keys'),
      'command="echo secret" ssh-rsa  \tAAAAB3NzaC1yc2E= alice@secret\n \t#ssh-dss AAAAB3Nz old\n\tsk-ssh-ed25519@openssh.com AAAAG== x\n',
    );
    symlinkSync(join(folder, 'secrets'), join(folder, 'link'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const run = (...files: readonly string[]) =>
    spawnSync('grep', [...words, ...files.map((file) => join(folder, file))], {
      encoding: 'utf8',
      env: { LC_ALL: 'C', PATH: process.env.PATH ?? '' },
    });

  test('prints keys, and nothing else of any file', () => {
    const keys = join(folder, 'keys');
    expect(run('keys').stdout).toBe(
      `${keys}:1:ssh-rsa  \tAAAAB3NzaC1yc2E\n${keys}:2: \t#\n${keys}:2:ssh-dss AAAAB3Nz\n${keys}:3:sk-ssh-ed25519@openssh.com AAAAG\n`,
    );
    expect(run('secrets').stdout).toBe('');
    expect(run('link').stdout).toBe('');
  });

  test('does not open devices', () => {
    const { status, signal } = spawnSync('grep', [...words, '/dev/zero'], { timeout: 5000 });
    expect({ status, signal }).toEqual({ status: 1, signal: null });
  });

  test('is granted with every character of the pattern standing for itself', () => {
    const [first] = grantsOf(probes.filter(({ id }) => id === 'ssh-key-lines')).flatMap((grant) => grant.commands);
    expect(first).toContain(
      '/grep -aHno -D skip -d skip -E ^\\[\\[\\:blank\\:\\]\\]\\*\\#|(ssh|ecdsa|sk|rsa)-\\[a-z0-9@.-\\]+\\[\\[\\:blank\\:\\]\\]+AAAA\\[A-Za-z0-9+/\\]+ -- ',
    );
  });
});
