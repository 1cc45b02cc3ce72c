import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { probePorts } from '../../../src/collect/outside/ports.ts';
import type { TcpExchange } from '../../../src/model/exchange.ts';
import { cleanUp, closedPort, tcpServer } from '../ssh/support.ts';
import { visitWith } from './visits.ts';

const quick = { port: 400, watch: 100, retry: 20 };
const silent = () => undefined;

function shape(exchanges: readonly TcpExchange[]): string[] {
  return exchanges.map(({ kind, state }) => `${kind} ${state}`);
}

/**
 * A port whose packets the kernel drops, as a firewall does: the listener is stopped and its queue is full. Source:
 * listen(2), "the request may be ignored so that a later reattempt at connection succeeds".
 */
async function droppingPort(): Promise<number> {
  const program = `const s = require('net').createServer();
    s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => process.stdout.write(String(s.address().port)))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const fillers: Socket[] = [];
  cleanUp(() => {
    for (const filler of fillers) filler.destroy();
    child.kill('SIGKILL');
  });
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGSTOP');
  const port = Number(text.toString());
  for (let count = 0; count < 4; count += 1) fillers.push(connect(port, '127.0.0.1').on('error', silent));
  await new Promise((resolve) => setTimeout(resolve, 200));
  return port;
}

describe('ports', () => {
  test('are told apart by how they answer', async () => {
    const ssh = await tcpServer((socket) => void socket.write('SSH-2.0-Test\r\n'));
    const open = await tcpServer(silent);
    const polite = await tcpServer((socket) => void socket.end('220 ready\r\n'));
    const resetting = await tcpServer((socket) => void socket.resetAndDestroy());
    const chatty = await tcpServer((socket) => void socket.write('x'.repeat(100_000)));
    const dropping = await droppingPort();
    const closed = await closedPort();
    const ports = [open, polite, resetting, chatty, dropping, closed, ssh];
    const exchanges = await probePorts('127.0.0.1', ssh, ports, visitWith(quick));
    expect(shape(exchanges)).toEqual([
      'open-before answered',
      'closed refused',
      'port answered',
      'port answered',
      'port reset',
      'port answered',
      'port timeout',
      'port refused',
      'open-after answered',
    ]);
    expect(exchanges.map(({ port }) => port)).toEqual([ssh, 61_987, ...ports.slice(0, -1), ssh]);
    const said = exchanges.map(({ received }) => Buffer.from(received, 'base64').toString());
    expect(said[0]).toBe('SSH-2.0-Test\r\n');
    expect(said[3]).toBe('220 ready\r\n');
    expect(said[5]).toBe('x'.repeat(64));
    expect(exchanges[4]?.error).toContain('reset the connection');
    // 400 ms, a pause, 400 ms again; nothing else is repeated.
    expect(exchanges[6]?.ms).toBeGreaterThan(800);
    expect(exchanges[7]?.ms).toBeLessThan(300);
    expect(new Set(exchanges.map(({ id }) => id)).size).toBe(exchanges.length);
    expect(exchanges.map(({ bytesOut }) => bytesOut)).toEqual(exchanges.map(() => 0));
  });

  test('over IPv6', async () => {
    const ssh = await tcpServer(silent, '::1');
    const exchanges = await probePorts('::1', ssh, [await closedPort()], visitWith(quick));
    expect(shape(exchanges)).toEqual(['open-before answered', 'closed refused', 'port refused', 'open-after answered']);
    expect(exchanges[0]?.id).toBe(`tcp/::1/${ssh}/open-before`);
  });

  test('are not tried when the SSH port does not answer', async () => {
    const open = await tcpServer(silent);
    const exchanges = await probePorts('127.0.0.1', await closedPort(), [open], visitWith(quick));
    expect(shape(exchanges)).toEqual(['open-before refused', 'closed not-run', 'port not-run', 'open-after not-run']);
    expect(exchanges[2]?.error).toMatch(/^Not tried: .* refused the connection\.$/);
  });

  test('sixteen are tried at a time', async () => {
    const ssh = await tcpServer(silent);
    const at: number[] = [];
    const ports = await Promise.all(Array.from({ length: 40 }, () => tcpServer(() => at.push(performance.now()))));
    const exchanges = await probePorts('127.0.0.1', ssh, ports, visitWith({ ...quick, watch: 300 }));
    expect(exchanges.filter(({ state }) => state === 'answered')).toHaveLength(42);
    // Each is watched for 300 ms; the control that is refused makes room for one more.
    expect(at.filter((time) => time < (at[0] ?? 0) + 250)).toHaveLength(16);
  });

  test('the control that must be closed avoids the ports that are to be tried', async () => {
    const ssh = await tcpServer(silent, '127.0.0.93');
    const exchanges = await probePorts('127.0.0.93', ssh, [61_986, 61_987], visitWith(quick));
    expect(exchanges[1]).toMatchObject({ kind: 'closed', port: 61_985, state: 'refused' });
  });

  test('a visit that ends in between leaves the rest undone', async () => {
    const stop = new AbortController();
    const ssh = await tcpServer(() => stop.abort());
    const exchanges = await probePorts('127.0.0.1', ssh, [await closedPort()], visitWith(quick, stop.signal));
    expect(shape(exchanges)).toEqual(['open-before not-run', 'closed not-run', 'port not-run', 'open-after not-run']);
  });

  test('the two connections to sshd keep their distance', async () => {
    const at: number[] = [];
    const ssh = await tcpServer(() => at.push(performance.now()));
    await probePorts('127.0.0.1', ssh, [], visitWith({ ...quick, sshGap: 500 }));
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThan(450);
  });
});
