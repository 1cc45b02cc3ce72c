import { cannotTell, type Unknown, unknown } from '../../model/fact.ts';
import type { Outputs } from '../outputs.ts';

/** The configuration files of one web server, as far as the login user may read them. */
export interface WebFiles {
  /** Path → its lines; index 0 is line 1. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
  /** Files and directories that are there and could not be read. */
  readonly closed: readonly string[];
  /** What was left out for another reason. */
  readonly doubts: readonly Unknown[];
}

/** Reads what `filesSnippet` prints. Throws `Ignorance` when the probe did not run to its end. */
export function readFiles(outputs: Outputs, probe: string): WebFiles {
  const lines = new Map<string, string[]>();
  const closed: string[] = [];
  const doubts: Unknown[] = [];
  let current: string[] | undefined;
  for (const row of outputs.ran(probe).split('\n')) {
    const [, word = '', rest = ''] = /^(file|unread|closed) (\/.*)$/.exec(row) ?? [];
    if (row.startsWith(':') && current !== undefined) current.push(row.slice(1));
    else if (word === 'file') {
      current = [];
      lines.set(rest, current);
    } else if (word !== '') closed.push(rest);
    else if (row === 'many' || row === 'odd') doubts.push(leftOut(row));
    else if (row !== '') cannotTell('unparseable', `The listing of ${probe} has a line of an unknown form.`);
  }
  return { lines, closed, doubts };
}

function leftOut(word: 'many' | 'odd'): Unknown {
  return word === 'many'
    ? unknown('truncated', 'There are more than 400 files of web server configuration; not all of them were read.')
    : unknown('unreadable', 'A file of web server configuration has a line end in its name, so it was not read.');
}

/**
 * The files that have been read and match a pattern, sorted as glob(3) sorts them. `*`, `?` and `[…]` do not match a
 * slash, and not a dot at the beginning of a name.
 */
export function matching(files: WebFiles, pattern: string): readonly string[] {
  const expression = globExpression(pattern);
  return [...files.lines.keys()].filter((path) => expression.test(path)).sort();
}

/** What matches this pattern, or may hold files that do, and could not be read. */
export function closedTo(files: WebFiles, pattern: string): readonly string[] {
  const segments = pattern.split('/');
  return files.closed.filter((path) => {
    const depth = path.split('/').length;
    return depth <= segments.length && globExpression(segments.slice(0, depth).join('/')).test(path);
  });
}

export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

function globExpression(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)([^\]/]+)\]|\*|\?|[\\^$.|+(){}[\]]/g, (token, not?: string, set?: string) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`;
    if (token === '*') return '[^/]*';
    return token === '?' ? '[^/]' : `\\${token}`;
  });
  return new RegExp(`^${source.replace(/(^|\/)(?=\[\^\/\])/g, '$1(?!\\.)')}$`);
}
