import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { agent, hasKeygen, keyFile, keygen, print, SECRET } from './keys.ts';
import { type Behaviour, failure, keyPair, sshServer, success, USER_KEY, visit } from './support.ts';

const ED = USER_KEY;
const [A, B, C, D] = [keyPair(), keyPair(), keyPair(), keyPair()] as const;

describe.skipIf(!hasKeygen)('offers', () => {
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

it.skipIf(!hasKeygen)('a secret never reaches a message', async () => {
  const { path } = keygen('-t', 'ed25519', '-a', '4', '-N', SECRET);
  const server = await sshServer({ accept: [] });
  const { message } = failure(await visit(server, { passphrase: async () => SECRET }, { identities: [path] }));
  expect(message).not.toContain(SECRET);
  expect(message).not.toContain(readFileSync(path, 'utf8').split('\n')[1]);
});
