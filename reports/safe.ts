import { escapedUnit } from '../src/model/inert-json.ts';

/**
 * Host text in reports. A host can put anything into what we print: control characters that move the
 * cursor, bidirectional overrides that reorder a line, invisible characters that hide a difference,
 * commands of a CI log. Each sink gets text in which such characters are visible and do nothing.
 */

/**
 * Everything that acts instead of being read: C0 but tab and newline, DEL, C1, line and paragraph separators,
 * interlinear annotations, lone surrogates, and all that a font shows as nothing (UAX #44): bidi controls,
 * zero-width characters, soft hyphens, variation selectors, tags.
 */
const ACTIVE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\ufff9-\ufffb\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Surrogate}]/gu;

/** Marks on one letter beyond the eighth: no script needs as many, and they cover the lines around or push the page wide. */
const STACKED = /(?<=\p{Mark}{8})\p{Mark}/gu;

/** Active characters as visible escapes (`\x1b`, `\u202e`); tabs and newlines stay. For HTML, after which markup is escaped. */
export function visible(text: string): string {
  return text.replace(ACTIVE, escapeOf).replace(STACKED, escapeOf);
}

/** As `visible`, on one line. */
export function oneLine(text: string): string {
  return visible(text.replace(/\r?\n/g, ' ').replaceAll('\t', ' ')).trim();
}

/**
 * One line for a terminal or a CI log. GitHub's runner reads `::name …::` at the start of a line (after
 * blanks) and `##[name]` anywhere as commands, and wrapping can put any word at a line's start.
 */
export function terminalText(text: string): string {
  return oneLine(text)
    .replace(/(^|\s)::(?=[A-Za-z].*::)/g, '$1: :')
    .replaceAll('##[', '# #[');
}

function escapeOf(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? escapedUnit(code) : `\\u{${code.toString(16)}}`;
}
