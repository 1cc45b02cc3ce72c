import { describe, expect, test } from 'vitest';
import { oneLine, terminalText, visible } from '../../reports/safe.ts';
import { inertJson } from '../../src/model/inert-json.ts';
import { PAYLOADS } from './fleets.ts';

describe('visible', () => {
  test.each([
    ['plain text, tabs\tand\nnewlines', 'plain text, tabs\tand\nnewlines'],
    ['\u001b[31mred', '\\x1b[31mred'],
    ['nul\u0000', 'nul\\x00'],
    ['bell\u0007 del\u007f csi\u009b', 'bell\\x07 del\\x7f csi\\x9b'],
    ['over\rwritten', 'over\\x0dwritten'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u200bb\u00adc\ufeffd', 'a\\u200bb\\xadc\\ufeffd'],
    ['line\u2028separator', 'line\\u2028separator'],
    ['tag \u{e0041}', 'tag \\u{e0041}'],
    ['lone \ud800 surrogate', 'lone \\ud800 surrogate'],
    ['Zürich 東京 🔒', 'Zürich 東京 🔒'],
    [`Z${'\u0301'.repeat(10)}a`, `Z${'\u0301'.repeat(8)}\\u0301\\u0301a`],
    ['ที่นี่ Việt Nam', 'ที่นี่ Việt Nam'],
  ])('%j', (text, shown) => expect(visible(text)).toBe(shown));

  test('leaves no character of any plane that acts or hides', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const shown = visible(String.fromCodePoint(code));
      if (/[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Surrogate}\p{Zl}\p{Zp}]/u.test(shown)) {
        expect(['\t', '\n']).toContain(shown);
      }
    }
  });
});

describe('terminalText', () => {
  test.each([
    ['::error file=x::boom', ': :error file=x::boom'],
    ['seen ::set-output name=a::b', 'seen : :set-output name=a::b'],
    ['##[command]rm', '# #[command]rm'],
    ['from ::1 to ::/0', 'from ::1 to ::/0'],
    ['2001:db8::7', '2001:db8::7'],
    ['two\nlines\tand a tab', 'two lines and a tab'],
  ])('%j', (text, shown) => expect(terminalText(text)).toBe(shown));

  test('is one line for every payload', () => {
    for (const payload of PAYLOADS) expect(terminalText(`${payload}\n${payload}`)).not.toMatch(/[\n\r\u001b\u009b]/);
  });
});

test('oneLine joins lines, whatever their ends', () => expect(oneLine(' a\r\nb\nc ')).toBe('a b c'));

describe('inertJson', () => {
  test.each(PAYLOADS)('%j keeps its value and shows nothing that acts', (payload) => {
    const text = inertJson(JSON.stringify({ [payload]: payload }));
    expect(JSON.parse(text)).toEqual({ [payload]: payload });
    expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]/u);
  });

  test('escapes characters beyond the BMP as surrogate pairs', () => {
    expect(inertJson('"\u{e0041}"')).toBe('"\\udb40\\udc41"');
  });
});
