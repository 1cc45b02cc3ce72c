import { connect, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { knownAt, type SshServer, sshServer, success, tcpServer, visit } from './support.ts';

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
