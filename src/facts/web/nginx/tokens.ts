import { cannotTell } from '../../../model/fact.ts';
import type { Place } from '../../../model/facts/web.ts';

/** One directive of nginx: its words, and what stands in its braces. */
export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  readonly place: Place;
  readonly block: readonly Directive[] | null;
}

type Token = { readonly text: string; readonly line: number } | Mark;
interface Mark {
  readonly mark: ';' | '{' | '}';
  readonly line: number;
}

/**
 * Reads one file of nginx's configuration. Source: ngx_conf_file.c, ngx_conf_read_token: quotes and `#` count only
 * where a word begins, `}` too; `;` and `{` end a word anywhere, but not `{` behind `$`; a backslash takes the sign
 * behind it along. Throws `Ignorance` with the line where it cannot be read so.
 */
export function parseNginx(path: string, lines: readonly string[]): readonly Directive[] {
  const reader = { path, tokens: tokensOf(path, lines.join('\n')), at: 0 };
  return blockOf(reader, 0);
}

interface Reader {
  readonly path: string;
  readonly tokens: readonly Token[];
  at: number;
}

function blockOf(reader: Reader, depth: number): Directive[] {
  const found: Directive[] = [];
  let words: string[] = [];
  let line = 0;
  for (;;) {
    const token = reader.tokens[reader.at];
    reader.at += 1;
    if (token === undefined) {
      if (words.length > 0 || depth > 0)
        broken(reader.path, reader.tokens.at(-1)?.line ?? 1, 'it ends in the middle of a directive or block');
      return found;
    }
    if ('text' in token) {
      if (words.length === 0) line = token.line;
      words.push(token.text);
      continue;
    }
    if (token.mark === '}') {
      if (words.length > 0 || depth === 0) broken(reader.path, token.line, 'a "}" stands where none may');
      return found;
    }
    const [name = '', ...rest] = words;
    if (name === '') broken(reader.path, token.line, `a "${token.mark}" stands where none may`);
    const place = { path: reader.path, line };
    const block = token.mark === ';' ? null : isCode(name) ? skipCode(reader) : blockOf(reader, depth + 1);
    found.push({ name, words: rest, place, block });
    words = [];
  }
}

/** What stands in the braces is Lua, and not for us. */
function isCode(name: string): boolean {
  return name.endsWith('_by_lua_block');
}

function skipCode(reader: Reader): readonly Directive[] {
  let depth = 1;
  while (depth > 0) {
    const token = reader.tokens[reader.at];
    if (token === undefined) return broken(reader.path, reader.tokens.at(-1)?.line ?? 1, 'a block of Lua does not end');
    if ('mark' in token && token.mark !== ';') depth += token.mark === '{' ? 1 : -1;
    reader.at += 1;
  }
  return [];
}

function tokensOf(path: string, text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const sign = text[at] ?? '';
    if (sign === '\n') line += 1;
    if (/\s/.test(sign)) at += 1;
    else if (sign === '#') at = endOfLine(text, at);
    else if (sign === ';' || sign === '{' || sign === '}') {
      tokens.push({ mark: sign, line });
      at += 1;
    } else {
      const word = sign === '"' || sign === "'" ? quoted(path, text, at, line) : bare(text, at);
      tokens.push({ text: word.text, line });
      line += text.slice(at, word.end).split('\n').length - 1;
      at = word.end;
    }
  }
  return tokens;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

interface Word {
  readonly text: string;
  readonly end: number;
}

function quoted(path: string, text: string, start: number, line: number): Word {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === quote) return { text: unescaped(text.slice(start + 1, at)), end: at + 1 };
  }
  return broken(path, line, 'a quote does not end');
}

function bare(text: string, start: number): Word {
  let at = start;
  for (; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (sign === '\\') at += 1;
    else if (/[\s;]/.test(sign) || (sign === '{' && text[at - 1] !== '$')) break;
  }
  return { text: unescaped(text.slice(start, at)), end: Math.min(at, text.length) };
}

/** nginx takes a backslash away only in front of these. */
function unescaped(text: string): string {
  return text.replace(/\\(["'\\trn])/g, (_, sign: string) => ({ t: '\t', r: '\r', n: '\n' })[sign] ?? sign);
}

function broken(path: string, line: number, what: string): never {
  return cannotTell('unparseable', `${path}:${line} could not be read as nginx would: ${what}.`);
}
