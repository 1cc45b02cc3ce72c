import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpsHsts } from '../../checks/web/https-hsts.ts';
import { listening, look } from '../tls/looks.ts';
import { makePki, type Pki, type Wish } from '../tls/pki.ts';
import { judged } from './recorded.ts';
import { asked, outsideOf, type Reply } from './sites.ts';

const NAME = 'site.example.com';
const HSTS: Reply = { status: 200, fields: ['Strict-Transport-Security: max-age=31536000'] };
const ANSWERS = { 'https-root': HSTS, 'https-missing': HSTS };

let pki: Pki;
let port = 0;
const server = createServer();

beforeAll(async () => {
  pki = makePki();
  server.on('tlsClientError', () => undefined);
  port = await listening(server);
});
afterAll(() => {
  server.close();
  pki.remove();
});

describe('https-hsts over a certificate that browsers', () => {
  test.each<readonly [what: string, wish: Wish, chain: boolean, verdict: string, because: RegExp]>([
    ['accept', { names: `DNS:${NAME}` }, true, 'pass', /sends "max-age=31536000"/],
    ['accept for some days more', { names: `DNS:${NAME}`, from: -80, to: 2 }, true, 'pass', /sends "max-age/],
    [
      'refuse as expired',
      { names: `DNS:${NAME}`, from: -100, to: -2 },
      true,
      'fail',
      /^The certificate of site\.example\.com has expired, so browsers refuse it and ignore the header/,
    ],
    ['refuse as too young', { names: `DNS:${NAME}`, from: 2, to: 90 }, true, 'fail', /is not valid yet, so/],
    ['refuse for its name', { names: 'DNS:other.example.com' }, true, 'fail', /is for other names, so/],
    ['cannot follow to a root', { names: `DNS:${NAME}` }, false, 'fail', /is not trusted, so/],
  ])('%s', async (what, wish, isWhole, verdict, because) => {
    const { cert, key } = pki.issue(what.replaceAll(' ', '-'), wish);
    server.setSecureContext({ cert: cert + (isWhole ? pki.intermediate : ''), key });
    const { site, exchanges } = await look(port, NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
    const capture = outsideOf([site.url], [...exchanges, ...asked(site.url, ANSWERS, '127.0.0.1')]);
    const [finding] = judged(httpsHsts, capture);
    expect(finding?.verdict, finding?.because).toBe(verdict);
    expect(finding?.because).toMatch(because);
  });

  test("can be made to trust: an internal name without its authority's file is not known", async () => {
    const { cert, key } = pki.issue('internal', { names: 'DNS:site.internal' });
    server.setSecureContext({ cert: cert + pki.intermediate, key });
    const { site, exchanges } = await look(port, 'site.internal');
    const capture = outsideOf([site.url], [...exchanges, ...asked(site.url, ANSWERS, '127.0.0.1')]);
    expect(judged(httpsHsts, capture)).toMatchObject([{ verdict: 'unknown', reason: 'not-observable' }]);
  });
});
