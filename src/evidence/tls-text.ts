import type { TlsExchange } from '../model/exchange.ts';
import type { Flight, ServerHello } from '../wire/tls/flight.ts';
import { readKeyExchange } from '../wire/tls/flight.ts';
import { readHello } from '../wire/tls/hello.ts';
import { alertName, groupName } from '../wire/tls/names.ts';
import { outcomeOf } from '../wire/tls/outcome.ts';
import { suiteName } from '../wire/tls/suites.ts';
import { type Certificate, readCertificate } from '../wire/x509/certificate.ts';
import { harmless } from '../wire/x509/der.ts';

const MOST_NAMES = 20;

/** A TLS exchange in words: what was offered, what was chosen, and the certificates that were shown. */
export function tlsText(exchange: TlsExchange): string {
  const lines = exchange.session === null ? helloLines(exchange) : sessionLines(exchange.session);
  const trust = exchange.trust.map(({ store, trusted, error }) =>
    trusted ? `trusted by ${store}` : `not trusted by ${store}: ${error}`,
  );
  return [...lines, ...trust].join('\n');
}

function helloLines({ sent, received }: TlsExchange): string[] {
  const [question, answer] = [Buffer.from(sent, 'base64'), Buffer.from(received, 'base64')];
  if (question.length === 0) return [];
  const offer = readHello(question);
  const { flight, kind, text } = outcomeOf(question, answer);
  const groups = offer?.version === 'TLSv1.3' ? `, groups ${offer.groups.map(groupName).join(' ')}` : '';
  return [
    `offered: ${offer?.version ?? 'nothing'} with ${offer?.suites.length ?? 0} suites${groups}`,
    `  ${(offer?.suites ?? []).map(suiteName).join(' ')}`,
    `outcome: ${kind}; the server ${text}`,
    ...(kind === 'not-tls' ? [`answer: ${harmless(answer.subarray(0, 200).toString('latin1'))}`] : []),
    ...flightLines(flight),
  ];
}

function flightLines(flight: Flight): string[] {
  const { hello, keyExchange, certificates, staple, asksCertificate, warnings } = flight;
  return [
    ...warnings.map((code) => `warning before it: ${alertName(code)}`),
    ...(hello === null ? [] : serverHelloLines(hello)),
    ...(hello === null || keyExchange === null ? [] : [keyLine(keyExchange, hello.suite)]),
    ...certificateLines(certificates ?? []),
    ...(staple === null ? [] : [`OCSP response stapled: ${staple.length} bytes`]),
    ...(asksCertificate ? ['a client certificate is asked for'] : []),
  ];
}

function serverHelloLines({ compression, group, retry, downgrade, extensions, version }: ServerHello): string[] {
  if (version === 'SSLv2') return [];
  return [
    ...(group === null ? [] : [`group: ${groupName(group)}${retry ? ', asked for with HelloRetryRequest' : ''}`]),
    ...(compression === 0 ? [] : [`compression: ${compression}`]),
    ...(downgrade ? ['its random says that a newer version is supported'] : []),
    ...(version === 'TLSv1.3' || extensions.includes(0xff01) ? [] : ['no secure renegotiation']),
  ];
}

function keyLine(bytes: Uint8Array, suite: number): string {
  const exchange = readKeyExchange(bytes, /_ECDHE?_/.test(suiteName(suite)) ? 'ecdh' : 'dh');
  if (exchange === undefined) return 'key exchange: not readable';
  return exchange.kind === 'dh'
    ? `key exchange: DH, ${exchange.bits} bits`
    : `key exchange: ${groupName(exchange.group)}`;
}

function sessionLines({ protocol, cipher, alpn, chain, staple }: NonNullable<TlsExchange['session']>): string[] {
  return [
    `session: ${protocol}, ${cipher}${alpn === '' ? '' : `, ALPN ${alpn}`}`,
    ...certificateLines(chain.map((each) => Buffer.from(each, 'base64'))),
    staple === '' ? 'no OCSP response stapled' : `OCSP response stapled: ${Buffer.from(staple, 'base64').length} bytes`,
  ];
}

function certificateLines(chain: readonly Uint8Array[]): string[] {
  return chain.flatMap((bytes, at) => {
    try {
      return describe(readCertificate(bytes), at);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [`certificate ${at}: not readable`];
    }
  });
}

function describe(certificate: Certificate, at: number): string[] {
  const { subject, issuer, notBefore, notAfter, dnsNames, addresses, signature, key, fingerprint } = certificate;
  const names = [...dnsNames, ...addresses];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const day = (seconds: number): string => new Date(seconds * 1000).toISOString();
  return [
    `certificate ${at}: ${subject}`,
    `  issuer ${issuer}`,
    `  valid ${day(notBefore)} to ${day(notAfter)}`,
    ...(names.length === 0 ? [] : [`  names ${names.slice(0, MOST_NAMES).join(' ')}${more}`]),
    `  key ${key.type} ${key.curve === '' ? `${key.bits} bits` : key.curve}, signed with ${signature}`,
    `  SHA-256 ${fingerprint}`,
  ];
}
