import { cannotTell } from '../../model/fact.ts';
import { type Directory, partOf } from '../accounts.ts';
import { byText } from '../memo.ts';

/** One file or directory. */
export interface Row {
  readonly path: string;
  readonly isDirectory: boolean;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly hasAcl: boolean;
}

/** What `secret-files` printed, or a part of it. */
export interface Listing {
  /** By path. */
  readonly rows: ReadonlyMap<string, Row>;
  /** Paths that web servers' settings name as keys. */
  readonly keys: ReadonlySet<string>;
  /** Their document roots, each once. */
  readonly roots: readonly string[];
  /** Document roots and keys that are no plain path: which files they are is decided elsewhere, or by each request. */
  readonly unplain: readonly Unplain[];
  /** Document roots that could not be looked into. */
  readonly closedRoots: readonly string[];
  /** Directories that could not be looked into, each once. */
  readonly closed: readonly string[];
  /** Settings that could not be read. */
  readonly unread: readonly string[];
  /** What was left out on the host, as full sentences. */
  readonly oddities: readonly string[];
}

export interface Unplain {
  readonly kind: 'root' | 'key';
  /** As the settings have it, e.g. `/srv/www/$host`. */
  readonly text: string;
}

/**
 * The lines about what is below /home, which is each host's own, and all the others, which hosts have in common. No line
 * of one part says anything of a path in the other.
 */
export function parted(text: string): { readonly homes: string; readonly others: string } {
  let homes = '';
  let others = '';
  let from = 0;
  for (let at = text.indexOf(HOME); at >= 0; at = text.indexOf(HOME, from)) {
    const start = text.lastIndexOf('\n', at) + 1;
    const end = text.indexOf('\n', at) + 1 || text.length;
    others += text.slice(from, start);
    homes += text.slice(start, end);
    from = end;
  }
  return { homes, others: others + text.slice(from) };
}

const HOME = '/home/';

/** Throws `Ignorance` on a line that is none. */
export function readListing(text: string): Listing {
  const lines = text.split('\n').filter((line) => line !== '');
  const said = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  const rows = new Map<string, Row>();
  for (const line of lines.filter((one) => !/^(root|key|closed|closed-root|unread|odd) |^many$/.test(one))) {
    const row = readRow(line);
    // A name with a line end in it could pose as another file's line: the wider mode counts.
    const before = rows.get(row.path);
    rows.set(row.path, before === undefined ? row : { ...row, mode: row.mode | before.mode });
  }
  return {
    rows,
    keys: new Set(said('key').filter(isPlain)),
    roots: [...new Set(said('root').map((path) => path.replace(/(?<=.)\/+$/, '')))].filter(
      (path) => isPlain(path) && path !== '/',
    ),
    unplain: (['root', 'key'] as const).flatMap((kind) => {
      const texts = [...new Set(said(kind))].filter((text) => !isPlain(text));
      return texts.map((text) => ({ kind, text }));
    }),
    closedRoots: said('closed-root'),
    closed: [...new Set(said('closed'))],
    unread: said('unread'),
    oddities: lines.flatMap(oddity),
  };
}

/** Not relative to what only the server knows, and without variables (`$`, in Apache also `%`) or escapes. */
function isPlain(path: string): boolean {
  return path.startsWith('/') && !/[$%\\]/.test(path);
}

/** As `readListing`, for a part that other hosts have too. */
export const readCommonListing = byText(128, readListing);

/** `-rw-r-----+ 1 0 42 1000 Nov 22 02:43 /etc/shadow`, as GNU and busybox `ls -ldn` print it. */
function readRow(line: string): Row {
  const match = /^([-bcdlps])([-rwxsStT]{9})([.+@]?) +\d+ +(\d+) +(\d+) +(?:\d+, +)?\d+ +\S+ +\S+ +\S+ (\/.*)$/.exec(
    line,
  );
  if (match === null) return cannotTell('unparseable', `A line about secret files could not be read: ${line}.`);
  const [, kind, bits = '', more, uid, gid, path = ''] = match;
  const mode = [...bits].reduce((sum, bit, index) => (/[rwxst]/.test(bit) ? sum | (0o400 >> index) : sum), 0);
  return { path, isDirectory: kind === 'd', mode, uid: Number(uid), gid: Number(gid), hasAcl: more === '+' };
}

function oddity(line: string): string[] {
  if (line === 'many')
    return ['There are more candidates for secret files than fleetproof lists, so some were not looked at.'];
  return line.startsWith('odd ')
    ? [`A path below ${line.slice(4)} has a line end in its name, so it was not looked at.`]
    : [];
}

/** As many of the accounts and groups as rows can be about: those with a number that stands in one, and the members. */
export function peopleOf({ rows }: Listing, { accounts, groups }: Directory): Directory {
  const uids = new Set([...rows.values()].map(({ uid }) => uid));
  const gids = new Set([...rows.values()].map(({ gid }) => gid));
  const concerned = groups.filter(({ gid }) => gids.has(gid));
  const members = new Set(concerned.flatMap((group) => group.members));
  return partOf(
    accounts.filter(({ name, uid, gid }) => uids.has(uid) || gids.has(gid) || members.has(name)),
    concerned,
  );
}
