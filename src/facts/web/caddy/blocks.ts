import { cannotTell } from '../../../model/fact.ts';
import type { Place } from '../../../model/facts/web.ts';

/** One line of a Caddyfile: its words, and the lines in its braces. */
export interface Entry {
  readonly words: readonly string[];
  readonly place: Place;
  /** Null when no `{` follows. */
  readonly block: readonly Entry[] | null;
}

interface Token {
  readonly text: string;
  readonly line: number;
  readonly isBrace: boolean;
}

/**
 * Reads a Caddyfile into lines and blocks. Source: caddyserver.com/docs/caddyfile/concepts: words are parted by blanks,
 * `"…"` and backticks quote, `#` begins a comment where a word begins, and a brace is one only as a word of its own:
 * `{` at the end of a line, `}` at the beginning. Throws `Ignorance` with the line where it cannot be read so.
 */
export function parseCaddyfile(path: string, lines: readonly string[]): readonly Entry[] {
  const reader = { path, tokens: tokensOf(path, lines.join('\n')), at: 0 };
  return entriesOf(reader, 0);
}

interface Reader {
  readonly path: string;
  readonly tokens: readonly Token[];
  at: number;
}

function entriesOf(reader: Reader, depth: number): Entry[] {
  const entries: Entry[] = [];
  for (;;) {
    const first = reader.tokens[reader.at];
    if (first === undefined) {
      if (depth > 0) broken(reader.path, reader.tokens.at(-1)?.line ?? 1, 'a block does not end');
      return entries;
    }
    if (first.isBrace && first.text === '}') {
      if (depth === 0) broken(reader.path, first.line, 'a "}" stands where none may');
      reader.at += 1;
      return entries;
    }
    const words = wordsOf(reader, first.line);
    const isOpen = reader.tokens[reader.at]?.isBrace === true && reader.tokens[reader.at]?.text === '{';
    if (isOpen) reader.at += 1;
    const place = { path: reader.path, line: first.line };
    entries.push({ words, place, block: isOpen ? entriesOf(reader, depth + 1) : null });
  }
}

/** The words of one line; a comma at its end takes the next line along. */
function wordsOf(reader: Reader, start: number): string[] {
  const words: string[] = [];
  let line = start;
  for (;;) {
    const token = reader.tokens[reader.at];
    if (token === undefined || token.isBrace) return words;
    if (token.line !== line && words.at(-1)?.endsWith(',') !== true) return words;
    line = token.line;
    words.push(token.text);
    reader.at += 1;
  }
}

function tokensOf(path: string, text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const sign = text[at] ?? '';
    if (sign === '\n') line += 1;
    if (/\s/.test(sign)) {
      at += 1;
      continue;
    }
    if (sign === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
      continue;
    }
    const match =
      /^(?:"((?:[^"\\]|\\[\s\S])*)"|`([^`]*)`|([^\s"`]\S*))/.exec(text.slice(at)) ??
      cannotTell('unparseable', `${path}:${line} could not be read as Caddy would: a quote does not end.`);
    const [whole = '', double, raw, bare = ''] = match;
    tokens.push({ text: double?.replace(/\\"/g, '"') ?? raw ?? bare, line, isBrace: bare === '{' || bare === '}' });
    line += whole.split('\n').length - 1;
    at += whole.length;
  }
  return tokens;
}

function broken(path: string, line: number, what: string): never {
  return cannotTell('unparseable', `${path}:${line} could not be read as Caddy would: ${what}.`);
}
