import { cannotTell } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type { Archive } from '../../src/model/facts/updates.ts';
import { RELEASES, supportOf } from '../../src/model/releases.ts';
import { isAhead } from './apt.ts';

/** Debian 10 was the last whose security archive is named `buster/updates`. */
const LAST_WITH_UPDATES = 10;

/**
 * The archive from which this release gets its security updates, as sources.list names it, e.g. `jammy-security`.
 * Undefined for distributions of which fleetproof does not know it.
 */
export function securityArchiveOf({ id, codename, versionId }: Os): string | undefined {
  if (id !== 'debian' && id !== 'ubuntu') return undefined;
  if (codename === '') {
    return cannotTell('not-observable', 'The host does not say the codename of its release, which names its archives.');
  }
  const old = id === 'debian' && /^\d+$/.test(versionId) && Number(versionId) <= LAST_WITH_UPDATES;
  return old ? `${codename}/updates` : `${codename}-security`;
}

/**
 * The security lists of the release itself. Those of another release, or of an extension such as Ubuntu Pro, do not
 * have its fixes. Where the archive's name is not known, every security list counts.
 */
export function ownLists(archives: readonly Archive[], os: Os): readonly Archive[] {
  const security = archives.filter((archive) => archive.security);
  const own = securityArchiveOf(os);
  if (own === undefined) return security;
  return security.filter(
    ({ label, distribution, suite, codename }) =>
      [distribution, suite, codename].includes(own) || (label === 'Debian-Security' && codename === os.codename),
  );
}

/** What is missing where `ownLists` has nothing, for the end of a sentence. */
export function describeOwn(os: Os): string {
  const own = securityArchiveOf(os);
  return own === undefined ? 'a security archive' : `${own}, the security archive of this release`;
}

/** Epoch seconds of the newest list that would show a new fix; undefined when none has a date that has come. */
export function newestOwnList(archives: readonly Archive[], os: Os, now: number): number | undefined {
  const dates = ownLists(archives, os).flatMap(({ date }) => (date === null || isAhead(date, now) ? [] : [date]));
  return dates.length === 0 ? undefined : Math.max(...dates);
}

/** Nobody fills the archive of such a release any more, whatever date its list has. */
export function isOver(os: Os, now: number): boolean {
  const support = supportOf(os, now, RELEASES);
  return support === 'extended' || support === 'ended';
}
