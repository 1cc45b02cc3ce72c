import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCertificate } from '../../../src/wire/x509/certificate.ts';
import { ocspAnswers } from '../../../src/wire/x509/ocsp.ts';
import { makePki, type Pki } from '../../tls/pki.ts';

let pki: Pki;
beforeAll(() => {
  pki = makePki();
});
afterAll(() => pki.remove());

function raw(pem: string): Uint8Array {
  return new X509Certificate(pem).raw;
}

describe('a certificate', () => {
  test("agrees with OpenSSL's reader on every root of Node", () => {
    expect(rootCertificates.length).toBeGreaterThan(100);
    for (const pem of rootCertificates) {
      const native = new X509Certificate(pem);
      const own = readCertificate(native.raw);
      expect(own.notAfter).toBe(Date.parse(native.validTo) / 1000);
      expect(own.notBefore).toBe(Date.parse(native.validFrom) / 1000);
      expect(own.fingerprint).toBe(native.fingerprint256.replaceAll(':', '').toLowerCase());
      expect(own.key.type.toLowerCase()).toBe(native.publicKey.asymmetricKeyType);
      const { modulusLength } = native.publicKey.asymmetricKeyDetails ?? {};
      if (modulusLength !== undefined) expect(own.key.bits).toBe(modulusLength);
      expect(own.subjectDer === own.issuerDer).toBe(native.issuer === native.subject);
    }
  });

  test('says what it was asked to hold', () => {
    const { cert } = pki.issue('all', {
      subject: '/O=Example/CN=all.example.com',
      names: 'DNS:All.Example.com,DNS:*.example.org,IP:192.0.2.7,IP:2001:db8::7',
      key: 'ec:P-384',
      extensions: [
        'keyUsage=digitalSignature,keyAgreement',
        'extendedKeyUsage=serverAuth',
        'authorityInfoAccess=OCSP;URI:http://ocsp.example.com/',
        'tlsfeature=status_request',
      ],
    });
    expect(readCertificate(raw(cert))).toMatchObject({
      subject: expect.stringMatching(/CN=all\.example\.com/),
      issuer: 'CN=Test Intermediate',
      commonName: 'all.example.com',
      dnsNames: ['all.example.com', '*.example.org'],
      addresses: ['192.0.2.7', '2001:db8::7'],
      signature: 'ecdsa-with-SHA256',
      key: { type: 'EC', bits: 384, curve: 'secp384r1' },
      ca: false,
      keyUsage: ['digitalSignature', 'keyAgreement'],
      extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
      ocsp: ['http://ocsp.example.com/'],
      mustStaple: true,
    });
  });

  test('cut off or changed anywhere is read or refused, never anything else', () => {
    const bytes = raw(pki.root);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      for (const broken of [bytes.subarray(0, at), changed]) {
        try {
          readCertificate(broken);
        } catch (error) {
          expect(error, `byte ${at}`).toBeInstanceOf(RangeError);
        }
      }
    }
  });
});

test.each([
  ['good', 'V', ''],
  ['revoked', 'R', '261101000000Z,keyCompromise'],
] as const)('a stapled OCSP response says %s', (status, letter, revoked) => {
  const { cert } = pki.issue('ocsp', { names: 'DNS:site.example.com' });
  const serial = new X509Certificate(cert).serialNumber;
  const file = (name: string): string => join(pki.folder, name);
  writeFileSync(file('ocsp.txt'), `${letter}\t361101000000Z\t${revoked}\t${serial}\tunknown\t/CN=ocsp\n`);
  const authority = ['-CA', 'intermediate.crt', '-rsigner', 'intermediate.crt', '-rkey', 'intermediate.key'];
  const request = ['-issuer', 'intermediate.crt', '-cert', 'ocsp.crt', '-reqout', 'ocsp.req', '-no_nonce'];
  execFileSync('openssl', ['ocsp', ...request], { cwd: pki.folder, stdio: 'pipe', timeout: 10_000 });
  const answer = ['-index', 'ocsp.txt', ...authority, '-reqin', 'ocsp.req', '-respout', 'ocsp.der', '-ndays', '1'];
  execFileSync('openssl', ['ocsp', ...answer], { cwd: pki.folder, stdio: 'pipe', timeout: 10_000 });
  const { nextUpdate, ...said } = ocspAnswers(readFileSync(file('ocsp.der')))[0] ?? { nextUpdate: 0 };
  expect(said).toEqual({ status, serial: readCertificate(raw(cert)).serial });
  expect(Math.abs((nextUpdate ?? 0) - Date.now() / 1000 - 86_400)).toBeLessThan(60);
});
