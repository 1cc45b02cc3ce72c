import type { Problem, Scope } from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type { Archive, LoggedRun, PendingPackage, PendingUpdates, UpdateRuns } from '../../src/model/facts/updates.ts';
import { RELEASES, supportOf } from '../../src/model/releases.ts';
import { describeAge, describeDay } from '../../src/model/units.ts';
import { cannotDate, describePending, isAhead, LIST_AGE_SECONDS, problem, REFRESH } from './apt.ts';
import { describeOwn, isOver, newestOwnList, ownLists } from './archives.ts';

/** The log names no time zone: what it shows can be off by this much. */
const ZONE_SECONDS = 14 * 3600;
/** The next run writes its stamp anew. */
const RUN = 'Let it run again:\nunattended-upgrade -v';

/** What is wrong with when unattended-upgrade last ran. Its stamp also tells of runs that failed. */
export function ageProblems({ lastRun, hostSince }: UpdateRuns, maxAge: number, { now }: Scope): readonly Problem[] {
  if (lastRun === null) {
    if (hostSince !== null && now - hostSince < maxAge && !isAhead(hostSince, now)) {
      cannotTell('not-observable', `The host is ${describeAge(now - hostSince)} old and has not run its updates yet.`);
    }
    return [problem('unattended-upgrades has never come to the end of a run.')];
  }
  requireDated(lastRun, now);
  if (now - lastRun <= maxAge) return [];
  return [problem(`The last run of unattended-upgrades was ${describeAge(now - lastRun)} ago.`)];
}

/** Ends in ignorance where the stamp of the last run comes from a clock that was ahead. */
export function requireDated(lastRun: number, now: number): undefined {
  if (isAhead(lastRun, now)) cannotDate('The stamp of the last run of unattended-upgrades', lastRun, RUN);
}

/** The newest run in the log that ended, within `maxAge`; undefined when there is none or the log may not be read. */
export function lastEnded(runs: UpdateRuns, maxAge: number, { now }: Scope): LoggedRun | undefined {
  if (runs.log.state !== 'known') return undefined;
  const ended = runs.log.value.find(({ outcome }) => outcome !== 'none');
  if (ended === undefined || ended.startedAt - now > ZONE_SECONDS) return undefined;
  return now - ended.startedAt <= maxAge + ZONE_SECONDS ? ended : undefined;
}

/** Security updates that a run had before it and did not install. */
export function leftBehind(run: LoggedRun, pending: readonly PendingPackage[]): readonly PendingPackage[] {
  return pending.filter(({ name }) => run.left.includes(name));
}

/**
 * What is wrong with how the last run ended. Where the log does not tell, a host with nothing pending has
 * proven its run; one with pending updates has not.
 */
export function outcomeProblems(
  runs: UpdateRuns,
  maxAge: number,
  scope: Scope,
  pending: () => PendingUpdates,
): readonly Problem[] {
  const run = lastEnded(runs, maxAge, scope);
  if (run?.outcome === 'failed') {
    return [
      problem(
        `The last run of unattended-upgrades failed: ${run.errors[0]?.replace(/[.!]$/, '') ?? 'no reason logged'}.`,
      ),
    ];
  }
  const updates = pending();
  const open = updates.security;
  if (run !== undefined) {
    const left = leftBehind(run, open);
    return left.length === 0 ? [] : [problem(`The last run of unattended-upgrades left out ${describePending(left)}.`)];
  }
  if (open.length === 0) return [];
  if (sawPending(runs, updates)) {
    return [problem(`The last run of unattended-upgrades did not install ${describePending(open)}.`)];
  }
  read(runs.log);
  return cannotTell(
    'not-observable',
    'The log of unattended-upgrades shows no end of its last run, and updates are pending.',
  );
}

/**
 * Nothing refreshed the lists since the last run, so that run knew of everything that is pending now. Only apt's timer
 * stamps a refresh everywhere; one by hand shows where it brought a list that is younger than the run.
 */
export function sawPending({ lastRun, listsRefreshed }: UpdateRuns, { publishedBy }: PendingUpdates): boolean {
  return lastRun !== null && listsRefreshed !== null && Math.max(listsRefreshed, publishedBy) <= lastRun;
}

/** For archives of which `newestOwnList` knows nothing. */
export const NO_DATE = "The security archive's package list carries no date, or one that is ahead of the host's clock.";

/** Lists that are too old to show what is pending. */
export function listProblems(archives: readonly Archive[], os: Os, { now }: Scope): readonly Problem[] {
  if (ownLists(archives, os).length === 0) return [problem(`The host has no package list of ${describeOwn(os)}.`)];
  const lapsed = archives.find(({ security, validUntil }) => security && validUntil !== null && validUntil < now);
  if (lapsed !== undefined) {
    return [problem(`The list of ${lapsed.distribution} was valid until ${describeDay(lapsed.validUntil ?? 0)} only.`)];
  }
  // An archive that has ended does not change any more: then its date says nothing about this host.
  if (isOver(os, now)) return [];
  const newest = newestOwnList(archives, os, now);
  if (newest === undefined) return cannotTell('unparseable', NO_DATE);
  if (now - newest <= LIST_AGE_SECONDS) return [];
  const sentence = `The newest security list is of ${describeDay(newest)}`;
  if (supportOf(os, now, RELEASES) === 'supported')
    return [problem(`${sentence}, although the archive changes every week.`)];
  return cannotTell(
    'not-observable',
    `${sentence}: the host stopped refreshing it, or the archive has ended.`,
    REFRESH,
  );
}
