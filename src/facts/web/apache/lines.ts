import { cannotTell } from '../../../model/fact.ts';
import type { Place } from '../../../model/facts/web.ts';

/** One directive or section of Apache. Names are in lower case; those of sections begin with `<`. */
export interface Node {
  readonly name: string;
  readonly words: readonly string[];
  readonly place: Place;
  /** Null for a directive. */
  readonly block: readonly Node[] | null;
}

interface Line {
  readonly text: string;
  readonly line: number;
}

/**
 * Reads one file of Apache's configuration. Source: httpd.apache.org/docs/2.4/configuring.html: one directive per
 * line, a backslash at the end joins the next line to it, `#` at the beginning makes it a comment.
 * Throws `Ignorance` with the line where it cannot be read so.
 */
export function parseApache(path: string, lines: readonly string[]): readonly Node[] {
  const reader = { path, lines: joined(lines), at: 0 };
  return nodesOf(reader, undefined);
}

interface Reader {
  readonly path: string;
  readonly lines: readonly Line[];
  at: number;
}

function nodesOf(reader: Reader, section: string | undefined): Node[] {
  const nodes: Node[] = [];
  for (;;) {
    const next = reader.lines[reader.at];
    reader.at += 1;
    if (next === undefined) {
      if (section !== undefined) broken(reader.path, reader.lines.at(-1)?.line ?? 1, `<${section}> is not closed`);
      return nodes;
    }
    const { text, line } = next;
    const closing = /^<\/([a-z]+)\s*>$/i.exec(text)?.[1]?.toLowerCase();
    if (closing !== undefined) {
      if (closing !== section) broken(reader.path, line, `</${closing}> closes nothing`);
      return nodes;
    }
    const place = { path: reader.path, line };
    const [, opening, args = ''] = /^<([a-z]+)\s*(.*?)>?$/i.exec(text) ?? [];
    if (opening !== undefined) {
      const name = opening.toLowerCase();
      nodes.push({ name: `<${name}`, words: wordsOf(args), place, block: nodesOf(reader, name) });
      continue;
    }
    const [name = '', ...words] = wordsOf(text);
    nodes.push({ name: name.toLowerCase(), words, place, block: null });
  }
}

function joined(lines: readonly string[]): Line[] {
  const found: Line[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = at + 1;
    let text = lines[at] ?? '';
    while (text.endsWith('\\') && at + 1 < lines.length) {
      at += 1;
      text = text.slice(0, -1) + (lines[at] ?? '');
    }
    text = text.trim();
    if (text !== '' && !text.startsWith('#')) found.push({ text, line });
  }
  return found;
}

/** Words as Apache takes them apart: in quotes of either kind, with backslashes in front of quotes. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\S+)/g)].map(
    ([, double, single, bare = '']) => (double ?? single)?.replace(/\\(["'\\])/g, '$1') ?? bare,
  );
}

function broken(path: string, line: number, what: string): never {
  return cannotTell('unparseable', `${path}:${line} could not be read as Apache would: ${what}.`);
}
