import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DemoSites, startDemoSites } from '../../src/demo/sites.ts';

const HOSTS = ['web-1', 'web-2', 'app-1', 'legacy-1'];

let sites: DemoSites;

beforeAll(async () => {
  sites = await startDemoSites(new Map(HOSTS.map((host) => [host, '127.0.0.1'])), new Date());
});

afterAll(() => sites.stop());

/** What an ordinary client makes of a site: `ok`, or its complaint. */
function judge(url: string, ca: string | undefined): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const options = {
      host: '127.0.0.1',
      port: Number(port),
      servername: hostname,
      ...(ca === undefined ? {} : { ca }),
    };
    const socket: TLSSocket = connect(options, () => {
      resolve('ok');
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe('the sites of the demo', () => {
  test.each([
    ['web-1', 'ok'],
    ['app-1', 'ok'],
    ['web-2', 'CERT_HAS_EXPIRED'],
    ['legacy-1', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s: %s', async (host, expected) => {
    const [url = ''] = sites.urls[host] ?? [];
    expect(await judge(url, sites.authority)).toBe(expected);
  });

  test('are trusted by nobody else', async () => {
    const [url = ''] = sites.urls['web-1'] ?? [];
    expect(await judge(url, undefined)).toBe('SELF_SIGNED_CERT_IN_CHAIN');
  });

  test('there are at least three', () => {
    expect(Object.values(sites.urls).flat().length).toBeGreaterThanOrEqual(3);
  });
});

test('a host that is not there has no site', async () => {
  const few = await startDemoSites(new Map([['web-1', '127.0.0.1']]), new Date());
  expect(Object.keys(few.urls)).toEqual(['web-1']);
  await few.stop();
});
