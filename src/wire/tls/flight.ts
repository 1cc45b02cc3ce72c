import { cursor } from './bytes.ts';
import { type TlsVersion, versionOf } from './names.ts';

/** What a server sent in clear. */
export interface Flight {
  /** False: bytes came that are no records of TLS (nor an SSL 2.0 hello). */
  readonly tls: boolean;
  /** The alert that ended it; warnings are no end. Null: none. */
  readonly alert: number | null;
  readonly warnings: readonly number[];
  readonly hello: ServerHello | null;
  /** DER, as sent; null: no Certificate message came, as in TLS 1.3, where it is encrypted. */
  readonly certificates: readonly Uint8Array[] | null;
  /** A stapled OCSP response, DER (RFC 6066 §8). */
  readonly staple: Uint8Array | null;
  readonly keyExchange: Uint8Array | null;
  /** The server asks for a client certificate. */
  readonly asksCertificate: boolean;
  /** Nothing more will come in clear. */
  readonly complete: boolean;
}

export interface ServerHello {
  /** Undefined: a number that is no version. */
  readonly version: TlsVersion | undefined;
  readonly suite: number;
  readonly compression: number;
  /** It asks for another hello, with a share of `group` (RFC 8446 §4.1.4). */
  readonly retry: boolean;
  readonly group: number | null;
  /** The end of its random says that a newer version is supported than the one chosen (RFC 8446 §4.1.3). */
  readonly downgrade: boolean;
  readonly extensions: readonly number[];
  /** SSL 2.0 only: how many ciphers it names. */
  readonly specs?: number;
}

const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c';
const NOTHING: Flight = {
  tls: true,
  alert: null,
  warnings: [],
  hello: null,
  certificates: null,
  staple: null,
  keyExchange: null,
  asksCertificate: false,
  complete: false,
};

/**
 * Puts records together to messages, however they were cut, and reads those that are in clear. Bytes that are missing
 * at the end are no error: then `complete` is false.
 */
export function readFlight(bytes: Uint8Array): Flight {
  if (bytes.length === 0) return NOTHING;
  if (((bytes[0] ?? 0) & 0x80) !== 0) return readSslv2(bytes);
  const { records, garbage } = readRecords(bytes);
  const first = records[0];
  if (first === undefined) return { ...NOTHING, tls: !garbage };
  const alerts = readAlerts(join(records.filter(({ type }) => type === 21).map(({ body }) => body)));
  const alert = alerts.find(({ level, code }) => level !== 1 || code === 0)?.code ?? null;
  const warnings = alerts.filter(({ level, code }) => level === 1 && code !== 0).map(({ code }) => code);
  const flight = readMessages(join(records.filter(({ type }) => type === 22).map(({ body }) => body)));
  return { ...NOTHING, ...flight, alert, warnings, complete: flight.complete === true || alert !== null };
}

interface Rec {
  readonly type: number;
  readonly body: Uint8Array;
}

function readRecords(bytes: Uint8Array): { records: Rec[]; garbage: boolean } {
  const records: Rec[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [type = 0, major, , high = 0, low = 0] = bytes.subarray(at, at + 5);
    if (type < 20 || type > 24 || (major !== undefined && major !== 3)) return { records, garbage: true };
    if (at + 5 > bytes.length) break;
    const length = high * 256 + low;
    // A record that is not all there shows its beginning.
    const body = bytes.subarray(at + 5, at + 5 + length);
    if (body.length === length || type === 21 || type === 22) records.push({ type, body });
    at += 5 + length;
  }
  return { records, garbage: false };
}

function readAlerts(body: Uint8Array): { level: number; code: number }[] {
  const pairs = Math.floor(body.length / 2);
  return Array.from({ length: pairs }, (_, at) => ({ level: body[2 * at] ?? 0, code: body[2 * at + 1] ?? 0 }));
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

type Mutable<T> = { -readonly [K in keyof T]?: T[K] };

function readMessages(bytes: Uint8Array): Mutable<Flight> {
  const flight: Mutable<Flight> = {};
  const all = cursor(bytes);
  try {
    while (all.left > 0 && flight.complete !== true) readMessage(all.u8(), all.vector(3).rest(), flight);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return flight;
}

function readMessage(type: number, body: Uint8Array, flight: Mutable<Flight>): void {
  const message = cursor(body);
  switch (type) {
    case 2:
      flight.hello = readServerHello(body);
      // What follows is encrypted.
      flight.complete = flight.hello.version === 'TLSv1.3';
      break;
    case 11: {
      const list = message.vector(3);
      const certificates: Uint8Array[] = [];
      while (list.left > 0) certificates.push(list.vector(3).rest());
      flight.certificates = certificates;
      break;
    }
    case 12:
      flight.keyExchange = body;
      break;
    case 13:
      flight.asksCertificate = true;
      break;
    case 14:
      flight.complete = true;
      break;
    case 22:
      if (message.u8() === 1) flight.staple = message.vector(3).rest();
      break;
  }
}

/** The body of a ServerHello (RFC 5246 §7.4.1.3, RFC 8446 §4.1.3). Throws `RangeError`. */
export function readServerHello(body: Uint8Array): ServerHello {
  const message = cursor(body);
  let version = versionOf(message.u16());
  const random = message.take(32);
  message.vector(1);
  const suite = message.u16();
  const compression = message.u8();
  let group: number | null = null;
  const extensions: number[] = [];
  const list = message.left > 0 ? message.vector(2) : message;
  while (list.left > 0) {
    const type = list.u16();
    const value = list.vector(2);
    extensions.push(type);
    if (type === 43) version = versionOf(value.u16());
    if (type === 51) group = value.u16();
  }
  const text = hex(random);
  const downgrade = /444f574e4752440[01]$/.test(text);
  return { version, suite, compression, retry: text === RETRY, group, downgrade, extensions };
}

/** `80|len15 04 hit type 0002 …` ("The SSL Protocol" §5.6). */
function readSslv2(bytes: Uint8Array): Flight {
  if (bytes.length < 11) return NOTHING;
  if (bytes[2] !== 4 || bytes[5] !== 0 || bytes[6] !== 2) return { ...NOTHING, tls: false };
  const specs = Math.floor(((bytes[9] ?? 0) * 256 + (bytes[10] ?? 0)) / 3);
  const hello = { version: 'SSLv2', suite: 0, compression: 0, retry: false, group: null, downgrade: false } as const;
  return { ...NOTHING, hello: { ...hello, extensions: [], specs }, complete: true };
}

/** What a ServerKeyExchange says: bits of the prime and the prime itself, or the named group (RFC 5246 §7.4.3, RFC 8422 §5.4). */
export type KeyExchange =
  | { readonly kind: 'dh'; readonly bits: number; readonly prime: string }
  | { readonly kind: 'ecdh'; readonly group: number };

/** @param ephemeral which of the two the chosen suite uses; undefined when the bytes are not of it */
export function readKeyExchange(bytes: Uint8Array, ephemeral: 'dh' | 'ecdh'): KeyExchange | undefined {
  const message = cursor(bytes);
  try {
    if (ephemeral === 'ecdh') return message.u8() === 3 ? { kind: 'ecdh', group: message.u16() } : undefined;
    const prime = hex(message.vector(2).rest()).replace(/^0+/, '');
    const top = Number.parseInt(prime[0] ?? '0', 16).toString(2).length;
    return { kind: 'dh', bits: prime === '' ? 0 : (prime.length - 1) * 4 + top, prime };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
