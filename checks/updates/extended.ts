import type { Archive } from '../../src/model/facts/updates.ts';
import { isAhead, LIST_AGE_SECONDS } from './apt.ts';

/**
 * Where extended security updates come from, when they do: an archive of Ubuntu Pro or Debian ELTS whose list is
 * fresh. A configured archive without access leaves no list.
 */
export function extendedList(archives: readonly Archive[], now: number): string | undefined {
  const fresh = archives.find(
    (archive) =>
      isExtended(archive) &&
      archive.date !== null &&
      now - archive.date <= LIST_AGE_SECONDS &&
      !isAhead(archive.date, now),
  );
  return fresh === undefined ? undefined : `${fresh.site} (${fresh.distribution || fresh.suite})`;
}

/** An archive that somebody pays for after the end of the common support. */
export function isExtended({ origin, label, site, suite, distribution }: Archive): boolean {
  if (origin === 'UbuntuESM') return suite.endsWith('-infra-security') || distribution.endsWith('-infra-security');
  return site === 'deb.freexian.com' || /\b(freexian|elts)\b/i.test(`${origin} ${label}`);
}
