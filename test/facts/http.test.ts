import { describe, expect, test } from 'vitest';
import { factsOf } from '../../src/facts/derive.ts';
import type { HttpEndpoint } from '../../src/model/facts/http.ts';
import { asked, outsideOf, type Replies } from '../checks/sites.ts';

const SITE = 'https://example.com';

/** The records were made on 2026-11-22 at 00:00:00 UTC. */
function endpoint(replies: Replies): HttpEndpoint {
  const fact = factsOf(outsideOf([SITE], asked(SITE, replies))).get('http');
  const [first] = fact.state === 'known' ? fact.value : [];
  if (first === undefined) throw new Error(`There is no endpoint: ${JSON.stringify(fact)}`);
  return first;
}

const dated = (date: string): Replies => ({ 'https-root': { status: 200, fields: [`Date: ${date}`] } });

describe('the clock of the server', () => {
  test.each<readonly [string, number | 'absent']>([
    ['Sun, 22 Nov 2026 00:00:00 GMT', 0],
    ['Sun, 22 Nov 2026 00:00:07 GMT', 7],
    ['Sat, 21 Nov 2026 23:59:00 GMT', -60],
    ['Mon, 22 Nov 2027 00:00:00 GMT', 31_536_000],
    ['Sat, 22 Nov 2025 00:00:00 GMT', -31_536_000],
    ['2026-11-22T00:00:00Z', 'absent'],
    ['Sun, 22 Nov 2026 00:00:00 CET', 'absent'],
    ['Sun, 22 Foo 2026 00:00:00 GMT', 'absent'],
    ['', 'absent'],
  ])('%s: %s s', (date, seconds) => {
    const { clockSkewSeconds } = endpoint(dated(date));
    expect(clockSkewSeconds.state === 'known' ? clockSkewSeconds.value : clockSkewSeconds.state).toBe(seconds);
  });

  test('a cache says how long it has kept a response (RFC 9111 section 5.1)', () => {
    const fields = ['Date: Fri, 20 Nov 2026 00:00:00 GMT', 'Age: 172803'];
    expect(endpoint({ 'https-root': { status: 200, fields } }).clockSkewSeconds).toEqual({ state: 'known', value: 3 });
  });

  test('no Date header: absent; the next response that has one: known', () => {
    expect(endpoint({ 'https-root': 200 }).clockSkewSeconds).toMatchObject({ state: 'absent' });
    const second = endpoint({
      'https-root': 200,
      'https-missing': { status: 404, fields: ['Date: Sun, 22 Nov 2026 00:00:09 GMT'] },
    });
    expect(second.clockSkewSeconds).toEqual({ state: 'known', value: 9 });
  });
});

describe('an endpoint', () => {
  test.each([
    ['nginx/1.22.1', 'nginx'],
    ['openresty', 'nginx'],
    ['Apache/2.4.71 (Debian)', 'apache'],
    ['Apache-Coyote/1.1', null],
    ['Apache', 'apache'],
    ['Caddy', 'caddy'],
    ['gunicorn', null],
    ['my-nginx', null],
  ])('served by %s', (server, software) => {
    const fields = [`Server: ${server}`];
    expect(endpoint({ 'https-root': { status: 200, fields } })).toMatchObject({ server, software });
  });

  test('keeps what is known when the rest is not', () => {
    const { root, missing, plainRoot, hasPlainTwin } = endpoint({ 'https-root': 200, 'https-missing': 'reset' });
    expect(root).toMatchObject({ state: 'known', value: { end: 'page', trouble: null } });
    expect(missing).toMatchObject({ state: 'unknown', reason: 'unreachable' });
    expect(plainRoot).toMatchObject({ state: 'absent' });
    expect(hasPlainTwin).toBe(false);
  });

  test.each<readonly [string, Replies, string, number]>([
    ['a page', { 'https-root': 200 }, 'page', 1],
    ['away', { 'https-root': { status: 301, fields: ['Location: https://www.example.com/'] } }, 'away', 1],
    ['no web page', { 'https-root': { status: 301, fields: ['Location: javascript:alert(1)'] } }, 'away', 1],
    ['no URL', { 'https-root': { status: 301, fields: ['Location: https://['] } }, 'page', 1],
    ['itself', { 'https-root': { status: 301, fields: ['Location: /'] } }, 'circle', 1],
    ['itself, by another fragment', { 'https-root': { status: 301, fields: ['Location: /#x'] } }, 'circle', 1],
    ['a page not asked for', { 'https-root': { status: 301, fields: ['Location: /a'] } }, 'broken', 1],
    [
      'a page that fails',
      {
        'https-root': { status: 301, fields: ['Location: /a'] },
        'https-root-hop-1': { status: 502, at: 'https://example.com/a' },
      },
      'broken',
      1,
    ],
    [
      'a page',
      {
        'https-root': { status: 301, fields: ['Location: /a'] },
        'https-root-hop-1': { status: 200, at: 'https://example.com/a' },
      },
      'page',
      2,
    ],
  ])('redirects to %s', (_, replies, end, pages) => {
    const { root } = endpoint(replies);
    expect(root).toMatchObject({ state: 'known', value: { end } });
    expect(root.state === 'known' ? root.value.pages : []).toHaveLength(pages);
  });
});
