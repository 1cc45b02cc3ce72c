import { describe, expect, test } from 'vitest';
import { readFlight, readKeyExchange } from '../../../src/wire/tls/flight.ts';
import { clientHello, type Hello, readHello } from '../../../src/wire/tls/hello.ts';
import { outcomeOf } from '../../../src/wire/tls/outcome.ts';

const random = Uint8Array.from({ length: 96 }, (_, at) => at);
const hello: Hello = { version: 'TLSv1.2', suites: [0xc02f, 0x0033], serverName: 'good.test', random };
const sent = clientHello(hello);

const serverHello = message(2, [3, 3, ...random.subarray(0, 32), 0, 0xc0, 0x2f, 0, 0, 5, 0xff, 1, 0, 1, 0]);
const done = message(14, []);
const ALERT = (level: number, code: number): number[] => record(21, [level, code]);

describe('a ClientHello', () => {
  test('has the bytes of RFC 5246', () => {
    const hex = Buffer.from(sent).toString('hex');
    expect(hex.slice(0, 22)).toBe(`160301${length(sent.length - 5)}01${length(sent.length - 9).padStart(6, '0')}0303`);
    expect(hex.slice(86, 104)).toBe('000006c02f003300ff');
    expect(hex).toContain('0000000e000c000009676f6f642e74657374');
    expect(hex).toContain('000a00140012001d0017001e00180019001a001b001c0016');
  });

  test.each<[Partial<Hello>, string]>([
    [{ version: 'SSLv3' }, '160300'],
    [{ version: 'TLSv1.0' }, '160301'],
    [{ version: 'TLSv1.3', suites: [0x1301] }, '160301'],
    [{ version: 'SSLv2' }, '8031'],
  ])('%j', (change, start) => {
    const bytes = clientHello({ ...hello, ...change });
    expect(Buffer.from(bytes).toString('hex').startsWith(start)).toBe(true);
    expect(readHello(bytes)?.version).toBe(change.version);
  });

  test('in SSL 3.0 has no extensions, and in TLS 1.2 no ffdhe groups', () => {
    expect(readHello(clientHello({ ...hello, version: 'SSLv3' }))?.groups).toEqual([]);
    expect(readHello(sent)?.groups.filter((group) => group >= 0x100)).toEqual([]);
  });

  test.each([5, 30, 50, 57, 80, 100, 126])('with %i suites is never of 256 to 511 bytes', (count) => {
    const suites = Array.from({ length: count }, (_, at) => at + 1);
    const size = clientHello({ ...hello, suites }).length - 5;
    expect(size < 256 || size > 511, String(size)).toBe(true);
    expect(readHello(clientHello({ ...hello, suites }))?.suites).toEqual(suites);
  });
});

describe('a flight', () => {
  const whole = [...record(22, serverHello), ...record(22, done)];

  test.each<[string, number[]]>([
    ['in one record', record(22, [...serverHello, ...done])],
    ['in two', whole],
    ['in records of one byte', [...serverHello, ...done].flatMap((byte) => record(22, [byte]))],
    ['after warnings', [...ALERT(1, 112), ...ALERT(1, 90), ...whole]],
  ])('%s', (_, bytes) => {
    const flight = readFlight(Uint8Array.from(bytes));
    expect(flight.complete).toBe(true);
    expect(flight.hello).toMatchObject({ version: 'TLSv1.2', suite: 0xc02f, extensions: [0xff01] });
    expect(outcomeOf(sent, Uint8Array.from(bytes)).kind).toBe('accepted');
  });

  test('that is cut anywhere is never an error, and never complete', () => {
    for (let size = 0; size < whole.length; size += 1) {
      const flight = readFlight(Uint8Array.from(whole.slice(0, size)));
      expect([flight.complete, flight.tls]).toEqual([false, true]);
    }
  });

  test.each<[string, number[], string]>([
    ['handshake_failure', ALERT(2, 40), 'refused'],
    ['protocol_version', ALERT(2, 70), 'refused'],
    ['insufficient_security', ALERT(2, 71), 'refused'],
    ['internal_error', ALERT(2, 80), 'refused'],
    ['unrecognized_name', ALERT(2, 112), 'name'],
    ['inappropriate_fallback', ALERT(2, 86), 'fallback'],
    ['illegal_parameter', ALERT(2, 47), 'form'],
    ['decode_error', ALERT(2, 50), 'form'],
    ['close_notify', ALERT(1, 0), 'silent'],
    ['a warning alone', ALERT(1, 112), 'silent'],
    ['nothing', [], 'silent'],
    ['HTTP', [...Buffer.from('HTTP/1.1 400 Bad Request\r\n')], 'not-tls'],
    ['SSH', [...Buffer.from('SSH-2.0-OpenSSH_9.2\r\n')], 'not-tls'],
    ['another version', record(22, message(2, [3, 1, ...random.subarray(0, 32), 0, 0xc0, 0x2f, 0])), 'other'],
    ['a suite that was not offered', record(22, message(2, [3, 3, ...random.subarray(0, 32), 0, 0, 5, 0])), 'other'],
    ['SSL 2.0', [0x80, 17, 4, 0, 1, 0, 2, 0, 0, 0, 6, 0, 0, 1, 0, 0x80, 7, 0, 0xc0], 'other'],
  ])('%s is %s', (_, bytes, kind) => {
    expect(outcomeOf(sent, Uint8Array.from(bytes)).kind).toBe(kind);
  });

  test('of SSL 2.0 without ciphers still means that it is on', () => {
    const bytes = Uint8Array.from([0x80, 11, 4, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0]);
    expect(outcomeOf(clientHello({ ...hello, version: 'SSLv2' }), bytes).kind).toBe('accepted');
  });

  test('with a HelloRetryRequest names the group', () => {
    const retry = Buffer.from('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c', 'hex');
    const extensions = [0, 12, 0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0x11, 0xec];
    const bytes = record(22, message(2, [3, 3, ...retry, 0, 0x13, 1, 0, ...extensions]));
    const { hello: answer } = readFlight(Uint8Array.from(bytes));
    expect(answer).toMatchObject({ version: 'TLSv1.3', retry: true, group: 0x11ec });
  });

  test('tells when a newer version was withheld', () => {
    const marked = [...random.subarray(0, 24), ...Buffer.from('444f574e47524401', 'hex')];
    const bytes = record(22, message(2, [3, 3, ...marked, 0, 0xc0, 0x2f, 0]));
    expect(readFlight(Uint8Array.from(bytes)).hello?.downgrade).toBe(true);
  });
});

test.each<[number[], 'dh' | 'ecdh', unknown]>([
  [[0, 3, 0, 0x80, 1, 0, 1, 2], 'dh', { kind: 'dh', bits: 16, prime: '8001' }],
  [[0, 1, 5], 'dh', { kind: 'dh', bits: 3, prime: '5' }],
  [[3, 0, 0x1d, 32], 'ecdh', { kind: 'ecdh', group: 0x1d }],
  [[0, 9, 1], 'dh', undefined],
])('a key exchange %j', (bytes, kind, expected) => {
  expect(readKeyExchange(Uint8Array.from(bytes), kind)).toEqual(expected);
});

function length(value: number): string {
  return value.toString(16).padStart(4, '0');
}

function record(type: number, body: readonly number[]): number[] {
  return [type, 3, 3, body.length >> 8, body.length & 0xff, ...body];
}

function message(type: number, body: readonly number[]): number[] {
  return [type, 0, body.length >> 8, body.length & 0xff, ...body];
}
