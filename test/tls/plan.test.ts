import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tlsCertificate } from '../../checks/tls/tls-certificate.ts';
import { tlsCiphers } from '../../checks/tls/tls-ciphers.ts';
import { tlsProtocols } from '../../checks/tls/tls-protocols.ts';
import { type Offer, readHello } from '../../src/wire/tls/hello.ts';
import { suiteOf } from '../../src/wire/tls/suites.ts';
import { type Listening, listening, look, serve, verdictOf } from './looks.ts';
import { makePki, type Pki } from './pki.ts';

const NAME = 'site.example.com';
const REFUSED = Buffer.from([21, 3, 3, 0, 2, 2, 40]);
const RETRY = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');

let pki: Pki;
let behind = 0;
let front: Listening | undefined;
const ends: (() => void)[] = [];

beforeAll(async () => {
  pki = makePki();
  const { cert, key } = pki.issue('site', { names: `DNS:${NAME}`, key: 'rsa:2048' });
  const ciphers = 'ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256';
  const server = createServer({ cert: cert + pki.intermediate, key, ciphers });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  behind = await listening(server);
  ends.push(() => server.close());
});
afterEach(() => front?.close());
afterAll(() => {
  for (const end of ends) end();
  pki.remove();
});

/** `undefined`: the hello is passed on to a good server; `null`: the connection is cut. */
type Answer = (offer: Offer | undefined, number: number) => Buffer | null | undefined;

async function answering(answer: Answer) {
  front = await serve((socket: Socket, number) => {
    socket.once('data', (hello: Buffer) => {
      const bytes = answer(readHello(hello), number);
      if (bytes === null) return socket.resetAndDestroy();
      if (bytes !== undefined) return socket.end(bytes);
      const back = connect(behind, '127.0.0.1');
      back.on('error', () => socket.destroy());
      socket.on('close', () => back.destroy());
      back.write(hello);
      return socket.pipe(back).pipe(socket);
    });
  });
  const looked = await look(front.port, NAME, { trust: [{ path: 'ca.pem', pem: pki.root }] });
  expect(front.count()).toBe(looked.connections);
  expect(looked.connections).toBeLessThanOrEqual(15);
  return looked;
}

const record = (type: number, minor: number, body: readonly number[]) =>
  Buffer.from([type, 3, minor, body.length >> 8, body.length & 0xff, ...body]);
const message = (type: number, body: readonly number[]) => [type, 0, body.length >> 8, body.length & 0xff, ...body];
const sized = (body: readonly number[]) => [0, body.length >> 8, body.length & 0xff, ...body];

/** A hello of TLS 1.3 with this suite and key share. */
function modern(random: Buffer, suite: number, share: readonly number[]): Buffer {
  const extensions = [0, 43, 0, 2, 3, 4, 0, 51, 0, share.length, ...share];
  const body = [3, 3, ...random, 0, suite >> 8, suite & 0xff, 0, 0, extensions.length, ...extensions];
  return record(22, 3, message(2, body));
}

const isOnly = (offer: Offer | undefined, codes: readonly number[]) =>
  offer !== undefined && offer.suites.length > 0 && offer.suites.every((code) => codes.includes(code));
const isEcdsa = (offer: Offer | undefined) =>
  offer?.version === 'TLSv1.2' && offer.suites.every((code) => suiteOf(code)?.auth === 'ecdsa');

describe('what a server of TLS 1.3 takes', () => {
  // As OpenSSL 3.5 with "-ciphersuites TLS_SHA256_SHA256 -cipher DEFAULT:@SECLEVEL=0" does.
  test('a suite without encryption is asked for, and fails', async () => {
    const share = [0, 29, 0, 32, ...Buffer.alloc(32, 9)];
    const { judge } = await answering((offer) =>
      isOnly(offer, [0xc0b4, 0xc0b5]) ? modern(Buffer.alloc(32, 7), 0xc0b4, share) : undefined,
    );
    const finding = judge(tlsCiphers);
    expect([verdictOf(finding), finding.because]).toEqual(['fail', 'Weak suites are accepted: TLS_SHA256_SHA256.']);
  });

  test('whether it does is unknown where that question got no answer', async () => {
    const { judge } = await answering((offer, number) =>
      isOnly(offer, [0xc0b4, 0xc0b5]) || number === 3 ? null : undefined,
    );
    expect(verdictOf(judge(tlsCiphers))).toBe('unknown:unreachable');
    expect(verdictOf(judge(tlsProtocols))).toBe('pass');
  });

  test('post-quantum key exchange alone is TLS 1.3 all the same', async () => {
    const retry = modern(RETRY, 0x1301, [0x11, 0xec]);
    const { judge, endpoint } = await answering((offer) =>
      offer?.version === 'TLSv1.3' && offer.groups.includes(0x11ec) && offer.suites.includes(0x1301) ? retry : REFUSED,
    );
    expect(endpoint.offers['TLSv1.3']).toEqual({ state: 'known', value: true });
    expect(verdictOf(judge(tlsProtocols, { required: ['TLSv1.3'] }))).toBe('pass');
    expect(verdictOf(judge(tlsCertificate))).toMatch(/^unknown:/);
  });

  test.runIf(process.versions.openssl < '3.5')('and its certificate needs a newer Node.js', async () => {
    const retry = modern(RETRY, 0x1301, [0x11, 0xec]);
    const { judge } = await answering((offer) => (offer?.groups.includes(0x11ec) ? retry : REFUSED));
    const finding = judge(tlsCertificate);
    expect(verdictOf(finding), finding.because).toBe('unknown:tool-missing');
    expect(finding.because).toMatch(/asks for the key exchange X25519MLKEM768, which needs OpenSSL 3\.5\.$/);
    expect(finding.remediation).toMatch(/Node\.js 24\.5/);
  });
});

test('a page of a limiter instead of an answer refuses nothing', async () => {
  const { judge } = await answering((offer) =>
    offer?.version === 'TLSv1.0' ? Buffer.from('HTTP/1.1 429 Too Many Requests\r\n\r\n') : undefined,
  );
  const finding = judge(tlsProtocols);
  expect(verdictOf(finding), finding.because).toBe('unknown:unparseable');
});

describe('a certificate with another kind of key', () => {
  test('is asked for also where silence had to be understood first', async () => {
    const silent: Answer = (offer) => (offer?.version === 'TLSv1.0' || offer?.version === 'TLSv1.1' ? null : undefined);
    const { judge, exchanges } = await answering(silent);
    const asked = exchanges.filter(({ state }) => state !== 'not-run').map(({ kind }) => kind);
    expect(asked).toEqual(expect.arrayContaining(['tls-1.0-retry', 'other-certificate', 'weak-suites-1.3']));
    expect(verdictOf(judge(tlsCertificate, { caFile: 'ca.pem' }))).toBe('pass');
    expect(verdictOf(judge(tlsCiphers))).toBe('pass');
  });

  test('is unknown where the question for it was not answered, and could not be repeated', async () => {
    const { judge } = await answering((offer, number) =>
      isEcdsa(offer) || [3, 6].includes(number) ? null : undefined,
    );
    const finding = judge(tlsCertificate, { caFile: 'ca.pem' });
    expect(verdictOf(finding), finding.because).toBe('unknown:unreachable');
  });
});

test('what is shown to SSL 3.0, which names no site, is not the certificate of the site', async () => {
  const strange = pki.issue('strange', { names: 'DNS:strange.example.net', issuer: 'self' });
  const der = [...Buffer.from(strange.cert.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')];
  const hello = message(2, [3, 0, ...Buffer.alloc(32, 7), 0, 0, 0x2f, 0]);
  const flight = record(22, 0, [...hello, ...message(11, sized(sized(der))), ...message(14, [])]);
  const { judge } = await answering((offer) => (offer?.version === 'SSLv3' ? flight : undefined));
  expect(verdictOf(judge(tlsCertificate, { caFile: 'ca.pem' }))).toBe('pass');
  const finding = judge(tlsProtocols);
  expect(finding.verdict).toBe('fail');
  expect(finding.because).toMatch(/^SSLv3 is offered by this address, for any site: its hello names none\. /);
});
