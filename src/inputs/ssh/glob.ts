import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** The POSIX character classes, as in the locale C, for a class of a regular expression. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: ' \\t-\\r',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/**
 * The files and folders that an absolute pattern of glob(3) names, sorted. `*`, `?` and `[…]` do not match a leading
 * dot, a backslash takes the meaning of the sign behind it, nothing found is no error.
 */
export function glob(absolute: string): string[] {
  const [root = '', ...segments] = absolute.split('/');
  return segments.reduce<string[]>(
    (folders, segment) => folders.flatMap((folder) => namesIn(folder, segment)).sort(),
    [root],
  );
}

function namesIn(folder: string, segment: string): string[] {
  if (!/[*?[]/.test(segment))
    return [`${folder}/${segment.replace(/\\(.)/g, '$1')}`].filter((found) => existsSync(found));
  const pattern = globPattern(segment);
  return (
    entriesOf(folder === '' ? '/' : folder)
      .filter((name) => pattern.test(name))
      .map((name) => path.join(folder === '' ? '/' : folder, name))
      // A link that leads nowhere is no file.
      .filter((found) => existsSync(found))
  );
}

/** What one segment of a pattern matches. Source: OpenBSD's glob.c, which OpenSSH brings along: `[^a]` has no negation. */
export function globPattern(segment: string): RegExp {
  let source = /^[*?[]/.test(segment) ? '(?!\\.)' : '';
  for (let rest = segment; rest !== ''; ) {
    const [escaped, sign] = /^\\(.)/su.exec(rest) ?? [];
    const set = setOf(rest);
    if (sign !== undefined && escaped !== undefined) {
      source += literal(sign);
      rest = rest.slice(escaped.length);
    } else if (set !== undefined) {
      source += set.source;
      rest = rest.slice(set.length);
    } else {
      const [first = ''] = rest;
      source += first === '*' ? '.*' : first === '?' ? '.' : literal(first);
      rest = rest.slice(first.length);
    }
  }
  return new RegExp(`^${source}$`, 'su');
}

/** The set that a text begins with; a bracket that is never closed stands for itself. */
function setOf(text: string): { readonly source: string; readonly length: number } | undefined {
  const [all, sign, members = ''] =
    /^\[(!|(?!!))((?!\])(?:\[:[a-z]+:\]|\\.|[^\]\\])+|\](?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]/su.exec(text) ?? [];
  if (all === undefined) return undefined;
  const parts = members.matchAll(/\[:([a-z]+):\]|(\\.|[^\\])(?:-(\\.|[^\\]))?/gsu);
  const source = [...parts].map(([, name, first = '', last]) => {
    if (name !== undefined) return CLASSES[name] ?? '';
    const from = first.replace(/^\\(?=.)/su, '');
    const to = last?.replace(/^\\(?=.)/su, '') ?? from;
    // A range that ends before it begins matches nothing.
    return from <= to ? `${literal(from)}-${literal(to)}` : '';
  });
  return { source: `[${sign === '!' ? '^' : ''}${source.join('')}]`, length: all.length };
}

function literal(sign: string): string {
  return `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`;
}

/** A folder that cannot be read holds nothing, as for glob(3). */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
