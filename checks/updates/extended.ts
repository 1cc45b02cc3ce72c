import type { Archive, ArchivePriority } from '../../src/model/facts/updates.ts';
import { isExtended } from '../../src/model/releases.ts';
import { isAhead, LIST_AGE_SECONDS } from './apt.ts';

export interface ExtendedSource {
  /** `esm.ubuntu.com (focal-infra-security)`. */
  readonly name: string;
  /** apt's priority for it; undefined where it has no version of any installed package. */
  readonly priority: number | undefined;
}

/**
 * Where extended security updates could come from: archives whose list is fresh, the one that apt prefers first. A fresh
 * list alone proves nothing: older releases of Ubuntu show everybody the list of Ubuntu Pro, and pin it away until somebody
 * has paid.
 */
export function extendedSources(
  archives: readonly Archive[],
  preferences: () => readonly ArchivePriority[],
  now: number,
): readonly ExtendedSource[] {
  const fresh = archives.filter(
    (archive) =>
      isExtended(archive) &&
      archive.date !== null &&
      now - archive.date <= LIST_AGE_SECONDS &&
      !isAhead(archive.date, now),
  );
  const sources = fresh.map((archive) => {
    const own = preferences().filter(
      ({ site, distribution }) => site === archive.site && distribution === archive.distribution,
    );
    const priority = own.length === 0 ? undefined : Math.max(...own.map((source) => source.priority));
    return { name: `${archive.site} (${archive.distribution || archive.suite})`, priority };
  });
  return sources.toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
}
