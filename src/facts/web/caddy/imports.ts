import { Ignorance, type Unknown, unknown } from '../../../model/fact.ts';
import { CADDY_ROOTS } from '../caddy-probe.ts';
import { closedTo, isGlob, matching, type WebFiles } from '../files.ts';
import { type Entry, parseCaddyfile } from './blocks.ts';

export interface Imported {
  readonly entries: readonly Entry[];
  readonly used: readonly string[];
  readonly doubts: readonly Unknown[];
}

const DEEPEST = 12;

/** Reads the Caddyfile with what it imports, files and snippets, put in its place. Never throws. */
export function importAll(files: WebFiles, main: string): Imported {
  const used: string[] = [];
  const doubts: Unknown[] = [];
  const snippets = new Map<string, readonly Entry[]>();

  function fileOf(path: string, depth: number): readonly Entry[] {
    const lines = files.lines.get(path);
    if (lines === undefined || depth > DEEPEST) {
      doubts.push(notRead(files, path));
      return [];
    }
    if (!used.includes(path)) used.push(path);
    try {
      return expand(wrapped(parseCaddyfile(path, lines), depth), depth);
    } catch (error) {
      if (!(error instanceof Ignorance)) throw error;
      doubts.push(error.fact);
      return [];
    }
  }

  function imported([name = '', ...args]: readonly string[], from: string, depth: number): readonly Entry[] {
    const snippet = snippets.get(name);
    if (snippet !== undefined)
      return depth > DEEPEST
        ? []
        : expand(
            snippet.map((entry) => filled(entry, args)),
            depth + 1,
          );
    const path = name.startsWith('/') ? name : `${from.slice(0, from.lastIndexOf('/'))}/${name}`;
    for (const closed of closedTo(files, path)) doubts.push(notRead(files, closed));
    const found = matching(files, path);
    const isCovered = CADDY_ROOTS.some((root) => path.startsWith(`${root}/`));
    if (found.length === 0 && (!isGlob(path) || !isCovered)) doubts.push(notRead(files, path));
    return found.flatMap((file) => fileOf(file, depth + 1));
  }

  function expand(entries: readonly Entry[], depth: number): readonly Entry[] {
    return entries.flatMap((entry): readonly Entry[] => {
      const { words, block, place } = entry;
      const [first = ''] = words;
      if (words.length === 1 && /^\(.+\)$/.test(first) && block !== null) {
        snippets.set(first.slice(1, -1), block);
        return [];
      }
      if (first === 'import' && block === null) return imported(words.slice(1), place.path, depth);
      return [{ ...entry, block: block === null ? null : expand(block, depth) }];
    });
  }

  const entries = fileOf(main, 0);
  return { entries, used, doubts: [...doubts, ...files.doubts] };
}

/** A file with a single site may leave its braces out: its first line is the address. */
function wrapped(entries: readonly Entry[], depth: number): readonly Entry[] {
  const [first, ...rest] = entries;
  const isBare = depth === 0 && first !== undefined && first.block === null && first.words[0] !== 'import';
  return isBare ? [{ ...first, block: rest }] : entries;
}

/** `{args[0]}` and `{args.0}` of a snippet. */
function filled(entry: Entry, args: readonly string[]): Entry {
  const words = entry.words.map((word) =>
    word.replace(
      /\{args(?:\[(\d+)\]|\.(\d+))\}/g,
      (whole, one?: string, two?: string) => args[Number(one ?? two)] ?? whole,
    ),
  );
  return { ...entry, words, block: entry.block?.map((inner) => filled(inner, args)) ?? null };
}

function notRead(files: WebFiles, path: string): Unknown {
  const remedy = 'Let the login user read it, or declare the sites of this host in the inventory.';
  if (closedTo(files, path).length > 0) {
    return unknown(
      'no-privilege',
      `${path} belongs to the configuration of Caddy, and the login user may not read it.`,
      remedy,
    );
  }
  return unknown(
    'not-observable',
    `Caddy's configuration imports ${path}, which fleetproof did not find or does not read.`,
    remedy,
  );
}
