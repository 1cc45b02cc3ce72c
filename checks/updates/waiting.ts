import type { Facts, Problem, Scope } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type {
  Archive,
  ArchivePriority,
  PendingPackage,
  PendingUpdates,
  TimerCalendar,
  UpdateRuns,
  UpdateSettings,
} from '../../src/model/facts/updates.ts';
import { describeAge, describeDay } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { describePending, isAhead, LIST_AGE_SECONDS, problem, REFRESH, TAKEN_FROM } from './apt.ts';
import { describeOwn, isOver, newestOwnList, ownLists } from './archives.ts';
import { DAY_SECONDS, DRIFT_SECONDS, dueWithin } from './due.ts';
import { blacklisted } from './exclusions.ts';
import { extendedSources } from './extended.ts';
import { lastEnded, leftBehind, NO_DATE, requireDated, sawPending } from './runs.ts';

/** What tells how a host runs its updates; each is looked at only where it matters. */
export interface Running {
  readonly runs: () => UpdateRuns;
  /** unattended-upgrades is installed. */
  readonly automatic: () => boolean;
  readonly settings: () => UpdateSettings;
  readonly timers: () => readonly TimerCalendar[];
}

export function runningOf(
  facts: Facts<'unattendedUpgrades' | 'updateRuns' | 'updateSettings' | 'updateCalendars'>,
): Running {
  return {
    runs: () => need(facts, 'updateRuns'),
    automatic: () => facts.get('unattendedUpgrades') !== undefined,
    settings: () => need(facts, 'updateSettings'),
    timers: () => need(facts, 'updateCalendars'),
  };
}

/** Pending packages that nothing on the host will ever install by itself. */
export function stuckProblems(security: readonly PendingPackage[], settings: () => UpdateSettings): readonly Problem[] {
  if (security.length === 0) return [];
  const kinds = [
    ['On hold', security.filter(({ held }) => held)],
    ['Pinned away in the preferences of apt', security.filter(({ pinned }) => pinned)],
    ['On the blacklist of unattended-upgrades', security.filter(({ name }) => blacklisted(name, settings()))],
  ] as const;
  return kinds
    .filter(([, packages]) => packages.length > 0)
    .map(([why, packages]) => problem(`${why}, with a security update pending: ${describePending(packages)}.`));
}

/** Packages that have provably waited too long. How old an update is, is written nowhere; these are lower bounds. */
export function ageProblems(pending: PendingUpdates, maxAge: number, { now }: Scope): readonly Problem[] {
  const old = pending.security.filter(
    ({ downloadedAt }) => now - Math.min(pending.publishedBy, downloadedAt ?? now) > maxAge,
  );
  if (old.length === 0) return [];
  return [problem(`Security updates have been pending for more than ${describeAge(maxAge)}: ${describePending(old)}.`)];
}

/** Packages for which the host's own run came too late, or came and left them. */
export function runProblems(pending: PendingUpdates, running: Running, scope: Scope): readonly Problem[] {
  const { security } = pending;
  if (security.length === 0) return [];
  const missed = (why: string) => [problem(`Security updates are pending and ${why}: ${describePending(security)}.`)];
  if (!running.automatic()) return missed('unattended-upgrades is not installed');
  const runs = running.runs();
  if (runs.lastRun === null) return missed('no automatic run has ever come to its end');
  requireDated(runs.lastRun, scope.now);
  const age = scope.now - runs.lastRun;
  if (age > DAY_SECONDS + DRIFT_SECONDS && age > dueWithin(running.settings(), running.timers())) {
    return missed(`no automatic run took place for ${describeAge(age)}`);
  }
  const run = lastEnded(runs, Math.max(DAY_SECONDS, age), scope);
  const left = sawPending(runs, pending) ? security : run === undefined ? [] : leftBehind(run, security);
  return left.length === 0
    ? []
    : [problem(`The last automatic run knew of security updates and did not install them: ${describePending(left)}.`)];
}

/**
 * Ends in ignorance unless the lists would show every fix: those of the release's own archive, and fresh, or those of what
 * took over when its support ended.
 */
export function requireLists(
  archives: readonly Archive[],
  os: Os,
  preferences: () => readonly ArchivePriority[],
  { now }: Scope,
): undefined {
  if (ownLists(archives, os).length === 0) {
    cannotTell('not-observable', `New fixes cannot show: the host has no package list of ${describeOwn(os)}.`, REFRESH);
  }
  if (isOver(os, now)) {
    const [source] = extendedSources(archives, preferences, now);
    if ((source?.priority ?? 0) >= TAKEN_FROM) return undefined;
    cannotTell('not-observable', 'New fixes cannot show: the security support of this release has ended.');
  }
  const newest = newestOwnList(archives, os, now);
  if (newest === undefined) return cannotTell('unparseable', NO_DATE);
  if (now - newest <= LIST_AGE_SECONDS) return undefined;
  const day = describeDay(newest);
  return cannotTell(
    'not-observable',
    `The newest security list is of ${day}; what was published since is not known here.`,
    REFRESH,
  );
}

/** Ends in ignorance unless everything pending is provably younger than `maxAge`. */
export function requireYoung({ security }: PendingUpdates, maxAge: number, { now }: Scope): undefined {
  const open = security.filter(
    ({ uploadedAt }) => uploadedAt === null || now - uploadedAt > maxAge || isAhead(uploadedAt, now),
  );
  if (open.length === 0) return undefined;
  return cannotTell(
    'not-observable',
    `Security updates are pending since the last run, and for how long is not recorded: ${describePending(open)}.`,
  );
}
