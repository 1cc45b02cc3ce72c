import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/collect/ssh/text.ts';
import {
  failure,
  file,
  HOST_KEY,
  type KeyPair,
  keyPair,
  knownAt,
  scratch,
  sshServer,
  success,
  USER_KEY,
  visit,
} from './support.ts';

const ED = HOST_KEY;
const ED2 = keyPair();
const RSA = keyPair('rsa');
const print = (key: KeyPair) => fingerprint(key.parsed.getPublicSSH());

/** Makes a running server use another ed25519 key from the next key exchange on. */
function swapHostKey(connection: unknown, key: unknown): void {
  const { _protocol } = connection as { _protocol: { _hostKeys: Record<string, unknown> } };
  _protocol._hostKeys['ssh-ed25519'] = key;
}

describe('a session with a host key that does not fit', () => {
  it('refuses an unknown key before any log-in, and says how to review it (ssh2 alone would accept it)', async () => {
    const server = await sshServer();
    const path = file('known_hosts', '');
    const outcome = await visit(server, { knownHostsFiles: [path] });
    const { reason, message } = failure(outcome);
    expect(reason).toBe('host-key');
    expect(message).toContain(
      `The host key of 127.0.0.1 port ${server.port} is not known: it offers ssh-ed25519 ${print(ED)}`,
    );
    expect(message).toContain(`ssh-keyscan -p ${server.port} -t ed25519 127.0.0.1`);
    expect(message).toContain('ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    expect(message).toContain(path);
    expect(server.attempts).toEqual([]);
    expect(outcome).toMatchObject({ hostKey: null, banner: expect.stringMatching(/^SSH-2\.0-/) });
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('shows the old entry of a changed key', async () => {
    const server = await sshServer();
    const path = file('known_hosts', `# old\n[127.0.0.1]:${server.port} ${ED2.line}\n`);
    const { reason, message } = failure(await visit(server, { knownHostsFiles: [path] }));
    expect(reason).toBe('host-key');
    expect(message).toContain(`offers ssh-ed25519 ${print(ED)}, but ${path}:2 has ssh-ed25519 ${print(ED2)}`);
    expect(message).toContain(`ssh-keygen -R '[127.0.0.1]:${server.port}' -f ${path}`);
    expect(server.attempts).toEqual([]);
  });

  it('refuses a server that has no key type but SHA-1 RSA', async () => {
    const server = await sshServer({ hostKeys: [RSA], config: { algorithms: { serverHostKey: ['ssh-rsa'] } } });
    const { reason, message } = failure(await visit(server, { knownHostsFiles: [knownAt(server.port, RSA)] }));
    expect(reason).toBe('unreachable');
    expect(message).toMatch(/share no host key type: it offers only outdated or unusual ones/);
  });

  it('verifies the signature too: a host that shows the right key without holding it is refused', async () => {
    const impostor = keyPair();
    const liar = Object.create(impostor.parsed) as typeof impostor.parsed;
    Object.assign(liar, { getPublicSSH: () => ED.parsed.getPublicSSH() });
    const own = join(scratch(), 'own');
    const server = await sshServer({ onConnection: (connection) => swapHostKey(connection, liar) });
    const outcome = await visit(server, { knownHostsFiles: [], acceptNewHostKeys: own });
    expect(failure(outcome).message).toMatch(/signature verification failed/);
    expect(() => statSync(own)).toThrow(/ENOENT/);
    expect(server.attempts).toEqual([]);
  });

  it('takes a second key exchange with the same key', async () => {
    const server = await sshServer({
      onExec: (channel, _command, connection) => {
        connection.rekey(() => {
          channel.write('after');
          channel.exit(0);
          channel.end();
        });
      },
    });
    expect(success(await visit(server)).exec.stdout.toString()).toBe('after');
  });

  it('stops when the key changes in a second key exchange', async () => {
    const server = await sshServer({
      hostKeys: [ED],
      onExec: (channel, _command, connection) => {
        swapHostKey(connection, ED2.parsed);
        connection.rekey(() => {
          channel.write('after');
          channel.exit(0);
          channel.end();
        });
      },
    });
    const { exec } = success(await visit(server));
    expect(exec.ended).toBe('closed');
    expect(exec.stdout.toString()).toBe('');
  });
});

it('ssh2 without a verifier accepts any host key: the reason for all of this', async () => {
  const server = await sshServer();
  await new Promise<void>((resolve, reject) => {
    const client = new ssh2.Client();
    client.on('ready', () => {
      client.end();
      resolve();
    });
    client.on('error', reject);
    client.connect({ host: '127.0.0.1', port: server.port, username: 'audit', privateKey: USER_KEY.privateKey });
  });
  expect(server.attempts).toContain('ssh-ed25519 signed');
});
