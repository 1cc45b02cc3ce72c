/** One directive of sshd_config. */
export interface Line {
  /** Lower case. */
  readonly keyword: string;
  readonly args: readonly string[];
  /** The arguments as they were written, without quotes' meaning. */
  readonly rest: string;
}

/**
 * Reads one line of sshd_config as sshd does: keyword in any case, blanks or one `=` behind it, double or
 * single quotes, a comment where a word begins with `#`. Undefined for blank lines and comments; null when a
 * quote is not closed. Source: OpenSSH servconf.c, misc.c (`strdelim`, `argv_split`).
 */
export function readLine(text: string): Line | null | undefined {
  // Most lines of the stock file are comments.
  if (text.startsWith('#')) return undefined;
  const match = /^[ \t]*(?:"([^"]+)"|([^\s=#"]+))[ \t]*=?[ \t]*(.*)$/.exec(text.replace(/[ \t\r\n\f]+$/, ''));
  if (match === null) return /^[ \t\f]*(#.*)?$/.test(text.replace(/\r$/, '')) ? undefined : null;
  const rest = match[3] ?? '';
  const args = splitWords(rest, /[ \t]/);
  return args === null ? null : { keyword: (match[1] ?? match[2] ?? '').toLowerCase(), args, rest };
}

/** The words of a Match line, where `User=alice` is two words as well. Null when a quote is not closed. */
export function splitCriteria(rest: string): readonly string[] | null {
  return splitWords(rest, /[ \t=]/);
}

function splitWords(text: string, separator: RegExp): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const char of text) {
    if (quote !== null) {
      if (char === quote) quote = null;
      else word = (word ?? '') + char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (separator.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (char === '#' && word === null) {
      break;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== null) words.push(word);
  return quote === null ? words : null;
}
