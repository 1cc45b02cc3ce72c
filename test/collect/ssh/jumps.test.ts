import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { execScript, jumpLimiter } from '../../../src/collect/ssh/session.ts';
import type { Host } from '../../../src/model/host.ts';
import {
  closedPort,
  failure,
  file,
  host,
  keyPair,
  knownAt,
  options,
  type SshServer,
  sshServer,
  success,
  tcpServer,
} from './support.ts';

const [JUMP_KEY, JUMP_USER, INNER_KEY] = [keyPair(), keyPair(), keyPair()] as const;

const direct = (address: string, port: number) =>
  new Promise<Socket>((resolve, reject) => {
    const socket = connect(port, address);
    socket.once('connect', () => resolve(socket)).once('error', reject);
  });

function bastion(): Promise<SshServer> {
  return sshServer({ hostKeys: [JUMP_KEY], accept: [JUMP_USER], forwardTo: direct });
}

/** A host behind jump hosts, each with its own user, key and known host key. */
function behind(inner: { port: number }, ...jumps: { port: number }[]): Host {
  return host({
    port: inner.port,
    knownHostsFiles: [knownAt(inner.port, INNER_KEY)],
    jump: jumps.map(({ port }, i) =>
      host({
        name: `bastion-${i + 1}`,
        user: 'hop',
        port,
        knownHostsFiles: [knownAt(port, JUMP_KEY)],
        identities: [file('jump', JUMP_USER.privateKey)],
      }),
    ),
  });
}

describe('through jump hosts', () => {
  it('each hop has its own user, key and host key; all is counted', async () => {
    const [one, two, inner] = [await bastion(), await bastion(), await sshServer({ hostKeys: [INNER_KEY] })];
    const outcome = success(await execScript(behind(inner, one, two), 'sh', 'echo hello', options()));
    expect(outcome.exec.stdout.toString()).toBe('echo hello');
    expect(outcome.cost).toMatchObject({ connections: 3, execs: 1 });
    expect(one.requests).toEqual([`forward 127.0.0.1:${two.port}`]);
    expect(two.requests).toEqual([`forward 127.0.0.1:${inner.port}`]);
    expect(inner.requests).toEqual(['exec sh']);
    expect([one, two, inner].map(({ connections }) => connections.length)).toEqual([1, 1, 1]);
    await expect.poll(() => [one, two, inner].every(({ connections }) => isClosed(connections[0]))).toBe(true);
  });

  it('an unknown key of the jump host stops there', async () => {
    const [jump, inner] = [await bastion(), await sshServer({ hostKeys: [INNER_KEY] })];
    const target = behind(inner, jump);
    const changed = { ...target, jump: target.jump.map((hop) => ({ ...hop, knownHostsFiles: [file('k', '')] })) };
    const outcome = await execScript(changed, 'sh', '', options());
    expect(failure(outcome)).toMatchObject({
      reason: 'host-key',
      message: expect.stringMatching(
        new RegExp(`^Jump host bastion-1: The host key of 127\\.0\\.0\\.1 port ${jump.port} is not known`),
      ),
    });
    expect(jump.attempts).toEqual([]);
    expect(inner.connections).toEqual([]);
    expect(outcome.cost.connections).toBe(1);
  });

  it('an unknown key of the host behind is refused too, with the place to run ssh-keyscan', async () => {
    const [jump, inner] = [await bastion(), await sshServer({ hostKeys: [INNER_KEY] })];
    const target = { ...behind(inner, jump), knownHostsFiles: [file('k', '')] };
    const outcome = failure(await execScript(target, 'sh', '', options()));
    expect(outcome.reason).toBe('host-key');
    expect(outcome.message).toMatch(new RegExp(`^The host key of 127\\.0\\.0\\.1 port ${inner.port} is not known`));
    expect(outcome.message).toContain('prints on the jump host 127.0.0.1');
    expect(inner.attempts).toEqual([]);
  });

  it('a refused log-in names the hop', async () => {
    const [jump, inner] = [await bastion(), await sshServer({ hostKeys: [INNER_KEY] })];
    const target = behind(inner, jump);
    const wrong = { ...target, jump: target.jump.map((hop) => ({ ...hop, identities: [] })) };
    expect(failure(await execScript(wrong, 'sh', '', options()))).toMatchObject({
      reason: 'auth',
      message: expect.stringMatching(/^Jump host bastion-1: 127\.0\.0\.1 port \d+ did not let hop in/),
    });
    const none = { ...target, jump: target.jump.map((hop) => ({ ...hop, identities: ['/nonexistent/id'] })) };
    expect(failure(await execScript(none, 'sh', '', options())).message).toMatch(
      /^Jump host bastion-1: There is no key to log in with/,
    );
  });

  it('a jump host that forbids forwarding', async () => {
    const jump = await sshServer({ hostKeys: [JUMP_KEY], accept: [JUMP_USER] });
    const outcome = failure(await execScript(behind({ port: 22 }, jump), 'sh', '', options()));
    expect(outcome.reason).toBe('unreachable');
    await expect.poll(() => isClosed(jump.connections[0])).toBe(true);
    expect(outcome.message).toMatch(
      /^The jump host 127\.0\.0\.1 port \d+ did not open a connection to 127\.0\.0\.1 port 22: it does not allow it/,
    );
  });

  it('a host that the jump host cannot reach', async () => {
    const jump = await bastion();
    const outcome = failure(await execScript(behind({ port: await closedPort() }, jump), 'sh', '', options()));
    expect(outcome).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/did not open a connection to 127\.0\.0\.1 port \d+: it could not reach it/),
    });
  });

  it('a jump host that never answers the request', async () => {
    const jump = await sshServer({
      hostKeys: [JUMP_KEY],
      accept: [JUMP_USER],
      forwardTo: () => new Promise(() => undefined),
    });
    const outcome = failure(await execScript(behind({ port: 22 }, jump), 'sh', '', options({ connectSeconds: 0.4 })));
    expect(outcome.message).toMatch(/did not open a connection to 127\.0\.0\.1 port 22: no answer within 0\.4 s/);
  });

  it('a jump host that is not there', async () => {
    const outcome = failure(await execScript(behind({ port: 22 }, { port: await closedPort() }), 'sh', '', options()));
    expect(outcome.message).toMatch(
      /^Jump host bastion-1: 127\.0\.0\.1 port \d+ cannot be reached: connection refused/,
    );
  });

  it('what hangs, breaks or is not SSH behind a jump host ends as it would without', async () => {
    const jump = await bastion();
    const mute = await tcpServer(() => undefined);
    const web = await tcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n'));
    const short = options({ handshakeSeconds: 2 });
    expect(failure(await execScript(behind({ port: mute }, jump), 'sh', '', short))).toMatchObject({
      reason: 'timeout',
      message: expect.stringMatching(
        new RegExp(`^127\\.0\\.0\\.1 port ${mute} took the connection but sent no SSH identification`),
      ),
    });
    expect(failure(await execScript(behind({ port: web }, jump), 'sh', '', short))).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/is not an SSH server: it answered "HTTP\/1\.1 400 Bad Request"/),
    });
  });

  it('a jump host that goes away in the middle of the command', async () => {
    const [jump, inner] = [
      await bastion(),
      await sshServer({
        hostKeys: [INNER_KEY],
        onExec: (channel) => {
          channel.write('so far');
          setTimeout(() => (jump.connections[0] as unknown as { _sock: Socket })._sock.resetAndDestroy(), 50);
        },
      }),
    ];
    const { exec } = success(await execScript(behind(inner, jump), 'sh', '', options()));
    expect(exec).toMatchObject({ ended: 'closed' });
    expect(exec.stdout.toString()).toBe('so far');
  });

  it('the time for one host and an interruption end the whole chain', async () => {
    const jump = await bastion();
    const inner = await sshServer({ hostKeys: [INNER_KEY], onExec: (channel) => channel.write('so far') });
    const { exec } = success(await execScript(behind(inner, jump), 'sh', '', options({ hostSeconds: 3 })));
    expect(exec).toMatchObject({ ended: 'deadline' });
    expect(exec.stdout.toString()).toBe('so far');
    await expect.poll(() => [...jump.connections, ...inner.connections].every(isClosed)).toBe(true);
  });
});

function isClosed(connection: unknown): boolean {
  return (connection as { _sock: Socket } | undefined)?._sock.destroyed === true;
}

describe('the limit per jump host', () => {
  const [a, b] = [host({ address: 'a' }), host({ address: 'b' })];
  const through = (...jump: Host[]) => host({ jump });

  it('holds for each jump host, not for hosts without one', async () => {
    const limit = jumpLimiter(2);
    const now = { a: 0, b: 0, none: 0 };
    const most = { a: 0, b: 0, none: 0 };
    const task = (which: keyof typeof now) => async () => {
      most[which] = Math.max(most[which], ++now[which]);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now[which]--;
      return which;
    };
    const many = <T>(make: () => Promise<T>) => Array.from({ length: 6 }, make);
    const results = await Promise.all([
      ...many(() => limit(through(a), task('a'))),
      ...many(() => limit(through(host({ address: 'B' })), task('b'))),
      ...many(() => limit(through(b), task('b'))),
      ...many(() => limit(host(), task('none'))),
    ]);
    expect(most).toEqual({ a: 2, b: 2, none: 6 });
    expect(results).toHaveLength(24);
  });

  it('chains that cross do not block each other', async () => {
    const limit = jumpLimiter(1);
    const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
    const all = Array.from({ length: 20 }, (_, i) => limit(i % 2 ? through(a, b) : through(b, a), pause));
    await expect(Promise.all(all)).resolves.toHaveLength(20);
  });

  it('a task that fails gives its place back', async () => {
    const limit = jumpLimiter(1);
    await expect(limit(through(a), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(limit(through(a), async () => 'yes')).resolves.toBe('yes');
  });
});
