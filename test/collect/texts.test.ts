import { expect, test } from 'vitest';
import { textOf } from '../../src/collect/texts.ts';

const NONE: readonly RegExp[] = [];

test('the same bytes give the same text, with the same count of secrets, every time', () => {
  const bytes = () => Buffer.from('PASSWORD=hunter22 and more');
  for (let time = 0; time < 4; time += 1)
    expect(textOf(bytes(), NONE)).toMatchObject({ text: 'PASSWORD=[redacted] and more', redactions: 1 });
});

test('bytes that are alike at both ends and equally long are told apart', () => {
  const ends = 'x'.repeat(600);
  const texts = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `${ends}${letter}${ends}`);
  for (let time = 0; time < 4; time += 1)
    for (const text of texts) expect(textOf(Buffer.from(text), NONE).text).toBe(text);
});

test('what one probe hides, another one shows', () => {
  const names = [/name=(\w+)/g];
  for (let time = 0; time < 4; time += 1) {
    expect(textOf(Buffer.from('name=alice'), names).text).toBe('name=[redacted]');
    expect(textOf(Buffer.from('name=alice'), NONE).text).toBe('name=alice');
  }
});

test('a text that is kept does not change with the buffer it came from', () => {
  const buffer = Buffer.from('one text, met again');
  textOf(buffer, NONE);
  textOf(buffer, NONE);
  const kept = textOf(buffer, NONE);
  buffer.fill('z');
  expect(kept.text).toBe('one text, met again');
  expect(textOf(Buffer.from('one text, met again'), NONE)).toBe(kept);
  expect(textOf(buffer, NONE).text).toBe('z'.repeat(19));
});

test('bytes that are no text stay what they are when met again', () => {
  const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28, 0x1b]);
  for (let time = 0; time < 3; time += 1) expect(textOf(bytes, NONE).text).toBe('\ufffd\u0000\ufffd(\u001b');
  expect(textOf(Buffer.alloc(0), NONE)).toEqual({ text: '', redactions: 0 });
});
