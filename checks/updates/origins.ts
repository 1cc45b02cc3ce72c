import type { Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type { Archive, ArchivePriority, UpdateSettings } from '../../src/model/facts/updates.ts';
import { problem, TAKEN_FROM } from './apt.ts';
import { describeOwn, ownLists, securityArchiveOf } from './archives.ts';

/**
 * Whether unattended-upgrades would take packages of this archive for this pattern, e.g.
 * `origin=Debian,codename=${distro_codename}-security`. All its words must match; an empty or unknown one
 * matches nothing. Source: unattended-upgrade, match_whitelist_string and substitute.
 */
export function matchesOrigin(pattern: string, archive: Archive, os: Os): boolean {
  const words = pattern.trim().replaceAll('\\,', '%2C').split(',');
  return words.every((word) => {
    const [key, value, ...rest] = word.split('=').map((part) => part.trim().replaceAll('%2C', ','));
    if (key === undefined || value === undefined || rest.length > 0) return false;
    const wanted = globOf(substitute(value, os));
    return (valuesOf(key, archive) ?? []).some((actual) => wanted.test(actual));
  });
}

function valuesOf(key: string, archive: Archive): readonly string[] | undefined {
  if (key === 'o' || key === 'origin') return [archive.origin];
  if (key === 'l' || key === 'label') return [archive.label];
  if (key === 'a' || key === 'suite' || key === 'archive') return [archive.suite];
  if (key === 'n' || key === 'codename') return [archive.codename];
  // Most packages, and all that every host has, are in main; the other components need not be in use.
  if (key === 'c' || key === 'component') return archive.components.filter((name) => name === 'main');
  return key === 'site' ? [archive.site] : undefined;
}

function substitute(value: string, os: Os): string {
  const id = os.id.charAt(0).toUpperCase() + os.id.slice(1);
  return value.replace(/\$\{?distro_(id|codename)\}?/g, (_, word) => (word === 'id' ? id : os.codename));
}

/** Python's fnmatch: `*`, `?` and `[…]`. */
function globOf(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[\\^$.*+?()[\]{}|/]/g, (found, not: string, set: string) => {
    if (found === '*') return '.*';
    if (found === '?') return '.';
    return set === undefined ? `\\${found}` : `[${not === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`;
  });
  return new RegExp(`^(?:${source})$`, 's');
}

/** Security archives that no origin allows, or the lack of any. */
export function originProblems(origins: readonly string[], archives: readonly Archive[], os: Os): readonly Problem[] {
  if (archives.length === 0) {
    cannotTell('not-observable', 'The host has no package lists, so its archives are not to be seen.');
  }
  if (ownLists(archives, os).length === 0) {
    if (securityArchiveOf(os) !== undefined) return [problem(`The host has no package list of ${describeOwn(os)}.`)];
    cannotTell('not-observable', `fleetproof does not know which archive brings the security updates of ${os.id}.`);
  }
  const security = archives.filter((archive) => archive.security);
  const missed = security.filter((archive) => !origins.some((pattern) => matchesOrigin(pattern, archive, os)));
  const names = [...new Set(missed.map(({ distribution, suite }) => (distribution === '' ? suite : distribution)))];
  const allowed = origins.length === 0 ? 'allows no origin at all' : `allows only ${origins.join('; ')}`;
  return names.map((name) => problem(`unattended-upgrades ${allowed}, which leaves out ${name}.`));
}

const FORMS = { 'Allowed-Origins': 'DISTRIBUTION:ARCHIVE', 'Origins-Pattern': 'list of key=value' } as const;

/** Entries that unattended-upgrade cannot read: it ends there, before it has installed anything. */
export function entryProblems({ brokenOrigins }: UpdateSettings): readonly Problem[] {
  return brokenOrigins.map(({ key, entry }) =>
    problem(`unattended-upgrade ends with an error on "${entry}" in its ${key}, which is no ${FORMS[key]}.`),
  );
}

/** Security archives that are pinned away. */
export function priorityProblems(priorities: readonly number[]): readonly Problem[] {
  const low = priorities.filter((priority) => priority < TAKEN_FROM);
  return low.map((priority) =>
    problem(`apt gives the security archive priority ${priority} and takes nothing from it.`),
  );
}

/**
 * The release's own archive before its security archive, as by `APT::Default-Release "bookworm"`: of a package that is
 * installed from there apt takes no version of lower priority. unattended-upgrades bars archives that it does not allow.
 */
export function preferenceProblems(
  preferences: readonly ArchivePriority[],
  origins: readonly string[],
  archives: readonly Archive[],
  os: Os,
): readonly Problem[] {
  const own = ownLists(archives, os);
  const isOf = (source: ArchivePriority, { site, distribution }: Archive): boolean =>
    source.site === site && source.distribution === distribution;
  const isBase = ({ origin, distribution }: Archive): boolean =>
    own.some(
      (one) =>
        one.origin === origin && [one.distribution, one.suite, one.codename].includes(`${distribution}-security`),
    );
  const security = preferences.filter((source) => own.some((archive) => isOf(source, archive)));
  const [lowest] = security.toSorted((a, b) => a.priority - b.priority);
  if (lowest === undefined) return [];
  const before = preferences.filter((source) => {
    const lists = archives.filter((archive) => isOf(source, archive));
    const isAllowed = lists.some((archive) => origins.some((pattern) => matchesOrigin(pattern, archive, os)));
    return source.priority > lowest.priority && isAllowed && lists.every(isBase);
  });
  return [...new Set(before.map(({ distribution, priority }) => `${distribution} (priority ${priority})`))].map(
    (first) => ({
      ...problem(
        `apt prefers ${first} to ${lowest.distribution} (${lowest.priority}): what is installed from there gets no security update.`,
      ),
      remediation: preference(os),
    }),
  );
}

function preference({ codename }: Os): string {
  return `See where it comes from: grep -rn -e Default-Release -e Pin /etc/apt/apt.conf.d /etc/apt/preferences /etc/apt/preferences.d
A default release has to take in the security archive: APT::Default-Release "/^${codename}(|-security|-updates)$/";`;
}
