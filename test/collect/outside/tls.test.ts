import { connect, type Socket } from 'node:net';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tlsCertificate } from '../../../checks/tls/tls-certificate.ts';
import { tlsCiphers } from '../../../checks/tls/tls-ciphers.ts';
import { tlsProtocols } from '../../../checks/tls/tls-protocols.ts';
import { LIMITS } from '../../../src/collect/outside/visit.ts';
import { type Listening, listening, look, serve, verdictOf } from '../../tls/looks.ts';
import { type Issued, makePki, type Pki } from '../../tls/pki.ts';

const NAME = 'site.example.com';
const WARNING = Buffer.from([21, 3, 3, 0, 2, 1, 112]);

let pki: Pki;
let site: Issued;
let backend = 0;
let servers: Server[] = [];
let front: Listening | undefined;

beforeAll(async () => {
  pki = makePki();
  site = pki.issue('site', { names: `DNS:${NAME}` });
  backend = await tlsServer({});
});
afterEach(async () => {
  await front?.close();
  front = undefined;
});
afterAll(() => {
  for (const server of servers) server.close();
  servers = [];
  pki.remove();
});

async function tlsServer(options: TlsOptions): Promise<number> {
  const server = createServer({ cert: site.cert + pki.intermediate, key: site.key, ...options });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  servers.push(server);
  return listening(server);
}

/** Passes everything on, but what the server says through `change`. */
function relay(socket: Socket, change: (chunk: Buffer) => Buffer | null = (chunk) => chunk): void {
  const behind = connect(backend, '127.0.0.1');
  socket.on('data', (chunk) => behind.write(chunk));
  behind.on('data', (chunk) => {
    const changed = change(chunk);
    if (changed !== null) socket.write(changed);
  });
  behind.on('error', () => socket.destroy());
  behind.on('end', () => change(Buffer.alloc(0)) !== null && socket.end());
  socket.on('close', () => behind.destroy());
}

/** Cuts records of the clear part of a handshake into records of one byte. */
function fragment(): (chunk: Buffer) => Buffer {
  let clear = true;
  return (chunk) => {
    const parts: Buffer[] = [];
    let at = 0;
    while (clear && at + 5 <= chunk.length && chunk[at] === 22) {
      const end = at + 5 + chunk.readUInt16BE(at + 3);
      for (const byte of chunk.subarray(at + 5, end)) parts.push(Buffer.from([22, 3, 3, 0, 1, byte]));
      at = end;
    }
    if (chunk[at] === 20) clear = false;
    return Buffer.concat([...parts, chunk.subarray(at)]);
  };
}

const silentWhereRefused = (socket: Socket): void => {
  let first = true;
  let mute = false;
  relay(socket, (chunk) => {
    if (first && chunk[0] === 21) mute = true;
    first = false;
    return mute ? null : chunk;
  });
};

type Row = [what: string, handle: (socket: Socket, number: number) => void, verdict: string, because: RegExp];

describe('a server that', () => {
  test.each<Row>([
    ['is in order', (socket) => relay(socket), 'pass', /TLSv1\.2 and TLSv1\.3/],
    [
      'speaks plain HTTP',
      (socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      'fail',
      /^Port \d+ of site\.example\.com answers in plain HTTP, not in TLS\.$/,
    ],
    ['speaks SSH', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'), 'fail', /answers in SSH, not in TLS/],
    [
      'sends warnings first',
      (socket) =>
        relay(
          socket.on('data', () => undefined),
          prefixed(),
        ),
      'pass',
      /TLSv1\.2/,
    ],
    ['cuts records to one byte', (socket) => relay(socket, fragment()), 'pass', /TLSv1\.2/],
    ['never answers', () => undefined, 'unknown:timeout', /did not answer a hello within/],
    ['closes at once', (socket) => socket.end(), 'unknown:unreachable', /closed the connection|reset the connection/],
    [
      'resets every connection from the third on',
      (socket, number) => (number < 3 ? relay(socket) : socket.resetAndDestroy()),
      'unknown:not-observable',
      /stopped answering after \d connections/,
    ],
    [
      'resets the third connection',
      (socket, number) => (number === 3 ? socket.resetAndDestroy() : relay(socket)),
      'pass',
      /TLSv1\.2/,
    ],
    ['says nothing where others refuse', silentWhereRefused, 'pass', /TLSv1\.2/],
    [
      'falls silent after the fifth connection',
      (socket, number) => (number < 6 ? relay(socket) : undefined),
      'unknown:not-observable',
      /stopped answering/,
    ],
    [
      'refuses the name',
      (socket) => socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 112]))),
      'unknown:not-observable',
      /does not know the name site\.example\.com \(alert unrecognized_name\)/,
    ],
    ['speaks SSL 2.0 and 3.0', ancient, 'fail', /^SSLv2 is offered by .* SSLv3 is offered by .* Clients can be pushed/],
  ])('%s: %s', async (_, handle, verdict, because) => {
    front = await serve(handle);
    const started = performance.now();
    const { judge, connections, exchanges } = await look(front.port, NAME);
    const finding = judge(tlsProtocols);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
    expect(front.count()).toBe(connections);
    expect(connections).toBeLessThanOrEqual(15);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(new Set(exchanges.map(({ id }) => id)).size).toBe(exchanges.length);
    for (const each of exchanges.filter(({ state }) => state !== 'answered')) expect(each.error).toMatch(/\.$/);
  });

  // What ends these is how much came, so they get the time that a busy machine needs.
  test.each<[string, Buffer, string, RegExp]>([
    ['warnings', WARNING, 'unknown:truncated', /more than 256 KiB/],
    ['records of one byte', Buffer.from([22, 3, 3, 0, 1, 0]), 'unknown:truncated', /more than 256 KiB/],
    ['noise', Buffer.from('noise'), 'fail', /another protocol/],
  ])('sends %s for ever', async (_, bytes, verdict, because) => {
    front = await serve((socket) => forever(socket, bytes));
    const finding = (await look(front.port, NAME, { limits: { hello: 60_000 } })).judge(tlsProtocols);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test('refuses the connection is not reached', async () => {
    front = await serve(() => undefined);
    const { port } = front;
    await front.close();
    front = undefined;
    const { judge, connections } = await look(port, NAME);
    expect(verdictOf(judge(tlsProtocols))).toBe('unknown:unreachable');
    expect(connections).toBe(2);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'wants a client certificate, with %s, is judged all the same',
    async (version) => {
      const options = {
        requestCert: true,
        rejectUnauthorized: true,
        ca: [pki.root],
        minVersion: version,
        maxVersion: version,
      };
      const { judge } = await look(await tlsServer(options), NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
      const findings = [judge(tlsProtocols), judge(tlsCiphers), judge(tlsCertificate, { caFile: 'ca.pem' })];
      expect(findings.map(verdictOf), findings.map(({ because }) => because).join(' ')).toEqual([
        'pass',
        'pass',
        'pass',
      ]);
    },
  );

  test('asks an address for a name gets the remedy', async () => {
    front = await serve((socket) => socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 112]))));
    const finding = (await look(front.port, '127.0.0.1')).judge(tlsProtocols);
    expect(verdictOf(finding)).toBe('unknown:not-observable');
    expect(finding.remediation).toMatch(/Declare the site by a name/);
  });

  test.each<[string, number, string, RegExp]>([
    ['a.example.com', 10_000, 'fail', /is for x0\.a\.example\.com, .* and 9995 more, not for site/],
    ['a-name-that-is-long-enough-to-go-over-the-limit.example.com', 10_000, 'unknown:truncated', /more than 256 KiB/],
  ])('has 10,000 names below %s', async (parent, count, verdict, because) => {
    const names = Array.from({ length: count }, (_, at) => `DNS:x${at}.${parent}`).join(',');
    const { cert, key } = pki.issue('many', { names });
    const { judge } = await look(await tlsServer({ cert, key }), NAME);
    const finding = judge(tlsCertificate);
    expect(verdictOf(finding), finding.because.slice(0, 300)).toBe(verdict);
    expect(finding.because).toMatch(because);
    expect(finding.because.length).toBeLessThan(1000);
  });
});

test('a site costs at most 15 connections and less than a second', async () => {
  front = await serve((socket) => relay(socket));
  await look(front.port, NAME);
  const before = front.count();
  const started = performance.now();
  const { endpoint } = await look(front.port, NAME, { limits: LIMITS });
  const ms = performance.now() - started;
  expect(endpoint.offers['TLSv1.3']).toEqual({ state: 'known', value: true });
  expect(front.count() - before).toBe(15);
  expect(ms).toBeLessThan(1000);
  console.log(`One site took ${front.count() - before} connections and ${Math.round(ms)} ms.`);
});

test('a run that is stopped records what it did not ask', async () => {
  front = await serve((socket) => relay(socket));
  const { probeTls } = await import('../../../src/collect/outside/tls.ts');
  const target = { site: (await look(front.port, NAME)).site, address: '127.0.0.1' };
  const visit = { signal: AbortSignal.abort(), agent: 'x', limits: LIMITS, trust: [], tlsFull: false };
  const exchanges = await probeTls(target, visit);
  expect(exchanges.length).toBeGreaterThan(11);
  expect(new Set(exchanges.map(({ state }) => state))).toEqual(new Set(['not-run']));
});

function prefixed(): (chunk: Buffer) => Buffer {
  let first = true;
  return (chunk) => {
    const before = first ? WARNING : Buffer.alloc(0);
    first = false;
    return Buffer.concat([before, chunk]);
  };
}

function forever(socket: Socket, bytes: Buffer): void {
  const block = Buffer.concat(Array.from({ length: 1000 }, () => bytes));
  const more = (): void => {
    while (!socket.destroyed && socket.write(block));
  };
  socket.on('drain', more);
  more();
}

/** Answers hellos of SSL 2.0 and 3.0 itself, as nothing does any more that could be installed. */
function ancient(socket: Socket): void {
  socket.once('data', (chunk) => {
    const random = [...Buffer.alloc(32, 7)];
    if ((chunk[0] ?? 0) === 0x80) {
      socket.end(Buffer.from([0x80, 17, 4, 0, 1, 0, 2, 0, 0, 0, 3, 0, 3, 7, 0, 0xc0, 1, 2, 3]));
    } else if (chunk[2] === 0) {
      const body = [3, 0, ...random, 0, 0, 0x0a, 0];
      socket.end(Buffer.from([22, 3, 0, 0, body.length + 4, 2, 0, 0, body.length, ...body]));
    } else {
      relay(socket);
      socket.emit('data', chunk);
    }
  });
}
