import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { execScript } from '../../../src/collect/ssh/session.ts';
import { agent, hasKeygen, keyFile, keygen, SECRET } from './keys.ts';
import {
  cleanUp,
  failure,
  file,
  host,
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
const [A, B] = [keyPair(), keyPair()] as const;

describe.skipIf(!hasKeygen)('passphrases', () => {
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
      await new Promise((resolve) => setTimeout(resolve, 2500));
      return SECRET;
    };
    success(await visit(server, { passphrase: slow, hostSeconds: 2, handshakeSeconds: 2 }, { identities: [path] }));
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

describe.skipIf(!hasKeygen)('ssh-agent', () => {
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
      { agentSocket: path, identityFiles: [], handshakeSeconds: 2 },
      { identitiesOnly: false },
    );
    expect(failure(outcome)).toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(/did not finish the log-in/),
    });
    await expect.poll(() => open.size).toBe(0);
  });
});
