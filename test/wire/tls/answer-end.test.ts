import { describe, expect, test } from 'vitest';
import { AnswerEnd } from '../../../src/wire/tls/answer-end.ts';
import { readFlight } from '../../../src/wire/tls/flight.ts';

const random = Array.from({ length: 32 }, (_, at) => at);
const classic = message(2, [3, 3, ...random, 0, 0xc0, 0x2f, 0]);
const modern = message(2, [3, 3, ...random, 0, 0x13, 1, 0, 0, 6, 0, 43, 0, 2, 3, 4]);
const certificate = message(11, [0, 0, 6, 0, 0, 3, 1, 2, 3]);
const done = message(14, []);
const alert = (level: number, code: number) => record(21, [level, code]);

/** After how many bytes the answer is whole, when they come one by one; 0: it never is. */
function endOf(bytes: readonly number[], until: 'hello' | 'flight'): number {
  const answer = new AnswerEnd(until);
  return bytes.findIndex((byte) => answer.push(Uint8Array.of(byte))) + 1;
}

describe('the end of an answer', () => {
  const flight = [...record(22, classic), ...record(22, [...certificate, ...done])];

  test.each<[string, number[]]>([
    ['a flight', flight],
    ['in records of one byte', [...classic, ...certificate, ...done].flatMap((byte) => record(22, [byte]))],
    ['in records of nothing', [...record(22, []), ...flight]],
    ['after warnings', [...alert(1, 112), ...alert(1, 90), ...flight]],
    ['TLS 1.3', record(22, modern)],
    ['an alert', alert(2, 40)],
    ['an alert in two records', [...record(21, [2]), ...record(21, [40])]],
    ['close_notify', alert(1, 0)],
    ['plain HTTP', [...Buffer.from('H')]],
    ['SSL 2.0', [0x80, 11, 4, 0, 1, 0, 2, 0, 0, 0, 0]],
    ['noise that begins like SSL 2.0', [0x80, ...Buffer.from('0123456789')]],
  ])('%s: with its last byte, as it is read then', (_, bytes) => {
    expect(endOf(bytes, 'flight')).toBe(bytes.length);
    const all = new AnswerEnd('flight');
    expect(all.push(Uint8Array.from([...bytes, 1, 2, 3]))).toBe(true);
    const whole = readFlight(Uint8Array.from(bytes));
    expect(whole.complete || !whole.tls).toBe(true);
    for (let size = 0; size < bytes.length; size += 1) {
      const part = readFlight(Uint8Array.from(bytes.slice(0, size)));
      expect([part.complete, part.tls]).toEqual([false, true]);
    }
  });

  test('is that of the hello where only that is wanted', () => {
    expect(endOf(flight, 'hello')).toBe(record(22, classic).length);
  });

  test.each<[string, number[]]>([
    ['warnings alone', [...alert(1, 112), ...alert(1, 90)]],
    ['half a flight', record(22, [...classic, ...certificate])],
    ['a hello that cannot be read', [...record(22, message(2, [3, 3, 1])), ...record(22, classic)]],
    ['what is no handshake', record(23, [14, 0, 0, 0])],
  ])('never comes with %s', (_, bytes) => {
    expect(endOf(bytes, 'flight')).toBe(0);
  });

  // With every byte that came looked at again for each that comes, this takes hours.
  test('is looked for in what is new only', () => {
    const warnings = Array.from({ length: 37_449 }, () => alert(1, 112)).flat();
    expect(endOf(warnings, 'flight')).toBe(0);
    const long = record(22, message(1, new Array<number>(60_000).fill(0)));
    expect(endOf([...long, ...flight], 'flight')).toBe(long.length + flight.length);
  });
});

function record(type: number, body: readonly number[]): number[] {
  return [type, 3, 3, body.length >> 8, body.length & 0xff, ...body];
}

function message(type: number, body: readonly number[]): number[] {
  return [type, 0, body.length >> 8, body.length & 0xff, ...body];
}
