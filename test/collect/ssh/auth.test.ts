import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { execScript } from '../../../src/collect/ssh/session.ts';
import { fingerprint } from '../../../src/collect/ssh/text.ts';
import {
  type Behaviour,
  cleanUp,
  failure,
  file,
  host,
  type KeyPair,
  keyPair,
  knownAt,
  options,
  scratch,
  sshServer,
  success,
  USER_KEY,
  visit,
} from './support.ts';

const ED = USER_KEY;
const [A, B, C, D] = [keyPair(), keyPair(), keyPair(), keyPair()] as const;
const SECRET = 'correct horse battery staple';
const print = (key: KeyPair) => fingerprint(key.parsed.getPublicSSH());
const keyFile = (key: KeyPair, mode = 0o600) => file('key', key.privateKey, mode);

/** A key made by ssh-keygen in a scratch folder; its path and its public half. */
function keygen(...args: string[]): { path: string; pair: KeyPair } {
  const path = join(scratch(), 'id');
  execFileSync('ssh-keygen', ['-q', '-f', path, '-C', 'test', ...args]);
  const line = readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
  return { path, pair: publicOnly(line) };
}

function publicOnly(line: string): KeyPair {
  const parsed = ssh2.utils.parseKey(line);
  if (parsed instanceof Error || Array.isArray(parsed)) throw new Error(String(parsed));
  return { privateKey: '', publicKey: line, parsed, line };
}

/** A real ssh-agent of this test's own. */
async function agent(...keys: string[]): Promise<string> {
  const socket = join(scratch(), 'agent');
  const child: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  cleanUp(() => child.kill());
  await new Promise((ready) => child.stdout?.once('data', ready));
  for (const key of keys) {
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: 'pipe' });
  }
  return socket;
}

describe('key files', () => {
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

describe('passphrases', () => {
  it('are asked for once per file and run, one question at a time, whatever the number of hosts', async () => {
    const [one, two] = [
      keygen('-t', 'ed25519', '-a', '4', '-N', SECRET),
      keygen('-t', 'ed25519', '-a', '4', '-N', SECRET),
    ];
    const server = await sshServer({ accept: [two.pair] });
    const asked: string[] = [];
    let open = 0;
    const passphrase = async (path: string) => {
      asked.push(path);
      expect(++open).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 30));
      open--;
      return SECRET;
    };
    const shared = options({ knownHostsFiles: [knownAt(server.port)], passphrase, hostSeconds: 3 });
    const target = host({ port: server.port, identities: [one.path, two.path] });
    for (const outcome of await Promise.all(Array.from({ length: 5 }, () => execScript(target, 'sh', '', shared))))
      success(outcome);
    success(await execScript(target, 'sh', '', shared));
    expect(asked.sort()).toEqual([one.path, two.path].sort());
  });

  it('get three chances; then the key is left out', async () => {
    const { path } = keygen('-t', 'ed25519', '-a', '4', '-N', SECRET);
    const server = await sshServer();
    const answers = ['wrong', '', 'wrong again', SECRET];
    const outcome = await visit(server, { passphrase: async () => answers.shift() ?? null }, { identities: [path] });
    expect(failure(outcome).message).toContain(`the passphrases given for ${path} do not open it`);
    expect(answers).toEqual([SECRET]);
    expect(failure(outcome).message).not.toContain('wrong again');
  });

  it('can be declined', async () => {
    const { path } = keygen('-t', 'ed25519', '-a', '4', '-N', SECRET);
    const server = await sshServer();
    const outcome = await visit(server, { passphrase: async () => null }, { identities: [path] });
    expect(failure(outcome).message).toContain(`no passphrase was given for ${path}`);
  });

  it('do not hold up an interrupted scan, and thinking does not use up the time of the host', async () => {
    const { path, pair } = keygen('-t', 'ed25519', '-a', '4', '-N', SECRET);
    const server = await sshServer({ accept: [pair] });
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 700));
      return SECRET;
    };
    success(await visit(server, { passphrase: slow, hostSeconds: 0.5, handshakeSeconds: 0.5 }, { identities: [path] }));
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    const forever = () => new Promise<string>(() => undefined);
    const outcome = await visit(server, { passphrase: forever, signal: controller.signal }, { identities: [path] });
    expect(failure(outcome).message).toMatch(/^The scan was interrupted/);
  });

  it('are not asked for encrypted default files while there is another key', async () => {
    const { path } = keygen('-t', 'ed25519', '-a', '4', '-N', SECRET);
    const server = await sshServer();
    const asked: string[] = [];
    const passphrase = async (name: string) => {
      asked.push(name);
      return null;
    };
    success(await visit(server, { passphrase, identityFiles: [path, keyFile(ED)] }));
    expect(asked).toEqual([]);
    failure(await visit(server, { passphrase, identityFiles: [path] }));
    expect(asked).toEqual([path]);
  });
});

describe('ssh-agent', () => {
  it('signs with the key of an encrypted file, without a question', async () => {
    const { path, pair } = keygen('-t', 'ed25519', '-a', '4', '-N', '');
    const socket = await agent(path);
    execFileSync('ssh-keygen', ['-q', '-p', '-f', path, '-P', '', '-N', SECRET, '-a', '4']);
    execFileSync('rm', [`${path}.pub`]);
    const server = await sshServer({ accept: [pair] });
    const passphrase = async () => {
      throw new Error('asked');
    };
    success(await visit(server, { agentSocket: socket, passphrase }, { identities: [path] }));
  });

  it.each([['rsa'], ['ecdsa'], ['ed25519']])('signs with %s, and with SHA-2 when it is RSA', async (type) => {
    const { path, pair } = keygen('-t', type, '-N', '');
    const socket = await agent(path);
    const hashes: unknown[] = [];
    const server = await sshServer({
      accept: [pair],
      onConnection: (connection) =>
        connection.on('authentication', (context) => hashes.push((context as { hashAlgo?: string }).hashAlgo)),
    });
    success(await visit(server, { agentSocket: socket, identityFiles: [] }, { identitiesOnly: false }));
    if (type === 'rsa') expect(new Set(hashes)).toEqual(new Set(['sha256']));
  });

  it('with IdentitiesOnly is asked for listed keys alone, by their public file', async () => {
    const [mine, other] = [keygen('-t', 'ed25519', '-N', ''), keygen('-t', 'ed25519', '-N', '')];
    const socket = await agent(other.path, mine.path);
    const server = await sshServer({ accept: [mine.pair] });
    const publicFile = file('mine.pub', `${mine.pair.line}\n`);
    success(await visit(server, { agentSocket: socket }, { identities: [publicFile], identitiesOnly: true }));
    expect(server.attempts).toEqual(['ssh-ed25519', 'ssh-ed25519 signed']);
    const { message } = failure(
      await visit(
        server,
        { agentSocket: socket },
        { identities: [file('b.pub', `${B.line}\n`)], identitiesOnly: true },
      ),
    );
    expect(message).toMatch(/is only a public key and no agent holds its private half/);
  });

  it('finds the key of a private file that is gone by the public file beside it', async () => {
    const mine = keygen('-t', 'ed25519', '-N', '');
    const socket = await agent(mine.path);
    execFileSync('rm', [mine.path]);
    const server = await sshServer({ accept: [mine.pair] });
    success(await visit(server, { agentSocket: socket }, { identities: [mine.path] }));
  });

  it('that is gone or mute is named, and does not hang the scan', async () => {
    const server = await sshServer({ accept: [] });
    const gone = failure(await visit(server, { agentSocket: '/nonexistent/agent' }));
    expect(gone.message).toContain('the ssh-agent at /nonexistent/agent cannot be asked');
    const empty = await agent();
    expect(
      failure(await visit(server, { agentSocket: empty, identityFiles: [] }, { identitiesOnly: false })).message,
    ).toContain('the ssh-agent holds no key');
  });

  it('that never signs is cut off by the deadline, without a late crash', async () => {
    const path = join(scratch(), 'agent');
    const listed = Buffer.concat([A.parsed.getPublicSSH()]);
    const answer = Buffer.alloc(9 + 4 + listed.length + 4);
    answer.writeUInt32BE(answer.length - 4, 0);
    answer[4] = 12;
    answer.writeUInt32BE(1, 5);
    answer.writeUInt32BE(listed.length, 9);
    listed.copy(answer, 13);
    const open = new Set<unknown>();
    const fake = createServer((socket) => {
      open.add(socket);
      socket.on('error', () => undefined).on('close', () => open.delete(socket));
      socket.once('data', (request: Buffer) => {
        if (request[4] === 11) socket.write(answer);
      });
    });
    await new Promise<void>((ready) => fake.listen(path, ready));
    cleanUp(() => fake.close());
    const server = await sshServer({ accept: [A] });
    const outcome = await visit(
      server,
      { agentSocket: path, identityFiles: [], handshakeSeconds: 0.4 },
      { identitiesOnly: false },
    );
    expect(failure(outcome)).toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/did not finish the log-in/),
    });
    await expect.poll(() => open.size).toBe(0);
  });
});

describe('offers', () => {
  it('stop after three keys, after one connection, and say what was offered and what not', async () => {
    const server = await sshServer({ accept: [] });
    const identities = [A, B, C, D, ED].map((key) => keyFile(key));
    const { reason, message } = failure(await visit(server, {}, { identities }));
    expect(reason).toBe('auth');
    expect(server.attempts).toEqual(['ssh-ed25519', 'ssh-ed25519', 'ssh-ed25519']);
    expect(server.connections).toHaveLength(1);
    for (const [i, key] of [A, B, C].entries())
      expect(message).toContain(`ssh-ed25519 ${print(key)} (${identities[i]})`);
    expect(message).not.toContain(print(D));
    expect(message).toContain('2 more keys (at most 3 are offered');
    expect(message).toContain('it takes publickey, password');
    expect(message).not.toContain('PRIVATE KEY');
  });

  it('prefer listed identities over the other keys of the agent', async () => {
    const others = [
      keygen('-t', 'ed25519', '-N', ''),
      keygen('-t', 'ed25519', '-N', ''),
      keygen('-t', 'ed25519', '-N', ''),
    ];
    const socket = await agent(...others.map(({ path }) => path));
    const server = await sshServer();
    success(await visit(server, { agentSocket: socket }, { identities: [keyFile(ED)], identitiesOnly: false }));
    expect(server.attempts).toHaveLength(2);
  });

  it('say which methods the server takes after a key of the agent failed', async () => {
    const { path } = keygen('-t', 'ed25519', '-N', '');
    const socket = await agent(path);
    const server = await sshServer({ accept: [] });
    const outcome = failure(await visit(server, { agentSocket: socket, identityFiles: [] }, { identitiesOnly: false }));
    expect(outcome.message).toContain('it takes publickey, password');
    expect(outcome.message).toContain(`(${path} in the agent)`.replace(path, 'test'));
  });

  const servers: [what: string, reject: string[], partial: boolean, message: RegExp][] = [
    [
      'takes passwords only',
      ['password', 'keyboard-interactive'],
      false,
      /does not let audit log in with a key: it takes only password, keyboard-interactive/,
    ],
    ['wants a second proof', ['password'], true, /took a key of audit but wants another proof as well \(password\)/],
    ['names methods with escapes', ['publickey', 'x\x1b[31m'], false, /it takes publickey, x\\x1b\[31m/],
  ];
  it.each(servers)('a server that %s', async (_what, methods, partial, message) => {
    const server = await sshServer(rejecting(methods, partial));
    const outcome = failure(await visit(server, {}, { identities: [keyFile(A), keyFile(B)] }));
    expect(outcome).toMatchObject({ reason: 'auth', message: expect.stringMatching(message) });
    expect(server.attempts).toHaveLength(methods.includes('publickey') ? 2 : 1);
  });

  it('a server that hangs up after the first key', async () => {
    const server = await sshServer({
      onConnection: (connection) => {
        connection.removeAllListeners('authentication');
        connection.on('authentication', () => connection.end());
      },
    });
    const { reason, message } = failure(await visit(server));
    expect(reason).toBe('auth');
    expect(message).toMatch(/closed the connection during the log-in/);
  });

  it('never sign with SHA-1: an RSA key is left out when the server takes nothing else', async () => {
    const { path, pair } = keygen('-t', 'rsa', '-b', '2048', '-N', '');
    const server = await sshServer({
      accept: [pair],
      onConnection: (connection) => {
        const inner = connection as unknown as {
          _protocol: { _onHandshakeComplete: (...args: unknown[]) => void; _kex?: { remoteExtInfoEnabled: boolean } };
        };
        const complete = inner._protocol._onHandshakeComplete;
        inner._protocol._onHandshakeComplete = (...args) => {
          // A server of before RFC 8332 tells nothing about signature algorithms.
          if (inner._protocol._kex) inner._protocol._kex.remoteExtInfoEnabled = false;
          complete(...args);
        };
      },
    });
    const { reason, message } = failure(await visit(server, {}, { identities: [path] }));
    expect(reason).toBe('auth');
    expect(message).toContain('the server takes RSA signatures with SHA-1 only');
    expect(server.attempts).toEqual(['ssh-rsa']);
  });
});

function rejecting(methods: string[], partial: boolean): Behaviour {
  return {
    onConnection: (connection, server) => {
      connection.removeAllListeners('authentication');
      connection.on('authentication', (context) => {
        server.attempts.push(context.method);
        context.reject(methods as never, partial);
      });
    },
  };
}

it('a secret never reaches a message', async () => {
  const { path } = keygen('-t', 'ed25519', '-a', '4', '-N', SECRET);
  const server = await sshServer({ accept: [] });
  const { message } = failure(await visit(server, { passphrase: async () => SECRET }, { identities: [path] }));
  expect(message).not.toContain(SECRET);
  expect(message).not.toContain(readFileSync(path, 'utf8').split('\n')[1]);
});
