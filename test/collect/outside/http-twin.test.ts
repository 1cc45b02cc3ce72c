import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { httpsRedirect } from '../../../checks/web/https-redirect.ts';
import { BUDGET } from '../../../src/collect/outside/budget.ts';
import { probeHttp } from '../../../src/collect/outside/http.ts';
import type { HttpExchange } from '../../../src/model/exchange.ts';
import { judged } from '../../checks/recorded.ts';
import { outsideOf, verdictOf } from '../../checks/sites.ts';
import {
  type Behaviour,
  certificate,
  type Listening,
  type Pair,
  response,
  serve,
  siteOf,
  told,
  visit,
} from './servers.ts';

/** A site on 443 and what answers on port 80 beside it: only root can listen there. */
const root = process.getuid?.() === 0;
if (!root) console.error('!!! NOT ROOT: THE TESTS OF PORTS 443 AND 80 ARE SKIPPED.');

const ADDRESS = '127.0.77.1';
const SITE = 'https://example.org:443';
const open: Listening[] = [];
let pair: Pair;

beforeAll(() => {
  pair = certificate();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function served(secure: Behaviour, clear: Behaviour | null): Promise<readonly HttpExchange[]> {
  open.push(await serve(secure, { tls: pair, host: ADDRESS, port: 443 }));
  if (clear !== null) open.push(await serve(clear, { host: ADDRESS, port: 80 }));
  return probeHttp({ site: siteOf(SITE), address: ADDRESS }, visit());
}

function verdict(exchanges: readonly HttpExchange[]): string {
  const [finding] = judged(httpsRedirect, outsideOf([SITE], exchanges));
  return finding === undefined ? 'none' : `${verdictOf(finding)}: ${finding.because}`;
}

const page: Behaviour = (socket) => void socket.end(response(200));
const redirect: Behaviour = (socket, { path }) =>
  void socket.end(response(301, [`Location: https://example.org${path}`]));

describe.skipIf(!root)('a site on 443', () => {
  test('is asked in clear on port 80, and a redirect to what was asked costs nothing', async () => {
    const records = await served(page, redirect);
    expect(told(records)).toEqual([
      'https-root answered 200',
      'https-missing answered 200',
      'http-root answered 301',
      'http-missing answered 301',
    ]);
    expect(records.map(({ url }) => url.replace(/[0-9a-f]{16}/, 'x'))).toEqual([
      'https://example.org/',
      'https://example.org/x',
      'http://example.org/',
      'http://example.org/x',
    ]);
    expect(verdict(records)).toMatch(
      /^pass: http:\/\/example\.org\/ redirects to https:\/\/example\.org\/ with status 301/,
    );
  });

  test('that refuses port 80 passes, because it still answers afterwards', async () => {
    const records = await served(page, null);
    expect(told(records)).toEqual([
      'https-root answered 200',
      'https-missing answered 200',
      'http-root refused',
      'http-missing not-run',
      'https-again answered 200',
    ]);
    expect(verdict(records)).toBe('pass: Port 80 refuses connections.');
  });

  test('that refuses port 80 and then no longer answers is unknown', async () => {
    const records = await served((socket, { turn }) => (turn < 3 ? socket.end(response(200)) : undefined), null);
    expect(told(records).at(-1)).toBe('https-again timeout');
    expect(verdict(records)).toMatch(/^unknown not-observable: .* did not answer a control over TLS afterwards\.$/);
  });

  test('that closes in clear without an answer passes', async () => {
    const records = await served(page, (socket) => void socket.end());
    expect(told(records).slice(2)).toEqual(['http-root closed', 'http-missing closed', 'https-again answered 200']);
    expect(verdict(records)).toBe('pass: Port 80 closes connections without an answer.');
  });

  test.each<[string, Behaviour, RegExp]>([
    ['redirects', redirect, /^pass: Nothing answers "\/" in clear; http:\S+ redirects to https:\S+ with status 301\.$/],
    ['answers', page, /^fail: http:\S+ is answered in clear with status 200/],
    [
      'declines',
      (socket) => void socket.end(response(404)),
      /^unknown not-observable: Nothing answers "\/" in clear, but http:\S+ is answered with status 404/,
    ],
  ])('that closes in clear for / only, and %s elsewhere', async (_, elsewhere, expected) => {
    const clear: Behaviour = (socket, asked) => (asked.path === '/' ? void socket.end() : elsewhere(socket, asked));
    expect(verdict(await served(page, clear))).toMatch(expected);
  });

  test('that was asked nothing after it had closed is unknown, as in older runs', async () => {
    const records = await served(page, (socket) => void socket.end());
    const older = records.map((one) =>
      one.kind === 'http-missing' ? ({ ...one, state: 'not-run', error: 'It was not asked.' } as const) : one,
    );
    expect(verdict(older)).toMatch(/^unknown not-observable: .* It was not asked\./);
  });

  test('that is silent in clear is unknown', async () => {
    const records = await served(page, () => undefined);
    expect(verdict(records)).toMatch(/^unknown timeout: /);
  });

  test('that goes round between clear text and TLS fails', async () => {
    const back: Behaviour = (socket) => void socket.end(response(301, ['Location: http://example.org/']));
    const records = await served(back, redirect);
    expect(told(records)).toEqual([
      'https-root answered 301',
      'https-root-hop-1 answered 301',
      'https-missing answered 301',
      'http-root answered 301',
      'http-missing answered 301',
    ]);
    expect(verdict(records)).toMatch(/^fail: .*redirects from HTTPS back to clear text/);
  });

  test('whatever it does, no more is asked than the budget says', async () => {
    const on: Behaviour = (socket, { path }) => void socket.end(response(302, [`Location: ${path}x`]));
    expect((await served(on, on)).length).toBeLessThanOrEqual(BUDGET.http.most);
    await Promise.all(open.splice(0).map((server) => server.close()));
    expect((await served(on, null)).length).toBeLessThanOrEqual(BUDGET.http.most);
  });
});
