import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tlsCertificate } from '../../checks/tls/tls-certificate.ts';
import { evaluateHost } from '../../src/evaluate/engine.ts';
import { factsOf } from '../../src/facts/derive.ts';
import type { Exchange, NameExchange } from '../../src/model/exchange.ts';
import { type Look, listening, look } from '../tls/looks.ts';
import { makePki, type Pki } from '../tls/pki.ts';
import { captureOf } from './recorded.ts';
import { asked } from './sites.ts';

const NAME = 'site.example.com';
const DAY = 86_400_000;

let pki: Pki;
let server: Server;
let good: Look;

beforeAll(async () => {
  pki = makePki();
  const issued = pki.issue('site', { names: `DNS:${NAME}` });
  server = createServer({ cert: issued.cert + pki.intermediate, key: issued.key });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  good = await look(await listening(server), NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
});
afterAll(() => {
  server.close();
  pki.remove();
});

/** The good site with these records beside those of its TLS. */
function judge(...more: readonly Exchange[]) {
  const bare = captureOf({ now: 0, outputs: [] });
  const capture = {
    ...bare,
    host: { ...bare.host, address: '127.0.0.1', sites: [good.site.url] },
    outside: { taken: true, because: '', exchanges: [...good.exchanges, ...more] },
  };
  const params = { expiresWithin: '14d', caFile: 'ca.pem' };
  const assignment = { check: tlsCertificate, params, severity: tlsCertificate.severity };
  return evaluateHost(capture, [assignment], factsOf(capture)).find(({ subject }) => subject.startsWith('site:'));
}

/** A page whose Date is so far from the scanner's clock. */
function page(ms: number): readonly Exchange[] {
  const at = new Date(Date.parse('2026-11-22T00:00:00.000Z') + ms).toUTCString();
  return asked(good.site.url, { 'https-root': { status: 200, fields: [`Date: ${at}`] } }, '127.0.0.1');
}

function dns(state: NameExchange['state'], ...addresses: readonly string[]): NameExchange {
  return {
    id: `dns/${good.site.url}`,
    family: 'dns',
    kind: 'addresses',
    site: good.site.url,
    address: NAME,
    port: 53,
    startedAt: '2026-11-22T00:00:00.000Z',
    ms: 1,
    state,
    error: state === 'answered' ? '' : 'Nobody answered.',
    bytesOut: 0,
    bytesIn: 0,
    addresses,
  };
}

describe('the clock of the server', () => {
  test.each([
    ['in step', 0, 'pass', undefined],
    ['an hour behind', -3_600_000, 'pass', undefined],
    ['a year ahead', 365 * DAY, 'unknown', 'The clock of site.example.com is 365d ahead of the scanner'],
    ['a year behind', -365 * DAY, 'unknown', 'The clock of site.example.com is 365d behind the scanner'],
  ] as const)('%s: %s', (_, skew, verdict, because) => {
    const finding = judge(...page(skew));
    expect(finding?.verdict).toBe(verdict);
    if (because !== undefined) expect(finding?.because).toContain(because);
  });

  test("is not asked for: the scanner's own decides", () => expect(judge()?.verdict).toBe('pass'));
});

describe('where DNS sends visitors', () => {
  test.each([
    ['to this host', ['answered', '127.0.0.1'], undefined],
    ['nowhere', ['answered'], undefined],
    ['not known', ['timeout'], undefined],
    [
      'to a CDN',
      ['answered', '203.0.113.80', '2001:db8::80'],
      /DNS sends the visitors of .* to 203\.0\.113\.80, 2001:db8::80, not/,
    ],
    ['to both', ['answered', '127.0.0.1', '203.0.113.80'], /DNS sends some visitors of .* to 203\.0\.113\.80, not/],
  ] as const)('%s', (_, [state, ...addresses], sentence) => {
    const finding = judge(dns(state, ...addresses));
    expect(finding?.verdict).toBe('pass');
    if (sentence === undefined) expect(finding?.because).not.toContain('DNS');
    else expect(finding?.because).toMatch(sentence);
    if (sentence !== undefined) expect(finding?.evidence).toContain(`web-1/dns/${good.site.url}`);
  });
});
