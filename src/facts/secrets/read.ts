import { cannotTell, type Fact, known } from '../../model/fact.ts';
import {
  type ClosedPlace,
  DOCUMENT_ROOTS,
  SECRET_PLACES,
  type SecretFile,
  type SecretFiles,
  TLS_KEYS,
} from '../../model/facts/secrets.ts';
import { shellWord } from '../../model/shell-word.ts';
import { type Directory, hasLoginShell, membersOf, readDirectory } from '../accounts.ts';
import { byParts, byText } from '../memo.ts';
import type { Outputs } from '../outputs.ts';
import { type Listing, parted, peopleOf, type Row, readCommonListing, readListing, type Unplain } from './listing.ts';

/** Groups that exist to share a secret with a service; the numbers of the others differ from host to host. */
const SERVICE_GROUPS = new Set(['root', 'shadow', 'ssl-cert', 'ssh_keys', '_ssh']);
/** Groups below this number that people are put into. */
const PEOPLE_GROUPS = new Set(['users', 'staff', 'adm', 'games', 'nogroup', 'operator']);
const FIRST_PERSON = 1000;

/** Reads `secret-files`. Throws `Ignorance` when its lines cannot be read. */
export function readSecretFiles(outputs: Outputs): Fact<SecretFiles> {
  // 1 and 2: a candidate went away, or is a link to nowhere; what else went wrong is in the messages.
  const { homes, others } = parted(outputs.ran('secret-files', [0, 1, 2]));
  const directory = readDirectory(outputs);
  const listing = readCommonListing(others);
  if (!listing.rows.has('/etc'))
    cannotTell('unparseable', 'The listing of secret files does not have the lines it always has.');
  const common = commonFiles(listing, peopleOf(listing, directory));
  const troubles = troublesOf(outputs.get('secret-files').stderr);
  if (homes === '' && troubles.length === 0) return known(common);
  const own = filesIn(readListing(homes), listing, directory);
  return known({
    files: [...common.files, ...own.files].sort(byPath),
    closed: [...common.closed, ...own.closed],
    troubles: [...troubles, ...common.troubles, ...own.troubles],
  });
}

const commonFiles = byParts(128, (listing: Listing, directory: Directory) => filesIn(listing, undefined, directory));

/** What a listing comes to. `beside`: where the directories above it are listed, and what holds for it too. */
function filesIn(listing: Listing, beside: Listing | undefined, directory: Directory): SecretFiles {
  const rows = { get: (path: string) => wider(listing.rows.get(path), beside?.rows.get(path)) };
  const roots = [...(beside?.roots ?? []), ...listing.roots];
  const files = [...listing.rows.values()].flatMap((row) => {
    const documentRoot = roots.find((root) => row.path.startsWith(`${root}/`)) ?? null;
    const places = placesOf(row, listing.keys, documentRoot);
    return places.length === 0 ? [] : [fileOf(row, places, documentRoot, rows, directory)];
  });
  return {
    files: files.sort(byPath),
    closed: [
      ...listing.closed.map((path) => closedOf(path, [...listing.keys, ...(beside?.keys ?? [])], rows, directory)),
      ...listing.closedRoots.map(closedRootOf),
      ...listing.unread.map(unreadOf),
      ...listing.unplain.map(unplainOf),
    ],
    troubles: listing.oddities,
  };
}

/** A line that poses as another path's stands in the wrong part: the wider mode counts there, too. */
function wider(own: Row | undefined, other: Row | undefined): Row | undefined {
  return own !== undefined && other !== undefined ? { ...own, mode: own.mode | other.mode } : (own ?? other);
}

type Rows = { get(path: string): Row | undefined };

function byPath(a: SecretFile, b: SecretFile): number {
  return a.path < b.path ? -1 : 1;
}

function placesOf(row: Row, keys: ReadonlySet<string>, documentRoot: string | null): string[] {
  if (/\.(pub|example|sample|dist|template)$/.test(row.path)) return [];
  if (row.isDirectory) return row.path === '/etc/ssl/private' ? [row.path] : [];
  const places = placesWith(anyHome(row.path));
  const isPublished = documentRoot !== null && /\/\.env(\.[^/]*)?$/.test(row.path);
  return [...places, ...(keys.has(row.path) ? [TLS_KEYS] : []), ...(isPublished ? [DOCUMENT_ROOTS] : [])];
}

function patternOf(place: string): RegExp {
  const source = place.replace(/[^A-Za-z0-9/*]/g, '\\$&').replaceAll('*', '[^/]*');
  return new RegExp(`^${source}$`);
}

/** No place is about one person's home: the path stands for the same one in every home. */
function anyHome(path: string): string {
  return path.replace(/^\/home\/[^/]+/, '/home/anybody');
}

/** Every file of every host is held against all of them, and most differ in their first letters. */
const PLACES = SECRET_PLACES.map((place) => ({
  place,
  start: place.split('*')[0] ?? '',
  pattern: patternOf(place),
}));

/** The places whose pattern this path fits. */
const placesWith = byText(4096, (path): readonly string[] =>
  PLACES.filter(({ start, pattern }) => path.startsWith(start) && pattern.test(path)).map(({ place }) => place),
);

function fileOf(
  row: Row,
  places: readonly string[],
  documentRoot: string | null,
  rows: Rows,
  directory: Directory,
): SecretFile {
  const above = directoriesAbove(row.path).map((path) => rows.get(path));
  return {
    path: row.path,
    places,
    isDirectory: row.isDirectory,
    mode: row.mode,
    owner: directory.accounts.find(({ uid }) => uid === row.uid)?.name ?? `uid ${row.uid}`,
    group: directory.groups.find(({ gid }) => gid === row.gid)?.name ?? `gid ${row.gid}`,
    readableBy: readersOf(row, above, directory),
    hasAcl: row.hasAcl || above.some((one) => one?.hasAcl === true),
    documentRoot,
  };
}

function directoriesAbove(path: string): string[] {
  const above: string[] = [];
  for (let at = path.indexOf('/', 1); at > 0; at = path.indexOf('/', at + 1)) above.push(path.slice(0, at));
  return above;
}

/** A directory that was not listed is taken for open: that can make a finding, never hide one. */
function readersOf(row: Row, above: readonly (Row | undefined)[], directory: Directory): SecretFile['readableBy'] {
  const gates = above.filter((one) => one !== undefined && (one.mode & 0o001) === 0) as readonly Row[];
  // What is not open to all is open to whoever is in the groups of all of it.
  const shut = [...gates, ...((row.mode & 0o004) === 0 ? [row] : [])];
  if (shut.length === 0) return 'everyone';
  if (shut.some((one) => (one.mode & (one === row ? 0o040 : 0o010)) === 0)) return 'owner';
  const groups = new Set(shut.map(({ gid }) => gid));
  const shared = isShared([...groups], new Set(shut.map(({ uid }) => uid)), directory);
  if (shared === undefined) return 'unsure';
  return shared ? 'group' : 'owner';
}

/**
 * A group of people, or people who are in all of several: not the owners' own, and not one that a service brought along, as
 * long as nobody who logs in is in it too. Undefined: it has members of whom no account is listed, as where another
 * directory keeps them.
 */
function isShared(gids: readonly number[], owners: ReadonlySet<number>, directory: Directory): boolean | undefined {
  const [gid = 0, ...others] = gids;
  const name = directory.groups.find((group) => group.gid === gid)?.name ?? '';
  if (others.length === 0 && PEOPLE_GROUPS.has(name)) return true;
  const members = membersBeside(gid, owners, directory).filter((member) =>
    others.every((other) => membersOf(directory, other).includes(member)),
  );
  if (others.length === 0 && gid >= FIRST_PERSON && !SERVICE_GROUPS.has(name)) return members.length > 0;
  const accounts = members.map((member) => directory.accounts.find((account) => account.name === member));
  if (accounts.some((one) => one !== undefined && one.uid >= FIRST_PERSON && hasLoginShell(one))) return true;
  return accounts.includes(undefined) ? undefined : false;
}

function membersBeside(gid: number, owners: ReadonlySet<number>, directory: Directory): readonly string[] {
  const names = directory.accounts.filter(({ uid }) => owners.has(uid)).map(({ name }) => name);
  return membersOf(directory, gid).filter((member) => !names.includes(member) && member !== 'root');
}

/** `keys`: files that web servers are set to. */
function closedOf(path: string, keys: readonly string[], rows: Rows, directory: Directory): ClosedPlace {
  const row = rows.get(path);
  const mode = row === undefined ? 'unknown' : row.mode.toString(8).padStart(4, '0');
  return {
    path,
    places: [...placesBelow(anyHome(path)), ...(keys.some((key) => key.startsWith(`${path}/`)) ? [TLS_KEYS] : [])],
    isOpenToOthers: row === undefined || letsOthersPass(row, rows, directory),
    because: `Other accounts may pass ${path} (mode ${mode}), but fleetproof could not look into it.`,
    remedy: remedyOf(path),
  };
}

function remedyOf(path: string): string {
  return `Let the scanning account read ${path}, or close it: chmod o-rx ${shellWord(path)}`;
}

/** The places that are in this folder, or that it is. */
const placesBelow = byText(1024, (path): readonly string[] => {
  const tops = topsOf(path.split('/').length);
  return SECRET_PLACES.filter((_, at) => tops[at]?.test(path));
});

const tops = new Map<number, readonly RegExp[]>();

/** The patterns of all places down to this depth. */
function topsOf(depth: number): readonly RegExp[] {
  const known = tops.get(depth);
  if (known !== undefined) return known;
  const own = SECRET_PLACES.map((place) => patternOf(place.split('/').slice(0, depth).join('/')));
  if (depth <= DEEPEST) tops.set(depth, own);
  return own;
}

const DEEPEST = Math.max(...SECRET_PLACES.map((place) => place.split('/').length));

function letsOthersPass(row: Row, rows: Rows, directory: Directory): boolean {
  const isBehindAnother = directoriesAbove(row.path).some((path) => ((rows.get(path)?.mode ?? 0o011) & 0o011) === 0);
  const groupPasses = (row.mode & 0o010) !== 0 && isShared([row.gid], new Set([row.uid]), directory) !== false;
  return !isBehindAnother && ((row.mode & 0o001) !== 0 || groupPasses || row.hasAcl);
}

function unreadOf(path: string): ClosedPlace {
  const because = `${path} could not be read, so the keys and document roots that it names are not known.`;
  const remedy = `Let the scanning account read ${path}: ls -l ${shellWord(path)}`;
  return { path, places: [TLS_KEYS, DOCUMENT_ROOTS], isOpenToOthers: true, because, remedy };
}

/** Whoever may not pass it: the web server does, and hands out what is in it. */
function closedRootOf(path: string): ClosedPlace {
  const because = `The document root ${path} could not be looked into, and the web server may hand out what is in it.`;
  const remedy = `Let the scanning account list ${path}: ls -a ${shellWord(path)}`;
  return { path, places: [DOCUMENT_ROOTS], isOpenToOthers: true, because, remedy };
}

/** Where it leads is not known, so neither is what lies there. */
function unplainOf({ kind, text }: Unplain): ClosedPlace {
  const what = kind === 'root' ? 'document root' : 'key';
  const because = `A web server is set to the ${what} "${text}", which is no plain path: what lies there was not looked at.`;
  const remedy = `Name the ${what} by a whole path, without variables.`;
  const places = [kind === 'root' ? DOCUMENT_ROOTS : TLS_KEYS];
  return { path: text, places, isOpenToOthers: true, because, remedy };
}

function troublesOf(stderr: string): string[] {
  return stderr.split('\n').flatMap((line) => {
    if (line.trim() === '' || /: No such file or directory$/.test(line)) return [];
    return [`Looking for secret files met trouble: ${line.trim()}.`];
  });
}
