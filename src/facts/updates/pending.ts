import { cannotTell } from '../../model/fact.ts';
import type {
  Archive,
  ArchivePriority,
  PackageLists,
  PendingPackage,
  PendingUpdates,
} from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';
import type { Outputs } from '../outputs.ts';
import { TOKENS_IN_PATHS } from './lists.ts';
import { ranByAllSettings } from './settings.ts';

const FORMAT = ['db:Status-Want', 'db:Status-Status', 'binary:Package'].map((field) => `$\{${field}}`).join(' ');

/**
 * `apt-cache policy` for everything that is installed; what is printed are the tables of the packages that have
 * a newer version, cut below the installed one. Packages that apt would not upgrade (held, pinned, phased) are
 * in it too, and no solver runs. As root apt would rewrite its cache, so it runs as nobody; where that is not
 * possible, or nobody may not read all files of apt, without a cache. Credentials in addresses of archives stay on the
 * host. Downloaded archives of those packages tell how long a version has been known here.
 */
const SNIPPET = String.raw`
set -f
packages=$(dpkg-query -W -f '${FORMAT}\n') || exit
packages=$(printf '%s\n' "$packages" | awk '
  $2 != "config-files" && $2 != "not-installed" && $3 ~ /^[a-z0-9][a-z0-9+.:-]*$/ { print $1, $3 }')
printf '%s\n' "$packages" | awk '$1 == "hold"; END { print "installed " NR }'
names=$(printf '%s\n' "$packages" | awk '{ print $2 }')
if [ "$(id -u)" = 0 ]; then
  tables=$(setpriv --reuid=65534 --regid=65534 --clear-groups apt-cache policy $names 2>&1) &&
    case $tables in *'Unable to read '*) false ;; esac ||
    tables=$(apt-cache -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= policy $names)
else
  tables=$(apt-cache policy $names)
fi || exit
newer=$(printf '%s\n' "$tables" | awk '
  { gsub(/:\/\/[^\/@ ]*@/, "://") }
  /^[^ ]/ { head = $0; newer = ""; below = 0; next }
  /^  [A-Z]/ { next }
  /^ \*\*\* / { current++; below = 1; if (newer != "") print head newer "\n" $0; next }
  /^ +-?[0-9]+ [a-z]/ && !seen[$0]++ { sources = sources "source" $0 "\n" }
  !below { newer = newer "\n" $0 }
  END { printf "%scurrent %d\n", sources, current }')
printf '%s\n' "$newer"
set +f
printf '%s\n' "$newer" | sed -n 's/^\([a-z0-9][a-z0-9+.-]*\)[^ ]*:$/\1/p' | head -n 200 | while read -r name; do
  stat -c 'archive %Y %Z %n' /var/cache/apt/archives/"$name"_*.deb 2>/dev/null
done
:
`;

export const pendingProbe: Probe = {
  id: 'apt-pending',
  purpose: 'Installed packages for which the package lists on the host have a newer version.',
  as: 'user',
  argv: ['apt-cache', 'policy'],
  snippet: SNIPPET.trim(),
  timeoutSeconds: 20,
  redact: TOKENS_IN_PATHS,
  maxBytes: 1_048_576,
};

/** Below it apt installs a version only where there is none yet. Source: apt_preferences(5). */
const LEAST_PRIORITY = 100;

/** Reads `apt-pending` against the archives of the package lists. Source: apt-cache(8), "policy". */
export function readPending(outputs: Outputs, lists: PackageLists): PendingUpdates {
  const archives = lists.archives.filter(({ security }) => security);
  if (archives.length === 0) {
    cannotTell('not-observable', 'No package list of a security archive is on the host, so nothing can look pending.');
  }
  const lines = ranByAllSettings(outputs, 'apt-pending').split('\n');
  const compared = countOf(lines, 'installed');
  if (compared === 0 || countOf(lines, 'current') !== compared) {
    cannotTell('unparseable', 'apt did not say for every installed package which versions there are.');
  }
  const held = new Set(lines.flatMap((line) => (line.startsWith('hold ') ? [plain(line.slice('hold '.length))] : [])));
  const distributions = new Set(archives.map(({ distribution }) => distribution));
  const isSecurity = (source: ArchivePriority): boolean => distributions.has(source.distribution);
  const preferences = lines.flatMap(sourceOf);
  const priorities = preferences.filter(isSecurity).map(({ priority }) => priority);
  if (priorities.length === 0) {
    cannotTell('not-observable', 'No installed package has a version in a security archive that apt knows of.');
  }
  const tables = readTables(lines);
  const security = tables.flatMap(({ name, installed, versions }): readonly PendingPackage[] => {
    const fix = versions.find(({ sources }) => sources.some(isSecurity));
    if (fix === undefined) return [];
    const kept = { held: held.has(plain(name)), pinned: fix.priority < LEAST_PRIORITY };
    return [{ name, installed, fixed: fix.version, ...kept, ...downloadOf(lines, name, fix.version) }];
  });
  return {
    security,
    others: tables.length - security.length,
    compared,
    priorities: [...new Set(priorities)],
    preferences,
    publishedBy: newestDate(archives),
  };
}

interface Table {
  readonly name: string;
  readonly installed: string;
  /** Newer than the installed one, newest first. */
  readonly versions: readonly {
    readonly version: string;
    readonly priority: number;
    readonly sources: readonly ArchivePriority[];
  }[];
}

function readTables(lines: readonly string[]): readonly Table[] {
  const tables: Table[] = [];
  let name: string | undefined;
  let versions: { version: string; priority: number; sources: ArchivePriority[] }[] = [];
  for (const line of lines) {
    const head = /^(\S+):$/.exec(line)?.[1];
    const installed = /^ \*\*\* (\S+)/.exec(line)?.[1];
    // Ubuntu adds `(phased 20%)`, releases of apt before 1.1 name no priority.
    const [, version, priority] = /^ {5}(\S+)(?: (-?\d+)(?: .*)?)?$/.exec(line) ?? [];
    if (head !== undefined) {
      name = head;
      versions = [];
    } else if (installed !== undefined && name !== undefined) {
      tables.push({ name, installed, versions });
      name = undefined;
    } else if (version !== undefined) versions.push({ version, priority: Number(priority ?? 500), sources: [] });
    else if (name !== undefined) versions.at(-1)?.sources.push(...sourceOf(`source${line}`));
  }
  return tables;
}

/** `500 http://mirror.example.org/debian bookworm-security/main amd64 Packages`. */
function sourceOf(line: string): readonly ArchivePriority[] {
  const match = /^source +(-?\d+) (\S+) (\S+)\/[^/ ]+ \S+ Packages$/.exec(line);
  if (match === null) return [];
  const [, priority, address = '', distribution = ''] = match;
  const site = /^[^:/]+:\/\/([^/]+)/.exec(address)?.[1] ?? '';
  return [{ site, distribution, priority: Number(priority) }];
}

/** apt writes `:` in file names as `%3a`, and gives a download the time of the server's file. */
function downloadOf(
  lines: readonly string[],
  name: string,
  version: string,
): Pick<PendingPackage, 'uploadedAt' | 'downloadedAt'> {
  const path = `/var/cache/apt/archives/${plain(name)}_${version.replaceAll(':', '%3a')}_`;
  for (const line of lines) {
    const match = /^archive (\d{1,12}) (\d{1,12}) (\/\S+)$/.exec(line);
    if (match?.[3]?.startsWith(path) === true) return { uploadedAt: Number(match[1]), downloadedAt: Number(match[2]) };
  }
  return { uploadedAt: null, downloadedAt: null };
}

function countOf(lines: readonly string[], word: string): number {
  const line = lines.find((one) => one.startsWith(`${word} `));
  return Number(/^\S+ (\d{1,6})$/.exec(line ?? '')?.[1] ?? 0);
}

/** dpkg says `libc6:amd64` where apt says `libc6`. */
function plain(name: string): string {
  return name.replace(/:.*$/, '');
}

function newestDate(archives: readonly Archive[]): number {
  const dates = archives.flatMap(({ date }) => date ?? []);
  if (dates.length === 0) cannotTell('unparseable', "The security archives' package lists carry no date.");
  return Math.max(...dates);
}
