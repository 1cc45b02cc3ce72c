import { expect, test } from 'vitest';
import { inertJson } from '../../src/model/inert-json.ts';
import { joined, roomFor, writePieces } from '../../src/model/utf8.ts';

const LONG = 'a line of iptables-save\n'.repeat(400);

test.each([
  ['nothing', ''],
  ['plain text', LONG],
  ['quotation marks and backslashes', 'say "a\\b"\n\t"\n'],
  ['control characters', 'a\u0000b\u001b[31mc\rd\u007f'],
  ['active characters', '<b>\u202e\u2028\u200b</b>'],
  ['other scripts', `${LONG}Größe 東京 😀\n`],
  ['a lone surrogate', 'a\ud800b'],
  ['a character behind much that is plain', `${LONG}\u009b`],
])('a quoted text is what JSON makes of it: %s', (_, text) => {
  const expected = Buffer.from(`[${inertJson(JSON.stringify(text))}]`);
  expect(joined(['[', { quoted: text }, ']']).equals(expected)).toBe(true);
  expect(JSON.parse(joined([{ quoted: text }]).toString())).toBe(text);
  // Where it starts changes nothing, and nothing is written in front of it.
  const into = Buffer.alloc(roomFor([{ quoted: text }]) + 7, 0x2e);
  const end = writePieces([{ quoted: text }], into, 7);
  expect(into.subarray(0, 7).toString()).toBe('.......');
  expect(into.subarray(7, end).equals(expected.subarray(1, -1))).toBe(true);
});

test('every ASCII character', () => {
  const all = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));
  for (const text of [...all, all.join('')])
    expect(joined([{ quoted: text }]).toString()).toBe(inertJson(JSON.stringify(text)));
});

test('there is room for the worst', () => {
  for (const text of [
    '\u0000'.repeat(100),
    '\u202e'.repeat(100),
    '\ud800'.repeat(100),
    '東'.repeat(100),
    '"'.repeat(100),
  ])
    expect(roomFor([{ quoted: text }])).toBeGreaterThanOrEqual(Buffer.byteLength(inertJson(JSON.stringify(text))));
});
