import { existsSync, type Stats, statSync } from 'node:fs';
import { InputError, type Place, quote } from '../error.ts';
import { expandPath, type Folders, readInput } from '../text.ts';
import { splitWords } from '../words.ts';
import { type Criterion, criteriaOf } from './criteria.ts';
import { glob } from './glob.ts';
import { canonicalKeyword, isKeyword, ONE_VALUE } from './keywords.ts';
import { readLine } from './line.ts';
import { malformed } from './malformed.ts';

/** One line of ssh_config(5) that matters; an Include holds the lines of the files it names. */
export type SshLine = { readonly place: Place } & (
  | { readonly kind: 'set'; readonly keyword: string; readonly words: readonly string[] }
  /** Refused unless IgnoreUnknown names it, which may depend on the host. */
  | { readonly kind: 'unknown'; readonly keyword: string }
  | { readonly kind: 'host'; readonly patterns: readonly string[] }
  | { readonly kind: 'match'; readonly criteria: readonly Criterion[] }
  | { readonly kind: 'include'; readonly files: readonly (readonly SshLine[])[] }
);

/** A configuration file, and the folder that its relative Includes start from. */
export interface SshConfigFile {
  readonly file: string;
  readonly includeFolder: string;
  /** Someone named this file; the usual ones may be missing. */
  readonly mustExist?: boolean;
  /** Refused when somebody else could have written it; includes always are. */
  readonly mustBeOwn?: boolean;
}

/** readconf.c: READCONF_MAX_DEPTH. */
const DEEPEST_INCLUDE = 16;

/**
 * The lines of a configuration file with everything it includes. A usual file that is not there has none. Throws
 * `InputError` for lines that ssh(1) refuses, and for files that are not the user's own where ssh insists on that.
 */
export function parseSshConfig(source: SshConfigFile, folders: Folders): readonly SshLine[] {
  if (source.mustExist !== true && !existsSync(expandPath(source.file, folders))) return [];
  if (source.mustBeOwn === true) refuseForeign(source.file, folders);
  return parseFile(source.file, source.includeFolder, folders, 0);
}

function parseFile(file: string, includeFolder: string, folders: Folders, depth: number): readonly SshLine[] {
  const { text } = readInput(file, folders, { mayBeEmpty: true });
  const include = (pattern: string, place: Place): readonly (readonly SshLine[])[] => {
    if (depth === DEEPEST_INCLUDE) {
      throw new InputError('data', [{ ...place, what: `Includes are nested more than ${DEEPEST_INCLUDE} deep.` }]);
    }
    // Whether ssh expands the latter two depends on its version.
    const [unknown] = /^~[^/]+|\$\{.*?\}|%./.exec(pattern) ?? [];
    if (unknown !== undefined) {
      const expected = 'Expected a plain path, or one with ~/.';
      throw new InputError('data', [
        { ...place, what: `Include ${quote(pattern)} holds ${quote(unknown)}, which is not supported.`, expected },
      ]);
    }
    return glob(expandPath(pattern, { ...folders, cwd: includeFolder })).map((found) => {
      // ssh opens a folder, looks at its owner, and reads nothing.
      const isFolder = refuseForeign(found, folders).isDirectory();
      return isFolder ? [] : parseFile(found, includeFolder, folders, depth + 1);
    });
  };
  return text.split('\n').flatMap((line, index) => {
    const place = { file, line: index + 1, column: line.length - line.trimStart().length + 1 };
    return parseLine(line, place, include) ?? [];
  });
}

type Include = (pattern: string, place: Place) => readonly (readonly SshLine[])[];

function parseLine(text: string, place: Place, include: Include): SshLine | undefined {
  const line = readLine(text);
  if (line === undefined) return undefined;
  const keyword = canonicalKeyword(line.keyword);
  if (line.rest === '') throw malformed(place, `${line.keyword} has no value.`);
  if (line.words === undefined) throw malformed(place, `${line.keyword} has a quote that is not closed.`);
  if (!isKeyword(keyword)) return { kind: 'unknown', place, keyword: line.keyword };
  // A command goes on to the end of the line, whatever stands there; `"none"` is one.
  if (keyword === 'proxycommand') {
    const words = splitWords(line.rest) ?? [];
    return { kind: 'set', place, keyword, words: words.length > 1 ? words : [line.rest] };
  }
  const { words } = line;
  if (keyword === 'match') return { kind: 'match', place, criteria: criteriaOf(line.rest, place) };
  if (words.length === 0 || words[0] === '') throw malformed(place, `${line.keyword} has no value.`);
  if (keyword === 'host') return { kind: 'host', place, patterns: words };
  if (keyword === 'include') return { kind: 'include', place, files: words.flatMap((word) => include(word, place)) };
  if (words.length > 1 && ONE_VALUE.has(keyword)) {
    const expected =
      keyword === 'proxyjump'
        ? 'Expected hosts with commas and no blanks between them.'
        : 'Expected one, in quotes where it holds blanks.';
    throw new InputError('data', [{ ...place, what: `${line.keyword} has more than one value.`, expected }]);
  }
  return { kind: 'set', place, keyword, words };
}

/** Source: OpenSSH readconf.c, read_config_file_depth ("Bad owner or permissions"). */
function refuseForeign(file: string, folders: Folders): Stats {
  const stats = statSync(expandPath(file, folders));
  const foreign = stats.uid !== 0 && stats.uid !== process.getuid?.();
  // Debian's ssh, too, lets the group write that has the user as its only member.
  const others = stats.gid === stats.uid ? 0o002 : 0o022;
  if (!foreign && (stats.mode & others) === 0) return stats;
  throw new InputError('data', [
    {
      file,
      what: foreign ? 'The file belongs to another user.' : 'The file may be written by its group or by others.',
      expected: 'Expected a file that only you or root can change, as ssh(1) does.',
      ...(foreign ? {} : { suggestion: `Run "chmod go-w ${file}".` }),
    },
  ]);
}
