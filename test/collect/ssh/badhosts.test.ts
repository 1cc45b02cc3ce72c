import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { execScript } from '../../../src/collect/ssh/session.ts';
import {
  cleanUp,
  closedPort,
  failure,
  host,
  knownAt,
  options,
  type SshServer,
  sshServer,
  success,
  tcpServer,
  visit,
} from './support.ts';

const QUICK = { connectSeconds: 1, handshakeSeconds: 0.4, hostSeconds: 2 };

/** Nothing that a host does may surface outside of the outcome. */
const strays: unknown[] = [];
process.on('uncaughtException', (error) => strays.push(error));
process.on('unhandledRejection', (error) => strays.push(error));

async function against(onConnection: (socket: Socket) => void) {
  const port = await tcpServer(onConnection);
  const outcome = failure(await visit({ port }, QUICK));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(strays).toEqual([]);
  return { ...outcome, place: `127.0.0.1 port ${port}` };
}

describe('what is not an SSH server', () => {
  const cases: [what: string, bytes: string | Buffer, close: boolean, message: string][] = [
    [
      'HTTP',
      'HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<h1>',
      true,
      'is not an SSH server: it answered "HTTP/1.1 400 Bad Request". Check the port.',
    ],
    [
      'SMTP, which waits',
      '220 mail.example.org ESMTP\r\n',
      false,
      'is not an SSH server: it answered "220 mail.example.org ESMTP"',
    ],
    [
      'escape sequences',
      '\x1b]0;owned\x07\x1b[2J<script>\u202e\r\n',
      true,
      'it answered "\\x1b]0;owned\\x07\\x1b[2J<script>\\u{202e}"',
    ],
    [
      'bytes that are not text',
      Buffer.from([0x16, 3, 1, 0xff, 0xfe, 0]),
      true,
      'it answered "\\x16\\x03\\x01\\xff\\xfe\\x00"',
    ],
    ['one endless line', 'x'.repeat(100_000), false, `it answered "${'x'.repeat(80)}…"`],
    ['endless lines', 'hello\r\n'.repeat(20_000), false, 'it answered "hello"'],
    ['SSH protocol 1', 'SSH-1.5-OpenSSH_3.0\r\n', false, 'speaks only SSH protocol 1 ("SSH-1.5-OpenSSH_3.0")'],
    ['an identification without software', 'SSH-2.0-\r\n', false, 'is not an SSH server: it answered "SSH-2.0-"'],
    ['a full sshd', 'Exceeded MaxStartups\r\n', true, 'turned the connection away, saying "Exceeded MaxStartups"'],
    [
      'an sshd that holds a grudge',
      'Not allowed at this time\r\n',
      true,
      'turned the connection away, saying "Not allowed at this time"',
    ],
  ];
  it.each(cases)('%s', async (_what, bytes, close, message) => {
    const outcome = await against((socket) => {
      socket.write(bytes);
      if (close) socket.end();
    });
    expect(outcome.reason).toBe('unreachable');
    expect(outcome.message).toContain(message);
    expect(outcome.message).toContain(outcome.place);
    expect(outcome.message).not.toMatch(/[\x00-\x1f\x7f\u202e]/);
  });
});

it('a server that is not SSH and talks on is left before the deadline', async () => {
  const port = await tcpServer((socket) => socket.write('hello\r\n'.repeat(20_000)));
  const began = performance.now();
  expect(failure(await visit({ port }, { handshakeSeconds: 4 })).message).toContain('it answered "hello"');
  expect(performance.now() - began).toBeLessThan(2000);
});

describe('hosts that hang, close or break the protocol', () => {
  const hello = 'SSH-2.0-test\r\n';
  const cases: [what: string, act: (socket: Socket) => void, reason: string, message: RegExp][] = [
    ['silence after the connection', () => undefined, 'timeout', /sent no SSH identification within 0\.4 s/],
    [
      'one byte a tick instead of an identification',
      (socket) => drip(socket, 'x'.repeat(1000)),
      'unreachable',
      /it answered "x+"/,
    ],
    [
      'silence after the identification',
      (socket) => socket.write(hello),
      'timeout',
      /did not finish the key exchange within 0\.4 s/,
    ],
    ['closed at once', (socket) => socket.end(), 'unreachable', /closed the connection before it identified itself/],
    [
      'reset at once',
      (socket) => socket.resetAndDestroy(),
      'unreachable',
      /closed the connection before|broke the connection during the identification|connection reset/,
    ],
    [
      'closed after the identification',
      (socket) => socket.end(hello),
      'unreachable',
      /closed the connection during the key exchange/,
    ],
    [
      'reset after the identification',
      (socket) => socket.write(hello, () => setTimeout(() => socket.resetAndDestroy(), 50)),
      'unreachable',
      /broke the connection during the key exchange \(ECONNRESET\)/,
    ],
    [
      'garbage after the identification',
      (socket) => socket.write(`${hello}${'\xff'.repeat(300)}`),
      'unreachable',
      /broke the SSH protocol during the key exchange: Bad packet length/,
    ],
    [
      'a packet that claims 4 GiB',
      (socket) => socket.write(Buffer.concat([Buffer.from(hello), Buffer.alloc(64, 0xff)])),
      'unreachable',
      /broke the SSH protocol/,
    ],
    [
      'a cut key exchange message',
      (socket) =>
        socket.write(Buffer.concat([Buffer.from(hello), Buffer.from('0000000c0a1400000000000000000000', 'hex')])),
      'unreachable',
      /malformed KEXINIT/i,
    ],
  ];
  it.each(cases)('%s', async (_what, act, reason, message) => {
    const outcome = await against(act);
    expect(outcome).toMatchObject({ reason, message: expect.stringMatching(message) });
    expect(outcome.message).toContain(outcome.place);
  });

  it('a flood of packets before the log-in', async () => {
    const ignore = Buffer.concat([Buffer.from('00001ffc', 'hex'), Buffer.from([4, 2]), Buffer.alloc(0x1ffa)]);
    const outcome = await against((socket) => {
      socket.write(hello);
      const flood = setInterval(() => socket.write(Buffer.concat(Array.from({ length: 50 }, () => ignore))), 1);
      socket.on('close', () => clearInterval(flood));
    });
    expect(outcome).toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(/more than 1 MiB before the log-in/),
    });
  });
});

function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++] ?? ''), 5);
  socket.on('close', () => clearInterval(timer));
}

describe('identification lines that ssh2 alone would lose', () => {
  it.each([
    ['one byte at a time', 1, 0],
    ['in three pieces', 8, 0],
    ['after other lines', 7, 3],
  ])('%s', async (_what, size, greetings) => {
    const server = await sshServer();
    const port = await tcpServer((socket) => relay(socket, server, size, greetings));
    const outcome = success(await visit({ port }, { knownHostsFiles: [knownAt(port)] }));
    expect(outcome.exec.stdout.toString()).toBe('echo hello\n');
    expect(outcome.banner).toMatch(/^SSH-2\.0-ssh2js/);
  });
});

/** Passes on to the server, but sends its first line in small pieces, with other lines before it. */
async function relay(client: Socket, server: SshServer, size: number, greetings: number): Promise<void> {
  const upstream = connect(server.port, '127.0.0.1');
  client.setNoDelay(true);
  upstream.on('error', () => client.destroy()).on('close', () => client.end());
  client.on('close', () => upstream.destroy());
  client.pipe(upstream);
  upstream.once('data', async (first: Buffer) => {
    upstream.pause();
    const bytes = Buffer.concat([Buffer.from('some greeting\r\n'.repeat(greetings)), first]);
    for (let at = 0; at < bytes.length; at += size) {
      client.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    upstream.pipe(client);
    upstream.resume();
  });
}

describe('a command that misbehaves', () => {
  it('keeps what a hanging command wrote, and ends at the time for one host', async () => {
    const server = await sshServer({ onExec: (channel) => channel.write('so far') });
    const began = performance.now();
    const { exec } = success(await visit(server, { hostSeconds: 0.5 }));
    expect(exec).toMatchObject({ ended: 'deadline', exitCode: null });
    expect(exec.stdout.toString()).toBe('so far');
    expect(performance.now() - began).toBeLessThan(1500);
  });

  it('ends a host that drips one byte at a time', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        const timer = setInterval(() => channel.write('.'), 20);
        channel.on('close', () => clearInterval(timer));
      },
    });
    const { exec } = success(await visit(server, { hostSeconds: 0.5 }));
    expect(exec.ended).toBe('deadline');
    expect(exec.stdout.toString()).toMatch(/^\.{5,30}$/);
  });

  it.each(['stdout', 'stderr'] as const)('cuts endless %s at its cap, exactly', async (stream) => {
    const server = await sshServer({
      onExec: (channel) => {
        const to = stream === 'stdout' ? channel : channel.stderr;
        const pour = () => {
          while (!channel.destroyed && channel.writable && to.write('x'.repeat(30_000)));
        };
        to.on('drain', pour);
        pour();
      },
    });
    const { exec, cost } = success(
      await visit(server, { maxStdoutBytes: 100_000, maxStderrBytes: 50_000, hostSeconds: 10 }),
    );
    expect(exec.ended).toBe('cap');
    expect(cost.bytesIn).toBeLessThan(500_000);
    expect(exec[stream]).toHaveLength(stream === 'stdout' ? 100_000 : 50_000);
  });

  it('takes output of exactly the cap as whole', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        channel.write('x'.repeat(1000));
        channel.exit(0);
        channel.end();
      },
    });
    const { exec } = success(await visit(server, { maxStdoutBytes: 1000 }));
    expect(exec).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(exec.stdout).toHaveLength(1000);
  });

  it('cuts a gigabyte line without keeping it', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        const block = Buffer.alloc(1024 * 1024, 'a');
        const pour = () => {
          while (channel.writable && channel.write(block));
        };
        channel.on('drain', pour);
        pour();
      },
    });
    const before = process.memoryUsage().rss;
    const { exec } = success(await visit(server, { maxStdoutBytes: 8 * 1024 * 1024, hostSeconds: 15 }));
    expect(exec.ended).toBe('cap');
    expect(exec.stdout).toHaveLength(8 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  it('ends a host that keeps us busy with packets that are no output', async () => {
    const server = await sshServer({
      onExec: (_channel, _command, connection) => {
        const inner = (connection as unknown as { _protocol: { ping: () => void } })._protocol;
        const timer = setInterval(() => {
          for (let i = 0; i < 2000; i++) inner.ping();
        }, 1);
        connection.on('close', () => clearInterval(timer));
      },
    });
    const { exec, cost } = success(
      await visit(server, { maxStdoutBytes: 1000, maxStderrBytes: 1000, hostSeconds: 15 }),
    );
    expect(exec.ended).toBe('cap');
    expect(cost.bytesIn).toBeLessThan(3 * 1024 * 1024);
  });

  it.each([
    ['closes the connection in the middle', (socket: Socket) => socket.end()],
    ['resets the connection in the middle', (socket: Socket) => socket.resetAndDestroy()],
  ])('%s', async (_what, act) => {
    const server = await sshServer({
      onExec: (channel, _command, connection) => {
        channel.write('half a fra');
        setTimeout(() => act((connection as unknown as { _sock: Socket })._sock), 50);
      },
    });
    const { exec } = success(await visit(server));
    expect(exec).toMatchObject({ ended: 'closed', exitCode: null });
    expect(exec.stdout.toString()).toBe('half a fra');
  });

  it('does not call it a normal end when no exit status came', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        channel.write('looks whole');
        channel.end();
      },
    });
    expect(success(await visit(server)).exec).toMatchObject({ ended: 'closed', exitCode: null, signal: null });
  });

  it('notices that a host is gone, by probes that nobody answers', async () => {
    const server = await sshServer({ onExec: (channel) => channel.write('so far') });
    const port = await tcpServer((socket) => {
      const upstream = connect(server.port, '127.0.0.1');
      cleanUp(() => upstream.destroy());
      socket.pipe(upstream);
      upstream.pipe(socket);
      setTimeout(() => {
        upstream.unpipe(socket);
        socket.unpipe(upstream);
        socket.resume();
      }, 300);
    });
    const began = performance.now();
    const { exec } = success(
      await visit({ port }, { knownHostsFiles: [knownAt(port)], keepaliveSeconds: 0.2, hostSeconds: 10 }),
    );
    expect(exec.ended).toBe('closed');
    expect(exec.stdout.toString()).toBe('so far');
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it('keeps a silent command of a living host', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        setTimeout(() => {
          channel.write('done');
          channel.exit(0);
          channel.end();
        }, 800);
      },
    });
    expect(success(await visit(server, { keepaliveSeconds: 0.1 })).exec).toMatchObject({ ended: 'exit' });
  });

  it('does not call it a normal end when the connection breaks after the exit status', async () => {
    const server = await sshServer({
      onExec: (channel, _command, connection) => {
        channel.exit(0);
        setTimeout(() => (connection as unknown as { _sock: Socket })._sock.resetAndDestroy(), 50);
      },
    });
    expect(success(await visit(server)).exec.ended).toBe('closed');
  });

  it('notices a server that lets nobody run anything', async () => {
    const server = await sshServer({
      onConnection: (connection) => {
        connection.removeAllListeners('session');
      },
    });
    const { reason, message } = failure(await visit(server));
    expect(reason).toBe('unreachable');
    expect(message).toMatch(/let audit in but did not start a command/);
  });

  it('ends a log-in that was taken but whose command never starts', async () => {
    const server = await sshServer({
      onConnection: (connection) => {
        connection.removeAllListeners('session');
        connection.on('session', () => undefined);
      },
    });
    const { reason, message } = failure(await visit(server, { hostSeconds: 0.5 }));
    expect(reason).toBe('timeout');
    expect(message).toContain(`127.0.0.1 port ${server.port} was not ready to run anything within 0.5 s`);
  });

  it('ends a log-in that hangs', async () => {
    const server = await sshServer({
      onConnection: (connection) => {
        connection.removeAllListeners('authentication');
        connection.on('authentication', () => undefined);
      },
    });
    const { reason, message } = failure(await visit(server, QUICK));
    expect(reason).toBe('timeout');
    expect(message).toMatch(/did not finish the log-in within 0\.4 s/);
  });
});

describe('an interrupted scan', () => {
  it('closes a running command at once and keeps its output', async () => {
    const controller = new AbortController();
    const server = await sshServer({
      onExec: (channel) => {
        channel.write('so far');
        setTimeout(() => controller.abort(), 100);
      },
    });
    const began = performance.now();
    const { exec } = success(await visit(server, { signal: controller.signal, hostSeconds: 60 }));
    expect(exec.ended).toBe('aborted');
    expect(exec.stdout.toString()).toBe('so far');
    const socket = (server.connections[0] as unknown as { _sock: Socket })._sock;
    await expect.poll(() => socket.destroyed).toBe(true);
    expect(performance.now() - began).toBeLessThan(1500);
  });

  it('gives up a connection that is being made, and starts none afterwards', async () => {
    const controller = new AbortController();
    let connections = 0;
    const port = await tcpServer(() => {
      connections++;
      controller.abort();
    });
    const first = failure(await visit({ port }, { signal: controller.signal }));
    expect(first.message).toMatch(/^The scan was interrupted before it was done with 127\.0\.0\.1 port \d+\.$/);
    const second = failure(await visit({ port }, { signal: controller.signal }));
    expect(second.message).toMatch(/^The scan was interrupted/);
    expect(connections).toBe(1);
  });
});

describe('hosts that cannot be reached', () => {
  it('names that do not resolve', async () => {
    const { reason, message } = failure(await execScript(host({ address: 'nowhere.invalid' }), 'sh', '', options()));
    expect(reason).toBe('unreachable');
    expect(message).toMatch(/^The name nowhere\.invalid (does not resolve|could not be looked up)/);
  });

  it('refused', async () => {
    const port = await closedPort();
    const outcome = await execScript(host({ port }), 'sh', '', options());
    expect(failure(outcome)).toEqual({
      reason: 'unreachable',
      message: `127.0.0.1 port ${port} cannot be reached: connection refused (nothing listens there; check the port).`,
    });
    expect(outcome.cost).toMatchObject({ connections: 0, execs: 0, bytesIn: 0, bytesOut: 0 });
  });

  it('a whole host that is over time in its log-in', async () => {
    const port = await tcpServer(() => undefined);
    const began = performance.now();
    const outcome = failure(await visit({ port }, { handshakeSeconds: 30, hostSeconds: 0.3 }));
    expect(outcome.reason).toBe('timeout');
    expect(outcome.message).toMatch(/within 0\.3 s, the time for one host/);
    expect(performance.now() - began).toBeLessThan(1500);
  });

  it('no outcome left a stray error behind', () => {
    expect(strays).toEqual([]);
  });
});

it('an unusual address is shown harmlessly', async () => {
  const { message } = failure(await execScript(host({ address: 'a\x1b[31m b' }), 'sh', '', options()));
  expect(message).toContain('a\\x1b[31m b');
});
