/** A line of ssh_config(5) that is neither blank nor a comment. */
export interface RawLine {
  /** As written. */
  readonly keyword: string;
  /** The arguments as they stand. */
  readonly rest: string;
  /** The arguments without quotes, escapes and the comment; undefined where a quote is not closed. */
  readonly words: readonly string[] | undefined;
}

/**
 * Splits a line as ssh(1) does; undefined for blank lines and comments. Lines have no continuation.
 * Source: OpenSSH readconf.c, process_config_line_depth.
 */
export function readLine(text: string): RawLine | undefined {
  const line = text.replace(/^[ \t\r]+/, '').replace(/[ \t\r\f]+$/, '');
  if (line === '' || line.startsWith('#')) return undefined;
  const { word, rest } = firstWord(line) ?? { word: line, rest: '' };
  return { keyword: word, rest, words: splitArguments(rest) };
}

/**
 * The first word of a keyword line or of Match criteria, which ends at blanks or one `=`, and what follows it.
 * Undefined where a double quote is not closed, or begins inside the word. Source: OpenSSH misc.c, strdelim.
 */
export function firstWord(text: string): { readonly word: string; readonly rest: string } | undefined {
  const [all, quoted, plain = ''] =
    /^(?:"([^"]*)"[ \t\r]*|([^ \t\r="]+)(?:[ \t\r]*=[ \t\r]*|[ \t\r]+|$))/.exec(text) ?? [];
  return all === undefined ? undefined : { word: quoted ?? plain, rest: text.slice(all.length) };
}

/** Both kinds of quotes group, `#` begins a comment only where a word would begin. Source: misc.c, argv_split. */
function splitArguments(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let index = 0; index < text.length; index++) {
    const sign = text.charAt(index);
    const next = text.charAt(index + 1);
    if (quote === '' && (sign === ' ' || sign === '\t')) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (word === undefined && sign === '#') {
      break;
    } else if (sign === '\\' && (/['"\\]/.test(next) || (next === ' ' && quote === ''))) {
      word = (word ?? '') + next;
      index++;
    } else if (quote === '' ? sign === '"' || sign === "'" : sign === quote) {
      quote = quote === '' ? sign : '';
      word ??= '';
    } else {
      word = (word ?? '') + sign;
    }
  }
  if (word !== undefined) words.push(word);
  return quote === '' ? words : undefined;
}
