import { createSecureContext, createServer, type SecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tlsCertificate } from '../../checks/tls/tls-certificate.ts';
import { listening, look, verdictOf } from '../tls/looks.ts';
import { makePki, type Pki, type Wish } from '../tls/pki.ts';

const NAME = 'site.example.com';
const GOOD: Wish = { names: `DNS:${NAME}` };
/** What is sent after the leaf. */
type Sent = 'intermediate' | 'none' | 'root-first' | 'with-root' | 'old';
type Row = [what: string, wish: Wish, verdict: string, because: RegExp, sent?: Sent];

const rows: Row[] = [
  ['good', GOOD, 'pass', /^The certificate of site\.example\.com is valid until .*, trusted by ca\.pem\.$/],
  ['good RSA', { ...GOOD, key: 'rsa:2048' }, 'pass', /valid until/],
  ['good P-384', { ...GOOD, key: 'ec:P-384' }, 'pass', /valid until/],
  ['expired', { ...GOOD, from: -100, to: -2 }, 'fail', /expired on \d{4}-\d\d-\d\d, 2 days ago/],
  ['expired since yesterday', { ...GOOD, from: -100, to: -1 }, 'fail', /expired on \d{4}-\d\d-\d\d, 24 hours ago/],
  ['not yet valid', { ...GOOD, from: 3, to: 90 }, 'fail', /not valid before/],
  ['expires soon', { ...GOOD, from: -80, to: 10 }, 'fail', /expires on .*, in (?:9|10) days; 14d before/],
  ['47 days, 15 left', { ...GOOD, from: -31, to: 15.9 }, 'pass', /valid until/],
  ['six days, two thirds gone', { ...GOOD, from: -5, to: 1 }, 'fail', /in 2[34] hours; 2d before/],
  ['six days, fresh', { ...GOOD, from: -1, to: 5 }, 'pass', /valid until/],
  ['wrong host', { names: 'DNS:other.example.com' }, 'fail', /is for other\.example\.com, not for site\.example\.com/],
  [
    'CN only',
    { names: '', subject: `/CN=${NAME}` },
    'fail',
    /names no host: clients do not look at the common name "site/,
  ],
  ['wildcard', { names: 'DNS:*.example.com' }, 'pass', /valid until/],
  ['partial wildcard', { names: 'DNS:s*.example.com' }, 'fail', /not for/],
  ['wildcard too deep', { names: 'DNS:*.site.example.com' }, 'fail', /not for/],
  ['wildcard in the middle', { names: 'DNS:site.*.com' }, 'fail', /not for/],
  ['wildcard below a suffix', { names: 'DNS:*.com' }, 'fail', /not for/],
  ['upper case, one of many', { names: 'DNS:a.example.com,DNS:SITE.Example.COM' }, 'pass', /valid until/],
  ['self-signed', { ...GOOD, issuer: 'self' }, 'fail', /not trusted by .*: it is self-signed/, 'none'],
  ['untrusted root', { ...GOOD, issuer: 'other' }, 'fail', /its issuer "CN=Other Root" was not sent/, 'none'],
  [
    'missing intermediate',
    GOOD,
    'fail',
    /"CN=Test Intermediate" was not sent.*: an intermediate certificate is missing/,
    'none',
  ],
  ['misordered', GOOD, 'fail', /wrong order/, 'root-first'],
  ['root sent as well', GOOD, 'pass', /valid until/, 'with-root'],
  [
    'expired intermediate',
    { ...GOOD, issuer: 'old' },
    'fail',
    /intermediate certificate "CN=Old Intermediate" is out of its dates/,
    'old',
  ],
  ['RSA-1024', { ...GOOD, key: 'rsa:1024' }, 'fail', /RSA key has 1024 bits/],
  ['secp256k1', { ...GOOD, key: 'ec:secp256k1' }, 'fail', /curve secp256k1/],
  ['SHA-1', { ...GOOD, digest: 'sha1' }, 'fail', /signed with ecdsa-with-SHA1/],
  [
    'must-staple without a staple',
    { ...GOOD, extensions: ['tlsfeature=status_request'] },
    'fail',
    /demands a stapled OCSP response/,
  ],
  ['for clients only', { ...GOOD, extensions: ['extendedKeyUsage=clientAuth'] }, 'fail', /does not allow servers/],
  ['for servers', { ...GOOD, extensions: ['extendedKeyUsage=clientAuth,serverAuth'] }, 'pass', /valid until/],
  [
    'key usage without signatures',
    { ...GOOD, extensions: ['keyUsage=keyAgreement'] },
    'fail',
    /does not allow signatures/,
  ],
  ['CA as leaf', { ...GOOD, authority: true }, 'fail', /certificate authority's certificate as its own/],
  [
    'control characters and HTML',
    { names: 'DNS:x.example.com', subject: '/CN=<b>\u0007\u202eevil<\\/b>' },
    'fail',
    /not for/,
  ],
];

let pki: Pki;
let port = 0;
const server = createServer({
  ciphers: 'DEFAULT@SECLEVEL=0',
  sigalgs: 'ECDSA+SHA256:RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA384:ECDSA+SHA1:RSA+SHA1',
  SNICallback: (_, done) => done(null, current),
});
let current: SecureContext | undefined;

beforeAll(async () => {
  pki = makePki();
  port = await listening(server);
  server.on('tlsClientError', () => undefined);
});
afterAll(() => {
  server.close();
  pki.remove();
});

function chainOf(sent: Sent): string {
  const { root, intermediate, old } = pki;
  return { intermediate, none: '', 'root-first': root + intermediate, 'with-root': intermediate + root, old }[sent];
}

describe('tls-certificate', () => {
  test.each<Row>(rows)('%s', async (what, wish, verdict, because, sent = 'intermediate') => {
    const name = what.replace(/\W+/g, '-');
    const { cert, key } = pki.issue(name, wish);
    current = createSecureContext({ cert: cert + chainOf(sent), key, ciphers: 'DEFAULT@SECLEVEL=0' });
    const { judge, connections } = await look(port, NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
    const finding = judge(tlsCertificate, { caFile: 'ca.pem' });
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
    expect(finding.because).not.toMatch(/[\u0000-\u001f\u202e]/);
    expect(connections).toBeLessThanOrEqual(15);
  });

  test.each<[string, string, Record<string, unknown>, RegExp]>([
    ['site.internal', 'unknown:not-observable', {}, /not trusted by .*For an internal name that may be right/],
    ['site.example.com', 'fail', {}, /not trusted by Mozilla's roots of Node/],
    ['site.example.com', 'unknown:not-observable', { caFile: 'x.pem' }, /did not look whether x\.pem vouches/],
    ['127.0.0.1', 'pass', { caFile: 'ca.pem' }, /certificate of 127\.0\.0\.1 is valid/],
  ])("of an authority of one's own, for %s: %s", async (name, verdict, params, because) => {
    const { cert, key } = pki.issue('own', { names: 'DNS:site.internal,DNS:site.example.com,IP:127.0.0.1' });
    current = createSecureContext({ cert: cert + pki.intermediate, key });
    server.setSecureContext({ cert: cert + pki.intermediate, key });
    const finding = (await look(port, name, { trust: [{ path: 'ca.pem', pem: pki.root }] })).judge(
      tlsCertificate,
      params,
    );
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test('an RSA and an ECDSA certificate are both judged', async () => {
    const ec = pki.issue('two-ec', { names: `DNS:${NAME}` });
    const rsa = pki.issue('two-rsa', { names: `DNS:${NAME}`, key: 'rsa:2048', from: -100, to: -2 });
    const chain = pki.intermediate;
    // Of its own: which certificates a context of SNICallback can show depends on those of the server it stands in.
    const both = createServer({
      cert: [ec.cert + chain, rsa.cert + chain],
      key: [ec.key, rsa.key],
      maxVersion: 'TLSv1.2',
    });
    both.on('tlsClientError', () => undefined);
    const { judge, endpoint } = await look(await listening(both), NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
    const { value } = endpoint.certificates as { value: readonly { key: { type: string } }[] };
    expect(value.map(({ key }) => key.type).sort()).toEqual(['EC', 'RSA']);
    expect(judge(tlsCertificate, { caFile: 'ca.pem' }).because).toMatch(/^The certificate expired/);
    both.close();
  });
});
