import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { portsExposed } from '../../../checks/firewall/ports-exposed.ts';
import { tlsCertificate } from '../../../checks/tls/tls-certificate.ts';
import { tlsCiphers } from '../../../checks/tls/tls-ciphers.ts';
import { tlsProtocols } from '../../../checks/tls/tls-protocols.ts';
import { httpDisclosure } from '../../../checks/web/http-disclosure.ts';
import { httpsHsts } from '../../../checks/web/https-hsts.ts';
import { httpsRedirect } from '../../../checks/web/https-redirect.ts';
import { probeHttp } from '../../../src/collect/outside/http.ts';
import { doorsOf, MOST_ADDRESSES } from '../../../src/collect/outside/outside.ts';
import { probePorts } from '../../../src/collect/outside/ports.ts';
import { probeTls } from '../../../src/collect/outside/tls.ts';
import { leftOut } from '../../../src/collect/outside/visit.ts';
import type { NameExchange } from '../../../src/model/exchange.ts';
import type { Site } from '../../../src/model/site.ts';
import { comingFrom, controlled, tried, withOutside } from '../../checks/outside.ts';
import { captureOf, judged } from '../../checks/recorded.ts';
import { asked, outsideOf } from '../../checks/sites.ts';
import { recorded } from '../../facts/firewall/recorded.ts';
import { output } from '../../facts/recorded.ts';
import { type Look, listening, look, seen } from '../../tls/looks.ts';
import { makePki, type Pki } from '../../tls/pki.ts';
import { visitWith } from './visits.ts';

const BECAUSE = 'web-1.example has 5 addresses, and 203.0.113.5 is none of those that are looked at.';
const REST = '203.0.113.5';
const left = leftOut(visitWith(), BECAUSE);
const SITE: Site = {
  url: 'https://example.com:443',
  scheme: 'https',
  name: 'example.com',
  port: 443,
  serverName: 'example.com',
  origin: 'declared',
  source: 'fleet.yaml:3',
};

function named(...addresses: readonly string[]): NameExchange {
  const bytes = { bytesOut: 0, bytesIn: 0 };
  const when = { startedAt: '2026-11-22T00:00:00.000Z', ms: 1 };
  const what = { id: 'dns/web-1.example', family: 'dns', kind: 'addresses', site: null, port: 53 } as const;
  return { ...what, address: 'web-1.example', state: 'answered', error: '', ...when, ...bytes, addresses };
}

describe('the addresses of a host', () => {
  const host = { address: 'web-1.example' };
  const all = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4', REST, '203.0.113.6'];

  test.each([1, MOST_ADDRESSES])('%i are all looked at', (count) => {
    const doors = doorsOf(host, named(...all.slice(0, count)), visitWith());
    expect(doors.map(({ address, visit }) => [address, visit.signal.aborted])).toEqual(
      all.slice(0, count).map((address) => [address, false]),
    );
  });

  test('of more, one that is not looked at stands for the rest', () => {
    const doors = doorsOf(host, named(...all), visitWith());
    expect(doors.map(({ visit }) => visit.signal.aborted)).toEqual([false, false, false, false, true]);
    expect(doors.at(-1)?.address).toBe(REST);
  });

  test('an address is its own', () => {
    expect(doorsOf({ address: REST }, null, visitWith()).map(({ address }) => address)).toEqual([REST]);
  });
});

describe('an address that is not looked at keeps a check from passing', () => {
  let pki: Pki;
  let server: Server;
  let good: Look;

  beforeAll(async () => {
    pki = makePki();
    const { cert, key } = pki.issue('site', { names: 'DNS:site.example.com' });
    server = createServer({ cert: cert + pki.intermediate, key });
    server.on('tlsClientError', () => undefined);
    server.on('secureConnection', (socket) => socket.on('error', () => undefined));
    good = await look(await listening(server), 'site.example.com', { trust: [{ path: 'ca.pem', pem: pki.root }] });
  });
  afterAll(() => {
    server.close();
    pki.remove();
  });

  test.each([
    ['tls-certificate', tlsCertificate, { caFile: 'ca.pem' }],
    ['tls-protocols', tlsProtocols, {}],
    ['tls-ciphers', tlsCiphers, {}],
  ] as const)('%s', async (_, check, params) => {
    expect(good.judge(check, params).verdict).toBe('pass');
    const records = await probeTls({ site: good.site, address: REST }, left);
    expect(new Set(records.map(({ state }) => state))).toEqual(new Set(['not-run']));
    const finding = seen(good.site, [...good.exchanges, ...records]).judge(check, params);
    expect(finding).toMatchObject({ verdict: 'unknown', reason: 'not-observable' });
    expect(finding.because).toContain(BECAUSE);
  });

  test.each([
    ['https-hsts', httpsHsts],
    ['https-redirect', httpsRedirect],
    ['http-disclosure', httpDisclosure],
  ] as const)('%s', async (_, check) => {
    const fields = ['Strict-Transport-Security: max-age=31536000'];
    const looked = asked('https://example.com', {
      'https-root': { status: 200, fields },
      'https-missing': { status: 404, fields },
      'http-root': { status: 308, fields: ['Location: https://example.com/'] },
      'http-missing': { status: 308, fields: ['Location: https://example.com/0123456789abcdef'] },
    });
    expect(judged(check, outsideOf(['https://example.com'], looked))[0]?.verdict).toBe('pass');
    const records = await probeHttp({ site: SITE, address: REST }, left);
    const [finding] = judged(check, outsideOf(['https://example.com'], [...looked, ...records]));
    expect(finding).toMatchObject({ verdict: 'unknown', reason: 'not-observable' });
    expect(finding?.because).toContain(BECAUSE);
  });

  test('ports-exposed', async () => {
    const state = recorded('pass');
    const ss = output('ssh-listeners', 'LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=9,fd=3))\n');
    const capture = captureOf({ now: state.now, outputs: [...state.outputs, ss, comingFrom('198.51.100.7')] });
    const looked = controlled([tried(80, 'answered'), tried(443, 'refused')]);
    expect(judged(portsExposed, withOutside(capture, looked))[0]?.verdict).toBe('pass');
    const records = await probePorts(REST, 22, [80, 443], left);
    const [finding] = judged(portsExposed, withOutside(capture, [...looked, ...records]));
    expect(finding?.verdict).toBe('unknown');
    expect(finding?.because).toContain(BECAUSE);
  });
});
