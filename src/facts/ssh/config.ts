import { cannotTell } from '../../model/fact.ts';
import { byParts, memoized } from '../memo.ts';
import type { Outputs } from '../outputs.ts';
import { type ConfigFiles, readConfigFiles } from './files.ts';
import { type Criterion, readCriteria } from './match.ts';
import { matchesGlob } from './patterns.ts';
import { readLine } from './words.ts';

/** One directive where sshd meets it, after Include is expanded. */
export interface Entry {
  readonly keyword: string;
  readonly args: readonly string[];
  /** `/etc/ssh/sshd_config line 57`. */
  readonly origin: string;
  /** The Match blocks around it, outermost first; all must match. Empty: the global section. */
  readonly guards: readonly Guard[];
}

export interface Guard {
  readonly criteria: readonly Criterion[];
  /** `/etc/ssh/sshd_config line 120`, unique per block. */
  readonly origin: string;
}

export interface Config {
  readonly entries: readonly Entry[];
  readonly blocks: readonly Guard[];
  /** The files that were read, each once. */
  readonly files: readonly string[];
  /** What Include names but was not read, as sentences. */
  readonly unread: readonly string[];
}

interface Found {
  readonly entries: Entry[];
  readonly blocks: Guard[];
  readonly files: string[];
  readonly unread: string[];
  reads: number;
}

export const MAIN = '/etc/ssh/sshd_config';
const FOLDER = '/etc/ssh/sshd_config.d/';
/** OpenSSH servconf.c, SERVCONF_MAX_DEPTH. */
const MAX_DEPTH = 16;
/** More than any real configuration has; a host must not keep the scanner busy. */
const MAX_READS = 1000;
const MAX_BLOCKS = 200;
const MAX_PATTERNS = 2000;

/** What the files of a host say. Throws `Ignorance` as `readConfigFiles` and `readConfig` do. */
export const configOf = memoized((outputs: Outputs): Config => {
  const { lines, unreadable } = readConfigFiles(outputs);
  return configFrom(lines, ...unreadable);
});

const configFrom = byParts(
  256,
  (lines: ConfigFiles['lines'], ...unreadable: readonly string[]): Config => readConfig({ lines, unreadable }),
);

/**
 * Reads the configuration in sshd's own order: Include in place, its files sorted; a Match block lasts to the
 * next one or to the end of its file; what an Include inside a block brings is under that block.
 * Throws `Ignorance` on what sshd would read in a way that is not known here. Source: OpenSSH servconf.c.
 */
export function readConfig(files: ConfigFiles): Config {
  if (!files.lines.has(MAIN)) cannotTell('unreadable', `${MAIN} could not be read.`);
  const found: Found = { entries: [], blocks: [], files: [], unread: [], reads: 0 };
  readFile(MAIN, [], 0, files, found);
  const patterns = found.blocks.flatMap(({ criteria }) => criteria.map(({ list }) => list.split(',').length));
  if (found.blocks.length > MAX_BLOCKS || patterns.reduce((sum, own) => sum + own, 0) > MAX_PATTERNS)
    cannotTell('unparseable', 'sshd has more Match blocks or patterns than fleetproof evaluates.');
  return found;
}

function readFile(path: string, outer: readonly Guard[], depth: number, files: ConfigFiles, found: Found): void {
  found.reads += 1;
  if (found.reads > MAX_READS) cannotTell('unparseable', `Include reads more than ${MAX_READS} files.`);
  if (depth > MAX_DEPTH) cannotTell('unparseable', `Include goes deeper than ${MAX_DEPTH} files at ${path}.`);
  if (!found.files.includes(path)) found.files.push(path);
  let guards = outer;
  for (const [index, text] of (files.lines.get(path) ?? []).entries()) {
    const origin = `${path} line ${index + 1}`;
    const line = readLine(text);
    if (line === undefined) continue;
    if (line === null) cannotTell('unparseable', `${origin} has a quote that is not closed.`);
    if (line.keyword === 'match') {
      const guard = { criteria: readCriteria(line.rest, origin), origin };
      guards = [...outer, guard];
      found.blocks.push(guard);
    } else if (line.keyword === 'include') {
      for (const glob of line.args) include(glob, guards, depth, files, found, origin);
    } else {
      found.entries.push({ keyword: line.keyword, args: line.args, origin, guards });
    }
  }
}

function include(
  glob: string,
  guards: readonly Guard[],
  depth: number,
  files: ConfigFiles,
  found: Found,
  origin: string,
): void {
  const full = glob.startsWith('/') ? glob : `/etc/ssh/${glob}`;
  // Only what stands literally below the folder was read; another folder may hold anything.
  if (!full.startsWith(FOLDER) || /[{\\]/.test(full) || full.includes('/../')) {
    found.unread.push(`${origin} includes ${glob}, which is outside of what was read.`);
    return;
  }
  for (const path of files.unreadable.filter((one) => matchesGlob(one, full) || full.startsWith(`${one}/`))) {
    found.unread.push(`${path} is included by ${origin} and could not be read.`);
  }
  const paths = [...files.lines.keys()].filter((candidate) => matchesGlob(candidate, full)).sort();
  for (const path of paths) readFile(path, guards, depth + 1, files, found);
}
