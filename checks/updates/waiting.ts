import type { Problem, Scope } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type {
  Archive,
  PendingPackage,
  PendingUpdates,
  UpdateRuns,
  UpdateSettings,
} from '../../src/model/facts/updates.ts';
import { describeAge, describeDay, describePending, LIST_AGE_SECONDS, problem } from './apt.ts';
import { describeOwn, newestLivingList, ownLists } from './archives.ts';
import { blacklisted } from './exclusions.ts';
import { lastEnded, leftBehind, sawPending } from './runs.ts';

/** A machine that updates itself every day has run within this time. */
const DAY_SECONDS = 86_400;

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
export function runProblems(
  { security }: PendingUpdates,
  runsOf: () => UpdateRuns,
  automatic: () => boolean,
  scope: Scope,
): readonly Problem[] {
  if (security.length === 0) return [];
  const runs = runsOf();
  if (!automatic() || runs.lastRun === null || scope.now - runs.lastRun > DAY_SECONDS) {
    return [
      problem(`Security updates are pending and no automatic run took place for a day: ${describePending(security)}.`),
    ];
  }
  const run = lastEnded(runs, DAY_SECONDS, scope);
  const left = sawPending(runs) ? security : run === undefined ? [] : leftBehind(run, security);
  return left.length === 0
    ? []
    : [problem(`The last automatic run knew of security updates and did not install them: ${describePending(left)}.`)];
}

/** Ends in ignorance unless the lists would show every fix: those of the release's own archive, and fresh. */
export function requireLists(archives: readonly Archive[], os: Os, { now }: Scope): undefined {
  if (ownLists(archives, os).length === 0) {
    cannotTell('not-observable', `New fixes cannot show: the host has no package list of ${describeOwn(os)}.`);
  }
  const newest = newestLivingList(archives, os, now);
  if (newest === undefined) return cannotTell('unparseable', "The security archive's package list carries no date.");
  if (now - newest <= LIST_AGE_SECONDS) return undefined;
  const day = describeDay(newest);
  return cannotTell(
    'not-observable',
    `The newest security list is of ${day}; what was published since is not known here.`,
  );
}

/** Ends in ignorance unless everything pending is provably younger than `maxAge`. */
export function requireYoung({ security }: PendingUpdates, maxAge: number, { now }: Scope): undefined {
  const open = security.filter(({ uploadedAt }) => uploadedAt === null || now - uploadedAt > maxAge);
  if (open.length === 0) return undefined;
  return cannotTell(
    'not-observable',
    `Security updates are pending since the last run, and for how long is not recorded: ${describePending(open)}.`,
  );
}
