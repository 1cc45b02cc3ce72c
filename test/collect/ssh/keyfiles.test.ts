import { describe, expect, it } from 'vitest';
import { hasKeygen, keyFile, keygen, publicOnly, SECRET } from './keys.ts';
import { failure, file, keyPair, scratch, sshServer, success, USER_KEY, visit } from './support.ts';

const ED = USER_KEY;
const A = keyPair();

describe.skipIf(!hasKeygen)('key files', () => {
  const forms: [what: string, args: string[]][] = [
    ['OpenSSH ed25519', ['-t', 'ed25519', '-N', '']],
    ['OpenSSH ECDSA 256', ['-t', 'ecdsa', '-b', '256', '-N', '']],
    ['OpenSSH ECDSA 521', ['-t', 'ecdsa', '-b', '521', '-N', '']],
    ['OpenSSH RSA', ['-t', 'rsa', '-b', '2048', '-N', '']],
    ['PEM RSA', ['-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '']],
    ['PEM ECDSA', ['-t', 'ecdsa', '-b', '384', '-m', 'PEM', '-N', '']],
    ['PKCS#8 RSA', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8', '-N', '']],
    ['PKCS#8 ECDSA', ['-t', 'ecdsa', '-m', 'PKCS8', '-N', '']],
    ['encrypted OpenSSH ed25519', ['-t', 'ed25519', '-a', '4', '-N', SECRET]],
    ['encrypted OpenSSH RSA', ['-t', 'rsa', '-b', '2048', '-a', '4', '-N', SECRET]],
    ['encrypted PEM RSA', ['-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', SECRET]],
    ['encrypted PEM ECDSA', ['-t', 'ecdsa', '-m', 'PEM', '-N', SECRET]],
    ['encrypted PKCS#8 RSA', ['-t', 'rsa', '-b', '2048', '-m', 'PKCS8', '-N', SECRET]],
  ];
  it.each(forms)('%s', async (_what, args) => {
    const { path, pair } = keygen(...args);
    const server = await sshServer({ accept: [pair] });
    success(await visit(server, { passphrase: async () => SECRET }, { identities: [path] }));
    expect(server.attempts.every((attempt) => !attempt.startsWith('ssh-rsa ') || attempt === 'ssh-rsa signed')).toBe(
      true,
    );
  });

  it('PKCS#8 ed25519, as openssl writes it', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey } = generateKeyPairSync('ed25519');
    const path = file('key', String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    const jwk = privateKey.export({ format: 'jwk' });
    const blob = Buffer.concat([
      Buffer.from([0, 0, 0, 11]),
      Buffer.from('ssh-ed25519'),
      Buffer.from([0, 0, 0, 32]),
      Buffer.from(jwk.x ?? '', 'base64url'),
    ]);
    const server = await sshServer({ accept: [publicOnly(`ssh-ed25519 ${blob.toString('base64')}`)] });
    success(await visit(server, {}, { identities: [path] }));
  });

  it.each([
    ['missing', () => '/nonexistent/id', /\/nonexistent\/id does not exist/],
    ['a folder', () => scratch(), /cannot be read \(not a file\)/],
    ['readable by others', () => keyFile(ED, 0o644), /is open to others \(mode 0644\); run `chmod 600` on it/],
    ['readable by the group', () => keyFile(ED, 0o640), /is open to others \(mode 0640\)/],
    ['not a key', () => file('key', 'hello\n'), /is not a private key that can be read/],
    ['a cut key', () => file('key', ED.privateKey.slice(0, 120)), /is not a private key|cannot be used/],
    ['larger than any key', () => file('key', 'x'.repeat(70_000)), /cannot be read \(too large\)/],
    [
      'only a public key',
      () => file('key.pub', `${ED.line}\n`),
      /is only a public key and no agent holds its private half/,
    ],
    [
      'encrypted, with nobody to ask',
      () => keygen('-t', 'ed25519', '-a', '4', '-N', SECRET).path,
      /is encrypted and no agent holds it/,
    ],
  ])('%s: said, and nothing is sent', async (_what, path, message) => {
    const server = await sshServer();
    const outcome = await visit(server, {}, { identities: [path()] });
    expect(failure(outcome)).toMatchObject({ reason: 'auth', message: expect.stringMatching(message) });
    expect(failure(outcome).message).toMatch(/^There is no key to log in with to 127\.0\.0\.1 port \d+ as audit: /);
    expect(server.connections).toEqual([]);
  });

  it('a key of somebody else may be readable by its group, as ssh allows', async () => {
    const path = keyFile(ED, 0o640);
    const server = await sshServer();
    success(await visit(server, { uid: (process.getuid?.() ?? 0) + 1 }, { identities: [path] }));
  });

  it('goes on to the next identity when one cannot be used', async () => {
    const server = await sshServer();
    success(await visit(server, {}, { identities: ['/nonexistent/id', keyFile(A, 0o644), keyFile(ED)] }));
    expect(server.attempts).toEqual(['ssh-ed25519', 'ssh-ed25519 signed']);
  });
});
