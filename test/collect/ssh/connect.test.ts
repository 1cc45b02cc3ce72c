import { spawn } from 'node:child_process';
import { isIPv6, connect as netConnect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { dial, type LookUp } from '../../../src/collect/ssh/connect.ts';
import { execScript } from '../../../src/collect/ssh/session.ts';
import { cleanUp, closedPort, host, knownAt, options, sshServer, success, tcpServer } from './support.ts';

const never = new AbortController().signal;
const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1');

function addresses(...list: string[]): LookUp {
  return async () => list.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
}

function failing(code: string): LookUp {
  return async () => {
    throw Object.assign(new Error('lookup failed'), { code });
  };
}

async function open(name: string, port: number, seconds: number, lookUp: LookUp): Promise<Socket> {
  const socket = await dial(name, port, seconds, never, lookUp);
  cleanUp(() => socket.destroy());
  return socket;
}

/** A port that answers like a filtered one: its queue is full, so the kernel drops what comes. */
async function filteredPort(): Promise<number> {
  const script = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    console.log(s.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUp(() => child.kill('SIGKILL'));
  const port = Number(await new Promise((said) => child.stdout.once('data', said)));
  for (let i = 0; i < 4; i++) {
    const socket = netConnect(port, '127.0.0.1').on('error', () => undefined);
    cleanUp(() => socket.destroy());
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  return port;
}

describe('addresses of a name', () => {
  it('are tried one after the other when a connection is refused', async () => {
    const port = await tcpServer(() => undefined, '127.0.0.3');
    const socket = await open('web', port, 2, addresses('127.0.0.1', '127.0.0.2', '127.0.0.3'));
    expect(socket.remoteAddress).toBe('127.0.0.3');
  });

  it('share the time, so that a filtered one leaves some for the next', async () => {
    const port = await filteredPort();
    const began = performance.now();
    const failed = open('web', port, 3, addresses('127.0.0.1', '127.0.0.2'));
    await expect(failed).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(
        /^web port \d+ cannot be reached: 127\.0\.0\.1: no answer within 3 s \(filtered by a firewall.*\); 127\.0\.0\.2: connection refused/,
      ),
    });
    expect(performance.now() - began).toBeGreaterThan(1400);
    expect(performance.now() - began).toBeLessThan(2900);
  });

  it('a filtered port ends at the deadline', async () => {
    const port = await filteredPort();
    const began = performance.now();
    await expect(open('127.0.0.1', port, 0.4, addresses())).rejects.toMatchObject({
      message: expect.stringMatching(
        /no answer within 0\.4 s \(filtered by a firewall, switched off, or a wrong address\)\.$/,
      ),
    });
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it.each([
    ['ENOTFOUND', /^The name web does not resolve to an address\. Correct it in the inventory\.$/],
    ['ENODATA', /^The name web does not resolve to an address \(ENODATA\)/],
    ['EAI_AGAIN', /^The name web could not be looked up: no resolver answered/],
  ])('look-up error %s', async (code, message) => {
    await expect(open('web', 22, 1, failing(code))).rejects.toMatchObject({
      reason: 'unreachable',
      message: expect.stringMatching(message),
    });
  });

  it('a look-up that hangs ends at the deadline', async () => {
    const hangs: LookUp = () => new Promise(() => undefined);
    await expect(open('web', 22, 0.2, hangs)).rejects.toMatchObject({
      message: 'The name web did not resolve within 0.2 s. Check the resolver.',
    });
  });

  it('an interrupted look-up ends at once', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('stop')), 50);
    await expect(dial('web', 22, 5, controller.signal, () => new Promise(() => undefined))).rejects.toThrow('stop');
  });

  it('an address that is no name is not looked up', async () => {
    const port = await closedPort();
    await expect(open('127.0.0.1', port, 1, failing('ASKED'))).rejects.toMatchObject({
      message: expect.stringMatching(/connection refused/),
    });
  });

  it('a link-local address without its interface', async () => {
    await expect(open('fe80::1', 22, 1, failing('ASKED'))).rejects.toMatchObject({
      message: expect.stringMatching(/link-local address needs its interface|no route|no answer/),
    });
  });
});

it.skipIf(!hasIPv6)('an IPv6 literal, with its host key under [::1]:port', async () => {
  const server = await sshServer({ address: '::1' });
  const known = knownAt(server.port, undefined, '::1');
  const outcome = await execScript(
    host({ address: '::1', port: server.port }),
    'sh',
    'x',
    options({ knownHostsFiles: [known] }),
  );
  expect(success(outcome).exec.stdout.toString()).toBe('x');
});
