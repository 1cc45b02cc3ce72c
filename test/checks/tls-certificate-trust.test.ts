import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext, createServer, type SecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tlsCertificate } from '../../checks/tls/tls-certificate.ts';
import { listening, look, seen, verdictOf } from '../tls/looks.ts';
import { makePki, type Pki, type Wish } from '../tls/pki.ts';

const NAME = 'site.example.com';
const GOOD: Wish = { names: `DNS:${NAME}` };

let pki: Pki;
let port = 0;
let current: SecureContext | undefined;
let staple: Buffer | null = null;
let count = 0;
const server = createServer({
  ciphers: 'DEFAULT@SECLEVEL=0',
  SNICallback: (_, done) => done(null, current),
});

beforeAll(async () => {
  pki = makePki();
  port = await listening(server);
  server.on('tlsClientError', () => undefined);
  server.on('OCSPRequest', (_cert: Buffer, _issuer: Buffer, done: (error: null, response: Buffer | null) => void) =>
    done(null, staple),
  );
});
afterAll(() => {
  server.close();
  pki.remove();
});

/** An authority below `issuer`. */
const authority = (name: string, wish: Partial<Wish>): string =>
  pki.issue(name, { names: '', subject: `/CN=${name}`, issuer: 'root', authority: true, ...wish }).cert;

async function judged(leaf: { cert: string; key: string }, sent: string, store = pki.root) {
  current = createSecureContext({ cert: leaf.cert + sent, key: leaf.key, ciphers: 'DEFAULT@SECLEVEL=0' });
  const { judge } = await look(port, NAME, { trust: [{ path: 'ca.pem', pem: store }] });
  return judge(tlsCertificate, { caFile: 'ca.pem' });
}

/** What OpenSSL's own verifier says of the same chain: empty when it accepts it. */
function openssl(leaf: string, sent: string, store = pki.root): string {
  const files = { 'v-leaf.pem': leaf, 'v-sent.pem': sent, 'v-store.pem': store };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(pki.folder, name), text);
  const chain = sent === '' ? [] : ['-untrusted', 'v-sent.pem'];
  const level = ['-auth_level', '2', '-purpose', 'sslserver', '-verify_hostname', NAME];
  const args = ['verify', '-CAfile', 'v-store.pem', '-no-CApath', ...chain, ...level, 'v-leaf.pem'];
  try {
    execFileSync('openssl', args, { cwd: pki.folder, stdio: 'pipe', timeout: 10_000 });
    return '';
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr).replace(/\s+/g, ' ');
  }
}

describe('what clients refuse of a chain', () => {
  test('a root in caFile that has expired', async () => {
    const root = authority('Past Root', { issuer: 'self', from: -300, to: -3 });
    const leaf = pki.issue('below-past', { ...GOOD, issuer: 'Past Root' });
    expect(openssl(leaf.cert, '', root)).toContain('expired');
    const finding = await judged(leaf, '', root);
    expect(verdictOf(finding), finding.because).toBe('fail');
    expect(finding.because).toMatch(/not trusted by .* and ca\.pem: "CN=Past Root" is out of its dates \(until /);
  });

  test('a weak key between the leaf and the root', async () => {
    const weak = authority('Weak Authority', { key: 'rsa:1024' });
    const leaf = pki.issue('below-weak', { ...GOOD, issuer: 'Weak Authority' });
    expect(openssl(leaf.cert, weak)).not.toBe('');
    const finding = await judged(leaf, weak);
    expect(verdictOf(finding), finding.because).toBe('fail');
    expect(finding.because).toMatch(/intermediate certificate "CN=Weak Authority".* 1024 bits/);
  });

  test('an authority below one that may have none below it', async () => {
    const short = authority('Short', { extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0'] });
    const deep = authority('Deep', { issuer: 'Short' });
    const leaf = pki.issue('below-deep', { ...GOOD, issuer: 'Deep' });
    expect(openssl(leaf.cert, deep + short)).toContain('path length');
    const finding = await judged(leaf, deep + short);
    expect(verdictOf(finding), finding.because).toBe('fail');
    expect(finding.because).toMatch(/"CN=Short" may not have authorities below it/);
    const direct = pki.issue('below-short', { ...GOOD, issuer: 'Short' });
    expect(verdictOf(await judged(direct, short))).toBe('pass');
  });

  test.each([
    ['permitted;DNS:example.org', 'fail'],
    ['permitted;DNS:example.com', 'pass'],
    ['permitted;DNS:.example.com', 'pass'],
    ['permitted;DNS:ite.example.com', 'fail'],
    ['excluded;DNS:example.com', 'fail'],
    ['excluded;DNS:example.org', 'pass'],
    ['permitted;IP:10.0.0.0/255.0.0.0', 'pass'],
  ])('an authority for other names: %s is a %s', async (constraint, verdict) => {
    const name = `Narrow ${constraint.replace(/\W+/g, '-')}`;
    const narrow = authority(name, { extensions: [`nameConstraints=critical,${constraint}`] });
    const leaf = pki.issue(`below-${name.replace(/\W+/g, '-')}`, { ...GOOD, issuer: name });
    expect(openssl(leaf.cert, narrow) === '' ? 'pass' : 'fail').toBe(verdict);
    const finding = await judged(leaf, narrow);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    if (verdict === 'fail') expect(finding.because).toMatch(/may not vouch for site\.example\.com/);
  });

  test.each<[string, string[], Partial<Wish> | undefined, string, RegExp]>([
    [
      'a critical extension that nobody knows',
      ['1.2.3.4=critical,ASN1:NULL'],
      undefined,
      'fail',
      /it has the critical/,
    ],
    ['the same, not critical', ['1.2.3.4=ASN1:NULL'], undefined, 'pass', /valid until/],
    [
      'the mark of a precertificate',
      ['1.3.6.1.4.1.11129.2.4.3=critical,ASN1:NULL'],
      undefined,
      'fail',
      /it has the cr/,
    ],
    ['an authority with one', [], { extensions: ['1.2.3.4=critical,ASN1:NULL'] }, 'fail', /"CN=A\d+" has the critical/],
    ['for any use', ['extendedKeyUsage=anyExtendedKeyUsage'], undefined, 'fail', /does not allow servers/],
    [
      "another authority's key identifier",
      ['2.5.29.35=DER:30:06:80:04:01:02:03:04'],
      { extensions: ['subjectKeyIdentifier=hash'] },
      'fail',
      /"CN=A\d+" has another key identifier/,
    ],
    [
      'the key identifier of its authority',
      ['authorityKeyIdentifier=keyid:always'],
      { extensions: ['subjectKeyIdentifier=hash'] },
      'pass',
      /valid until/,
    ],
    [
      'an authority for another organisation',
      [],
      { extensions: ['nameConstraints=critical,permitted;dirName:dn', '[dn]', 'O=Other'] },
      'fail',
      /"CN=A\d+" may not vouch for CN=site\.example\.com \(name constraints\)/,
    ],
    [
      'an authority for all but another organisation',
      [],
      { extensions: ['nameConstraints=critical,excluded;dirName:dn', '[dn]', 'O=Other'] },
      'pass',
      /valid until/,
    ],
    [
      'an authority for this subject',
      [],
      { extensions: ['nameConstraints=critical,permitted;dirName:dn', '[dn]', 'CN=Site.Example.COM'] },
      'pass',
      /valid until/,
    ],
  ])('%s', async (_, extensions, wish, verdict, because) => {
    count += 1;
    const above = authority(`A${count}`, wish ?? {});
    const leaf = pki.issue(`leaf${count}`, {
      ...GOOD,
      issuer: `A${count}`,
      extensions,
      subject: `/CN=${NAME}`,
    });
    expect(openssl(leaf.cert, above) === '' ? 'pass' : 'fail').toBe(verdict);
    const finding = await judged(leaf, above);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test.each([
    ['ripemd160', 'fail', /signed with ripemd160WithRSAEncryption/],
    ['sha3-256', 'pass', /valid until/],
  ])('a signature with %s', async (digest, verdict, because) => {
    const root = authority(`RSA ${digest}`, { issuer: 'self', key: 'rsa:2048' });
    const leaf = pki.issue(`signed-${digest}`, { ...GOOD, issuer: `RSA ${digest}`, digest });
    expect(openssl(leaf.cert, '', root) === '' ? 'pass' : 'fail').toBe(verdict);
    const finding = await judged(leaf, '', root);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test('a certificate in caFile that is no authority', async () => {
    const mere = pki.issue('mere', { names: 'DNS:mere.example.com' });
    const leaf = pki.issue('below-mere', { ...GOOD, issuer: 'mere' });
    expect(openssl(leaf.cert, '', mere.cert)).not.toBe('');
    const finding = await judged(leaf, '', mere.cert);
    expect(verdictOf(finding), finding.because).toBe('fail');
    expect(finding.because).toMatch(/"CN=mere" is no certificate authority/);
  });

  test('one of several backends that leaves out the intermediate', async () => {
    const leaf = pki.issue('backends', GOOD);
    const whole = createSecureContext({ cert: leaf.cert + pki.intermediate, key: leaf.key });
    const lacking = createSecureContext({ cert: leaf.cert, key: leaf.key });
    let turn = 0;
    const balanced = createServer({
      SNICallback: (_, done) => {
        turn += 1;
        done(null, turn === 1 ? whole : lacking);
      },
    });
    balanced.on('tlsClientError', () => undefined);
    const { judge } = await look(await listening(balanced), NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
    const finding = judge(tlsCertificate, { caFile: 'ca.pem' });
    balanced.close();
    expect(verdictOf(finding), finding.because).toBe('fail');
    expect(finding.because).toMatch(/"CN=Test Intermediate" was not sent/);
  });
});

describe('must-staple', () => {
  const TODAY = ['-ndays', '1'];
  /** A response about `about`, signed by the intermediate. */
  function respond(about: string, letter: string, dates: readonly string[]): Buffer {
    const cert = readFileSync(join(pki.folder, `${about}.crt`), 'utf8');
    const serial = new X509Certificate(cert).serialNumber;
    const since = letter === 'R' ? '261101000000Z,keyCompromise' : '';
    writeFileSync(join(pki.folder, 'o.txt'), `${letter}\t361101000000Z\t${since}\t${serial}\tunknown\t/CN=x\n`);
    const run = (args: readonly string[]) =>
      execFileSync('openssl', ['ocsp', ...args], { cwd: pki.folder, stdio: 'pipe', timeout: 10_000 });
    run(['-issuer', 'intermediate.crt', '-cert', `${about}.crt`, '-reqout', 'o.req', '-no_nonce']);
    const signer = ['-CA', 'intermediate.crt', '-rsigner', 'intermediate.crt', '-rkey', 'intermediate.key'];
    run(['-index', 'o.txt', ...signer, '-reqin', 'o.req', '-respout', 'o.der', ...dates]);
    return readFileSync(join(pki.folder, 'o.der'));
  }

  test.each<[what: string, about: string, letter: string, dates: readonly string[], verdict: string, because: RegExp]>([
    ['a good response', 'stapled', 'V', TODAY, 'pass', /is valid until/],
    ['a response about another certificate', 'another', 'V', TODAY, 'fail', /stapled OCSP response is about another/],
    ['revoked', 'stapled', 'R', TODAY, 'fail', /was revoked/],
    ['a response that knows nothing', 'stapled', 'U', TODAY, 'fail', /stapled OCSP response does not know the cert/],
  ])('%s', async (_, about, letter, dates, verdict, because) => {
    const wish = { ...GOOD, extensions: ['tlsfeature=status_request'] };
    const leaf = pki.issue('stapled', wish);
    pki.issue('another', wish);
    staple = letter === 'U' ? unknown(respond, about) : respond(about, letter, dates);
    const finding = await judged(leaf, pki.intermediate);
    staple = null;
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test('a response that has ended', async () => {
    const leaf = pki.issue('stale', { ...GOOD, extensions: ['tlsfeature=status_request'] });
    staple = respond('stale', 'V', TODAY);
    current = createSecureContext({ cert: leaf.cert + pki.intermediate, key: leaf.key });
    const { site, exchanges } = await look(port, NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
    staple = null;
    const later = exchanges.map((each) => {
      return { ...each, startedAt: new Date(Date.parse(each.startedAt) + 2 * 86_400_000).toISOString() };
    });
    const finding = seen(site, later).judge(tlsCertificate, { caFile: 'ca.pem' });
    expect(finding.because).toMatch(/^The certificate demands .* stapled OCSP response ended on \d{4}/);
  });

  /** The responder's list does not hold the certificate. */
  function unknown(ask: typeof respond, about: string): Buffer {
    ask(about, 'V', TODAY);
    writeFileSync(join(pki.folder, 'o.txt'), '');
    const signer = ['-CA', 'intermediate.crt', '-rsigner', 'intermediate.crt', '-rkey', 'intermediate.key'];
    const answer = ['ocsp', '-index', 'o.txt', ...signer, '-reqin', 'o.req', '-respout', 'o.der', ...TODAY];
    execFileSync('openssl', answer, { cwd: pki.folder, stdio: 'pipe', timeout: 10_000 });
    return readFileSync(join(pki.folder, 'o.der'));
  }
});
