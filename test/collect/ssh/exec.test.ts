import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cleanUp, failure, knownAt, sshServer, success, tcpServer, visit } from './support.ts';

const QUICK = { handshakeSeconds: 2 };

describe('a command that misbehaves', () => {
  it('keeps what a hanging command wrote, and ends at the time for one host', async () => {
    const server = await sshServer({ onExec: (channel) => channel.write('so far') });
    const began = performance.now();
    const { exec } = success(await visit(server, { hostSeconds: 2 }));
    expect(exec).toMatchObject({ ended: 'deadline', exitCode: null });
    expect(exec.stdout.toString()).toBe('so far');
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('does not wait for a process that outlives the command and keeps the channel open', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        channel.write('all of ');
        channel.exit(0);
        setTimeout(() => channel.write('it'), 500);
      },
    });
    const { exec } = success(await visit(server, { hostSeconds: 10 }));
    expect(exec).toMatchObject({ ended: 'exit', exitCode: 0 });
    expect(exec.stdout.toString()).toBe('all of it');
  });

  it('ends a host that drips one byte at a time', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        const timer = setInterval(() => channel.write('.'), 20);
        channel.on('close', () => clearInterval(timer));
      },
    });
    const { exec } = success(await visit(server, { hostSeconds: 2 }));
    expect(exec.ended).toBe('deadline');
    expect(exec.stdout.toString()).toMatch(/^\.{5,200}$/);
  });

  it('uses memory that was handed back for the next host, and no other', async () => {
    const server = await sshServer({
      onExec: (channel) => {
        channel.write('x'.repeat(20_000));
        channel.exit(0);
        channel.end();
      },
    });
    const first = success(await visit(server)).exec;
    const kept = success(await visit(server)).exec;
    expect(kept.stdout.buffer).not.toBe(first.stdout.buffer);
    first.release();
    first.release();
    const next = [success(await visit(server)).exec, success(await visit(server)).exec];
    expect(next[0]?.stdout.buffer).toBe(first.stdout.buffer);
    expect(next[1]?.stdout.buffer).not.toBe(first.stdout.buffer);
    expect(kept.stdout.toString()).toBe('x'.repeat(20_000));
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
    expect(performance.now() - began).toBeLessThan(8000);
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
    const { reason, message } = failure(await visit(server, { hostSeconds: 2 }));
    expect(reason).toBe('timeout');
    expect(message).toContain(`127.0.0.1 port ${server.port} was not ready to run anything within 2 s`);
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
    expect(message).toMatch(/did not finish the log-in within 2 s/);
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
    expect(performance.now() - began).toBeLessThan(10_000);
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

  it('says when it was the time of the whole run', async () => {
    const over = Object.assign(new Error('time'), { name: 'RunDeadline' });
    const { message } = failure(await visit({ port: 9 }, { signal: AbortSignal.abort(over) }));
    expect(message).toMatch(/^The time limit of the whole run was reached before it was done with/);
  });
});
