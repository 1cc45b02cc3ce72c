import { describe, expect, test } from 'vitest';
import { probeHttp } from '../../../src/collect/outside/http.ts';
import type { HttpExchange } from '../../../src/model/exchange.ts';
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

describe('the requests', () => {
  test('say who asks, for which name, and nothing else', async () => {
    const server = await listening(answer(200), { tls: pair() });
    const records = await overTls(server.port);
    expect(told(records)).toEqual(['https-root answered 200', 'https-missing answered 200']);
    const [root = '', missing = ''] = server.requests;
    expect(root.split('\r\n')).toEqual([
      'GET / HTTP/1.1',
      `Host: example.org:${server.port}`,
      'User-Agent: fleetproof/test',
      'Accept: */*',
      'Connection: close',
      '',
      '',
    ]);
    expect(missing).toMatch(/^GET \/[0-9a-f]{16} HTTP\/1\.1\r\n/);
    expect(server.connections()).toBe(2);
    expect(records.map(({ id }) => id)).toEqual([
      `http/127.0.0.1/${server.port}/example.org/https-root`,
      `http/127.0.0.1/${server.port}/example.org/https-missing`,
    ]);
    for (const { bytesIn, bytesOut, attempts } of records) {
      expect(bytesIn).toBeGreaterThan(300);
      expect(bytesOut).toBeGreaterThan(300);
      expect(attempts).toBe(1);
    }
  });

  test('go to the given address with the name of the site as SNI', async () => {
    const names: string[] = [];
    const server = await listening(answer(200), {
      tls: {
        ...pair(),
        SNICallback: (name, done) => {
          names.push(name);
          done(null);
        },
      },
    });
    await overTls(server.port);
    expect(names).toEqual(['example.org', 'example.org']);
    await probeHttp({ site: siteOf(`https://127.0.0.1:${server.port}`), address: '127.0.0.1' }, visit());
    expect(names).toHaveLength(2);
    expect(server.requests[2]).toContain(`Host: 127.0.0.1:${server.port}\r\n`);
  });

  test('reach a site that is there over IPv6 only', async () => {
    const server = await listening(answer(200), { tls: pair(), host: '::1' });
    const site = siteOf(`https://[::1]:${server.port}`);
    const records = await probeHttp({ site, address: '::1' }, visit());
    expect(told(records)).toEqual(['https-root answered 200', 'https-missing answered 200']);
    expect(server.requests[0]).toContain(`Host: [::1]:${server.port}\r\n`);
    expect(records[0]?.id).toBe(`http/::1/${server.port}/-/https-root`);
  });

  test('read a server that knows nothing newer than TLS 1.0', async () => {
    const old = { ...pair(), minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const server = await listening(answer(200), { tls: old });
    expect(told(await overTls(server.port))).toEqual(['https-root answered 200', 'https-missing answered 200']);
  });
});

describe('redirects are walked by hand', () => {
  const redirect =
    (to: (path: string) => string | null, status = 301): Behaviour =>
    (socket, { path }) => {
      const location = to(path);
      socket.end(location === null ? response(200) : response(status, [`Location: ${location}`]));
    };

  test('within the host name, at most three', async () => {
    const server = await listening(redirect((path) => (path.length > 8 ? null : `${path}x`)));
    expect(told(await inClear(server.port))).toEqual([
      'http-root answered 301',
      'http-root-hop-1 answered 301',
      'http-root-hop-2 answered 301',
      'http-root-hop-3 answered 301',
      'http-missing answered 200',
    ]);
  });

  test.each([
    ['in a circle', (path: string) => (path === '/a' ? '/b' : '/a'), 3],
    ['to themselves', () => '/', 1],
    ['to javascript:', () => 'javascript:alert(1)', 1],
    ['to another name', () => 'https://www.example.org/', 1],
    ['to no URL', () => 'https://[', 1],
    ['to a file', () => 'file:///etc/passwd', 1],
  ] as const)('%s: ends', async (_, to, asked) => {
    const server = await listening(redirect(to));
    const records = await inClear(server.port);
    expect(records.filter(({ kind }) => kind.startsWith('http-root'))).toHaveLength(asked);
  });

  test('credentials in a Location are neither sent nor kept', async () => {
    const server = await listening((socket, { path }) =>
      socket.end(
        path === '/a' ? response(200) : response(302, [`Location: http://bob:hunter22@example.org:${server.port}/a#x`]),
      ),
    );
    const records = await inClear(server.port);
    expect(told(records).slice(0, 2)).toEqual(['http-root answered 302', 'http-root-hop-1 answered 200']);
    expect(server.requests.join('')).not.toMatch(/authorization|hunter22/i);
    expect(JSON.stringify(records)).not.toContain('hunter22');
  });

  test('to what was asked already costs nothing', async () => {
    const server = await listening(redirect((path) => (path === '/' ? '/home' : path === '/home' ? null : '/home')));
    expect(told(await inClear(server.port))).toEqual([
      'http-root answered 301',
      'http-root-hop-1 answered 200',
      'http-missing answered 301',
    ]);
  });
});

describe('what is kept', () => {
  async function rootOf(...words: Parameters<typeof response>): Promise<HttpExchange> {
    const server = await listening(answer(...words));
    return recordOf(await inClear(server.port), 'http-root');
  }

  test('fields are kept apart, in order', async () => {
    const root = await rootOf(200, [
      'Strict-Transport-Security: max-age=1',
      'X-A: 1, 2',
      'strict-transport-security: max-age=2',
    ]);
    expect(root.response?.headers.slice(0, 3)).toEqual([
      ['Strict-Transport-Security', 'max-age=1'],
      ['X-A', '1, 2'],
      ['strict-transport-security', 'max-age=2'],
    ]);
  });

  test('of cookies the name and the attributes; of secrets nothing', async () => {
    const root = await rootOf(
      200,
      [
        'Set-Cookie: sid=s3cret-value; Path=/; HttpOnly',
        'Set-Cookie: BIGipServerpool=1677787402.36895.0000; path=/',
        'Set-Cookie: empty=; Path=/',
        'Location: /a;jsessionid=0123456789ABCDEF?x=1',
      ],
      '<a href="/b?PHPSESSID=0123456789abcdef&amp;x=1">b</a> password=correct-horse',
    );
    const text = JSON.stringify(root);
    expect(text).not.toMatch(/s3cret-value|0123456789|correct-horse/);
    expect(root.response?.headers.slice(0, 4)).toEqual([
      ['Set-Cookie', 'sid=[redacted]; Path=/; HttpOnly'],
      ['Set-Cookie', 'BIGipServerpool=1677787402.36895.0000; path=/'],
      ['Set-Cookie', 'empty=; Path=/'],
      ['Location', '/a;jsessionid=[redacted]?x=1'],
    ]);
    expect(root.redactions).toBe(4);
  });

  test('of the body 16 KiB, of 64 KiB that are read', async () => {
    const short = await rootOf(200, [], 'ä'.repeat(100));
    expect(short.response).toMatchObject({ body: 'ä'.repeat(100), bodyBytes: 200, truncated: false });
    const long = await rootOf(200, [], 'x'.repeat(100_000));
    expect(long.response).toMatchObject({ bodyBytes: 65_536, truncated: true });
    expect(long.response?.body).toHaveLength(16_384);
  });

  test('a body that goes on for ever is cut, and its head counts', async () => {
    const server = await listening((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nStrict-Transport-Security: max-age=1\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.once('close', () => clearInterval(drip));
    });
    const root = recordOf(await inClear(server.port), 'http-root');
    expect(root).toMatchObject({ state: 'answered', error: '', response: { status: 200, truncated: true } });
    expect(root.ms).toBeLessThan(2_000);
  });

  test('a body that pours for ever is left after 64 KiB', async () => {
    const server = await listening((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const pour = () => {
        while (socket.writable && socket.write('x'.repeat(10_000)));
      };
      socket.on('drain', pour);
      pour();
    });
    const root = recordOf(await inClear(server.port), 'http-root');
    expect(root).toMatchObject({ state: 'answered', response: { bodyBytes: 65_536, truncated: true } });
    expect(root.ms).toBeLessThan(800);
  });

  test('more fields than Node keeps by default', async () => {
    const fields = [...Array.from({ length: 2_500 }, (_, at) => `a${at}: b`), 'Strict-Transport-Security: max-age=1'];
    const root = await rootOf(200, fields);
    expect(root.response?.headers).toHaveLength(2_502);
  });
});
