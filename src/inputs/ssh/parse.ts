import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import picomatch from 'picomatch';
import { LineType, parse } from 'ssh-config';
import { InputError, type Place, quote } from '../error.ts';
import { expandPath, type Folders, readInput } from '../text.ts';
import { splitWords } from '../words.ts';

/** One line of ssh_config(5) that matters; an Include holds the lines of the files it names. */
export type SshLine = { readonly place: Place } & (
  | { readonly kind: 'set'; readonly keyword: string; readonly words: readonly string[] }
  | { readonly kind: 'host'; readonly patterns: readonly string[] }
  | { readonly kind: 'match'; readonly criteria: readonly Criterion[] }
  | { readonly kind: 'include'; readonly files: readonly (readonly SshLine[])[] }
);

export interface Criterion {
  readonly name: string;
  readonly negated: boolean;
  /** Empty for `all`, `canonical` and `final`. */
  readonly value: string;
}

/** A configuration file, and the folder that its relative Includes start from. */
export interface SshConfigFile {
  readonly file: string;
  readonly includeFolder: string;
  /** Someone named this file; the usual ones may be missing. */
  readonly mustExist?: boolean;
}

/** readconf.c: READCONF_MAX_DEPTH. */
const DEEPEST_INCLUDE = 16;

/** The lines of a configuration file with everything it includes. A usual file that is not there has none. */
export function parseSshConfig(source: SshConfigFile, folders: Folders): readonly SshLine[] {
  if (source.mustExist !== true && !existsSync(expandPath(source.file, folders))) return [];
  return parseFile(source.file, source.includeFolder, folders, 0);
}

function parseFile(file: string, includeFolder: string, folders: Folders, depth: number): readonly SshLine[] {
  const { text } = readInput(file, folders, { mayBeEmpty: true });
  const include = (pattern: string, place: Place): readonly (readonly SshLine[])[] => {
    if (depth === DEEPEST_INCLUDE) {
      throw new InputError('data', [{ ...place, what: `Includes are nested more than ${DEEPEST_INCLUDE} deep.` }]);
    }
    const absolute = expandPath(pattern, { ...folders, cwd: includeFolder });
    return expandGlob(absolute).map((found) => parseFile(found, includeFolder, folders, depth + 1));
  };
  return text.split('\n').flatMap((line, index) => {
    const place = { file, line: index + 1, column: line.length - line.trimStart().length + 1 };
    return parseLine(line.trimEnd(), place, include) ?? [];
  });
}

type Include = (pattern: string, place: Place) => readonly (readonly SshLine[])[];

function parseLine(text: string, place: Place, include: Include): SshLine | undefined {
  const { keyword, words } = wordsOf(text, place);
  if (keyword === undefined) return undefined;
  if (words.length === 0 || words[0] === '') throw malformed(place, `${keyword} has no value.`);
  if (keyword === 'host') return { kind: 'host', place, patterns: words };
  if (keyword === 'match') return { kind: 'match', place, criteria: criteriaOf(words, place) };
  if (keyword === 'include') return { kind: 'include', place, files: words.flatMap((word) => include(word, place)) };
  return { kind: 'set', place, keyword, words };
}

/** Lines are given to the parser one by one: it reports no line numbers, and ssh_config has no continuation lines. */
function wordsOf(text: string, place: Place): { keyword?: string; words: readonly string[] } {
  // The parser cuts commands at every `=`.
  const command = /^\s*proxycommand\s*=?\s*(\S.*)$/i.exec(text)?.[1];
  if (command !== undefined) return { keyword: 'proxycommand', words: splitWords(command) ?? [command] };
  // `Match` is read as `Host`: the parser merges repeated criteria and mistakes `!all` for one that takes a value.
  const isMatch = /^\s*match[\s=]/i.test(text);
  try {
    const [line] = parse(isMatch ? text.replace(/match/i, 'Host') : text);
    if (line === undefined || line.type !== LineType.DIRECTIVE || line.param === '') return { words: [] };
    const words = typeof line.value === 'string' ? [unquote(line.value)] : line.value.map(({ val }) => unquote(val));
    return { keyword: isMatch ? 'match' : line.param.toLowerCase(), words };
  } catch {
    throw malformed(place, `${quote(text.trim())} cannot be read.`);
  }
}

/** OpenSSH also takes single quotes. */
function unquote(word: string): string {
  return /^'.*'$/s.test(word) ? word.slice(1, -1) : word;
}

function criteriaOf(words: readonly string[], place: Place): Criterion[] {
  const criteria: Criterion[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const negated = word.startsWith('!');
    const name = word.slice(negated ? 1 : 0).toLowerCase();
    const bare = ['all', 'canonical', 'final'].includes(name);
    const value = bare ? '' : words[++index];
    if (value === undefined) throw malformed(place, `The criterion ${quote(name)} has no value.`);
    criteria.push({ name, negated, value });
  }
  return criteria;
}

function malformed(place: Place, what: string): InputError {
  return new InputError('data', [{ ...place, what, expected: 'Expected a line of ssh_config(5).' }]);
}

/** As glob(3): sorted, `*` does not match a leading dot, nothing found is nothing included. */
function expandGlob(absolute: string): string[] {
  const [root = '', ...segments] = absolute.split('/');
  return segments.reduce<string[]>(
    (folders, segment) => folders.flatMap((folder) => expandSegment(folder, segment)),
    [root],
  );
}

function expandSegment(folder: string, segment: string): string[] {
  if (!/[*?[]/.test(segment)) {
    const joined = `${folder}/${segment}`;
    return existsSync(joined) ? [joined] : [];
  }
  const matches = picomatch(segment, { nobrace: true, noextglob: true, noglobstar: true, nonegate: true });
  return namesIn(folder)
    .filter((name) => matches(name))
    .sort()
    .map((name) => path.join(folder === '' ? '/' : folder, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder === '' ? '/' : folder);
  } catch {
    return [];
  }
}
