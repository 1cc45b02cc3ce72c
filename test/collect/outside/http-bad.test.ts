import { describe, expect, test } from 'vitest';
import { probeHttp } from '../../../src/collect/outside/http.ts';
import {
  answer,
  type Behaviour,
  inClear,
  overTls,
  pair,
  recordOf,
  response,
  servers,
  siteOf,
  told,
  visit,
} from './servers.ts';

const { listening } = servers();

describe('bad servers', () => {
  test.each<readonly [string, Behaviour, string, RegExp]>([
    ['never answers', () => undefined, 'timeout', /sent no whole response head within 1 s\.$/],
    [
      'sends one byte of its head at a time, for ever',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nX: ');
        const drip = setInterval(() => socket.write('x'), 10);
        socket.once('close', () => clearInterval(drip));
      },
      'timeout',
      /within 1 s\.$/,
    ],
    [
      'sends interim responses for ever',
      (socket) => {
        const drip = setInterval(() => socket.write('HTTP/1.1 103 Early\r\nX: y\r\n\r\n'), 10);
        socket.once('close', () => clearInterval(drip));
      },
      'timeout',
      /within 1 s\.$/,
    ],
    [
      'sends 1 MB of headers',
      (socket) => void socket.end(response(200, [`X: ${'x'.repeat(1_000_000)}`])),
      'too-much',
      /more than 32 KiB/,
    ],
    ['closes without an answer', (socket) => void socket.end(), 'closed', /closed the connection without an answer\.$/],
    ['resets', (socket) => void socket.resetAndDestroy(), 'reset', /reset the connection\.$/],
    ['speaks SSH', (socket) => void socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'garbled', /not HTTP\/1\.1/],
    ['speaks HTTP/0.9', (socket) => void socket.end('<html>hello</html>'), 'garbled', /not HTTP\/1\.1/],
    [
      'puts a control character into a field',
      (socket) => void socket.end(response(200, ['X: a\u0001b'])),
      'garbled',
      /not HTTP\/1\.1/,
    ],
    [
      'puts a space before the colon',
      (socket) => void socket.end(response(200, ['X : a'])),
      'garbled',
      /not HTTP\/1\.1/,
    ],
    [
      'switches protocols',
      (socket) => void socket.write('HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
      'garbled',
      /101 Switching/,
    ],
  ])('%s', async (_, behaviour, state, error) => {
    const server = await listening(behaviour);
    const records = await inClear(server.port);
    // Of one path that nothing answers nothing follows for another one.
    const isClosed = state === 'closed';
    expect(told(records)).toEqual([`http-root ${state}`, `http-missing ${isClosed ? 'closed' : 'not-run'}`]);
    expect(records[0]?.error).toMatch(error);
    if (!isClosed) expect(records[1]?.error).toBe(`http://example.org:${server.port}/ was not answered just before.`);
    // What may pass by itself is tried once more, the rest is not.
    expect(records[0]?.attempts).toBe(state === 'closed' || state === 'reset' ? 2 : 1);
  });

  test('resets on the third connection: tried once more', async () => {
    const server = await listening((socket, { turn, path }) =>
      turn === 3
        ? socket.resetAndDestroy()
        : socket.end(path.length < 10 && path !== '/a' ? response(301, ['Location: /a']) : response(200)),
    );
    const records = await inClear(server.port);
    expect(records.map(({ kind, state, attempts }) => `${kind} ${state} ${attempts}`)).toEqual([
      'http-root answered 1',
      'http-root-hop-1 answered 1',
      'http-missing answered 2',
    ]);
  });

  test.each([
    [429, []],
    [503, ['Retry-After: 120']],
  ])('asks for fewer requests with %s: gets none', async (status, fields) => {
    const server = await listening(answer(status, fields));
    const records = await inClear(server.port);
    expect(told(records)).toEqual([`http-root answered ${status}`, 'http-missing not-run']);
    expect(records[1]?.error).toMatch(/^The server asked for fewer requests/);
    expect(server.connections()).toBe(1);
  });

  test('HTML in fields stays text', async () => {
    const server = await listening(answer(200, ['Server: <script>alert(1)</script>', 'X-Utf8: \u00e4']));
    const root = recordOf(await inClear(server.port), 'http-root');
    expect(root.response?.headers[0]).toEqual(['Server', '<script>alert(1)</script>']);
  });

  test('the visit ends: nothing more is asked', async () => {
    const server = await listening(() => undefined);
    const stop = new AbortController();
    const site = siteOf(`http://example.org:${server.port}`);
    setTimeout(() => stop.abort(), 100);
    const records = await probeHttp({ site, address: '127.0.0.1' }, { ...visit(), signal: stop.signal });
    expect(told(records)).toEqual(['http-root not-run', 'http-missing not-run']);
    expect(records[0]?.error).toBe('The scan was stopped before this.');
  });
});

describe('bad servers on a port for TLS', () => {
  test.each<readonly [string, Behaviour, string, RegExp]>([
    ['plain HTTP', (socket) => void socket.end(response(400)), 'garbled', /did not answer with TLS/],
    ['SSH', (socket) => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'), 'garbled', /did not answer with TLS/],
    ['silence', () => undefined, 'timeout', /did not finish the TLS handshake within 0\.6 s\.$/],
    ['a close', (socket) => void socket.end(), 'closed', /without an answer\.$/],
    ['a reset', (socket) => void socket.resetAndDestroy(), 'reset', /reset the connection\.$/],
    // A fatal alert, unrecognized_name(112), as a server that wants another SNI sends it.
    [
      'alert 112',
      (socket) => void socket.end(Buffer.from('15030300020270', 'hex')),
      'closed',
      /alert 112, .*unrecognized name/,
    ],
  ])('%s', async (_, behaviour, state, error) => {
    const server = await listening((socket, turn) => socket.once('data', () => behaviour(socket, turn)), {
      atOnce: true,
    });
    const records = await overTls(server.port);
    expect(told(records)).toEqual([`https-root ${state}`, 'https-missing not-run']);
    expect(records[0]?.error).toMatch(error);
  });

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a client certificate is required (%s)', async (version) => {
    const options = {
      ...pair(),
      minVersion: version,
      maxVersion: version,
      requestCert: true,
      rejectUnauthorized: true,
      ca: pair().cert,
    };
    const server = await listening(answer(200), { tls: options });
    const [root] = await overTls(server.port);
    expect(root).toMatchObject({ state: 'closed', attempts: 1, response: null });
    expect(root?.error).toMatch(/refused the TLS handshake \(alert/);
  });

  test('nobody listens', async () => {
    const server = await listening(answer(200));
    await server.close();
    const records = await overTls(server.port);
    expect(told(records)).toEqual(['https-root refused', 'https-missing not-run']);
    expect(records[0]?.error).toBe(`127.0.0.1:${server.port} refused the connection.`);
  });
});
