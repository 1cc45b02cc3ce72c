import { describe, expect, test } from 'vitest';
import { dueWithin } from '../../checks/updates/due.ts';
import {
  lastEnded,
  listProblems,
  outcomeProblems,
  ageProblems as runAgeProblems,
  sawPending,
} from '../../checks/updates/runs.ts';
import { ageProblems, requireLists, requireYoung, runProblems } from '../../checks/updates/waiting.ts';
import { absent, cannotTell, Ignorance, known, unknown } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type {
  Archive,
  LoggedRun,
  PendingPackage,
  TimerCalendar,
  UpdateRuns,
  UpdateSettings,
} from '../../src/model/facts/updates.ts';
import { archive, DAY, NOW, os, pending, run, runs, scope, settings, updates, ZONE } from './updates-parts.ts';

describe('the last run', () => {
  test.each<[Partial<UpdateRuns>, number | 'unknown']>([
    [{ lastRun: NOW - 2 * DAY }, 0],
    [{ lastRun: NOW - 2 * DAY - 1 }, 1],
    [{ lastRun: null }, 1],
    [{ lastRun: null, hostSince: null }, 1],
    [{ lastRun: null, hostSince: NOW - 2 * DAY }, 1],
    [{ lastRun: null, hostSince: NOW - 2 * DAY + 1 }, 'unknown'],
    // From a clock that was ahead: it tells neither how long ago the run was, nor how old the host is.
    [{ lastRun: NOW + 300 }, 0],
    [{ lastRun: NOW + 301 }, 'unknown'],
    [{ lastRun: null, hostSince: NOW + 301 }, 1],
  ])('%j', (changes, problems) => {
    const judge = () => runAgeProblems(runs(changes), 2 * DAY, scope).length;
    if (problems === 'unknown') expect(judge).toThrow(Ignorance);
    else expect(judge()).toBe(problems);
  });

  test('is the newest one in the log that ended in time, in any time zone', () => {
    const log = (...entries: readonly LoggedRun[]) => lastEnded(runs({ log: known(entries) }), DAY, scope);
    expect(log(run({ outcome: 'none' }), run({ outcome: 'failed' }))).toMatchObject({ outcome: 'failed' });
    expect(log(run({ startedAt: NOW - DAY - ZONE }))).toBeDefined();
    expect(log(run({ startedAt: NOW - DAY - ZONE - 1 }))).toBeUndefined();
    expect(log(run({ outcome: 'none' }))).toBeUndefined();
    expect(log(run({ startedAt: NOW + ZONE }))).toBeDefined();
    expect(log(run({ startedAt: NOW + ZONE + 1 }))).toBeUndefined();
    expect(lastEnded(runs({ log: absent('no log') }), DAY, scope)).toBeUndefined();
  });

  test('saw what is pending when nothing refreshed the lists since', () => {
    const judge = (listsRefreshed: number | null, lastRun: number | null, publishedBy = 10) =>
      sawPending(runs({ listsRefreshed, lastRun }), updates([], publishedBy));
    expect(judge(10, 10)).toBe(true);
    expect(judge(11, 10)).toBe(false);
    expect(judge(null, 10)).toBe(false);
    expect(judge(10, null)).toBe(false);
    // Somebody refreshed the lists by hand, which apt's stamp does not tell.
    expect(judge(10, 10, 11)).toBe(false);
  });

  const outcome = (changes: Partial<UpdateRuns>, ...packages: readonly PendingPackage[]) =>
    outcomeProblems(runs(changes), 2 * DAY, scope, () => updates(packages)).map(({ because }) => because);

  test('is judged by its log', () => {
    expect(outcome({ log: known([run({ outcome: 'failed', errors: ['No space left!'] })]) })).toEqual([
      'The last run of unattended-upgrades failed: No space left.',
    ]);
    expect(outcome({}, pending())).toEqual([]);
    expect(outcome({ log: known([run({ left: ['openssl'] })]) }, pending())).toEqual([
      expect.stringContaining('left out openssl'),
    ]);
    expect(outcome({ log: known([run({ left: ['nginx'] })]) }, pending())).toEqual([]);
  });

  test('is judged by what it left where no log tells', () => {
    const log = unknown('no-privilege', 'sudo refused.');
    expect(outcome({ log })).toEqual([]);
    expect(outcome({ log, listsRefreshed: 1 }, pending())).toEqual([
      expect.stringContaining('did not install openssl'),
    ]);
    expect(() => outcome({ log }, pending())).toThrow('sudo refused.');
    expect(() => outcome({ log: absent('no log') }, pending())).toThrow('shows no end of its last run');
  });
});

describe('the lists', () => {
  const judge = (system: Os, ...archives: readonly Archive[]) =>
    listProblems(archives, system, scope).map(({ because }) => because);
  const debian = os('debian', '12');
  test.each<[string, Os, Archive, readonly unknown[]]>([
    ['fresh', debian, archive({ date: NOW - 7 * DAY }), []],
    [
      'old',
      debian,
      archive({ date: NOW - 7 * DAY - 1 }),
      [expect.stringContaining('is of 2026-11-15, although the archive changes every week')],
    ],
    ['valid', debian, archive({ validUntil: NOW }), []],
    [
      'lapsed',
      debian,
      archive({ validUntil: NOW - 1 }),
      [expect.stringContaining('bookworm-security was valid until 2026-11-22 only')],
    ],
    ['of an archive that has ended', os('debian', '11'), archive({ date: 0 }), []],
    ['of an archive that ended long ago', os('debian', '8'), archive({ codename: 'bookworm', date: 0 }), []],
    [
      'of no security archive',
      debian,
      archive({ security: false, validUntil: 1 }),
      [expect.stringContaining('no package list of bookworm-security, the security archive of this release')],
    ],
  ])('%s', (_, system, one, expected) => {
    expect(judge(system, one)).toEqual(expected);
  });

  test('of a date that lies ahead are not fresh', () => {
    expect(judge(debian, archive({ date: NOW + 300 }))).toEqual([]);
    expect(() => judge(debian, archive({ date: NOW + 301 }))).toThrow("ahead of the host's clock");
    expect(judge(debian, archive({ date: NOW + 301 }), archive({ date: NOW - DAY }))).toEqual([]);
    expect(judge(debian, archive({ date: NOW + 301 }), archive({ date: NOW - 8 * DAY }))).toHaveLength(1);
  });

  test('without a date', () => {
    expect(() => judge(debian, archive({ date: null }))).toThrow('carries no date');
  });

  test('of a system that nobody here knows', () => {
    expect(() => judge(os('raspbian', '12', ['debian']), archive({ date: 0 }))).toThrow(Ignorance);
  });
});

describe('waiting updates', () => {
  test('are too old when the list or the download proves it', () => {
    const judge = (publishedBy: number, changes: Partial<PendingPackage> = {}) =>
      ageProblems(updates([pending(changes)], publishedBy), 7 * DAY, scope).length;
    expect(judge(NOW - 7 * DAY)).toBe(0);
    expect(judge(NOW - 7 * DAY - 1)).toBe(1);
    expect(judge(NOW, { downloadedAt: NOW - 7 * DAY - 1 })).toBe(1);
    expect(judge(NOW, { downloadedAt: NOW - 7 * DAY })).toBe(0);
  });

  const daily: TimerCalendar = { name: 'apt-daily-upgrade.timer', elapses: ['*-*-* 06:00:00'], delaySeconds: 3600 };

  test('need a run in time that did not leave them', () => {
    const judge = (changes: Partial<UpdateRuns>, automatic = true, ...packages: readonly PendingPackage[]) =>
      runProblems(
        updates(packages),
        { runs: () => runs(changes), automatic: () => automatic, settings: () => settings(), timers: () => [daily] },
        scope,
      ).length;
    expect(judge({ lastRun: null })).toBe(0);
    expect(judge({}, true, pending())).toBe(0);
    expect(judge({}, false, pending())).toBe(1);
    expect(judge({ lastRun: null }, true, pending())).toBe(1);
    expect(judge({ lastRun: NOW - DAY - 7200 }, true, pending())).toBe(0);
    expect(judge({ lastRun: NOW - DAY - 7201 }, true, pending())).toBe(1);
    expect(judge({ listsRefreshed: NOW - 3600 }, true, pending())).toBe(1);
    expect(judge({ listsRefreshed: NOW - 3600, lastRun: NOW - DAY - 3600 }, true, pending())).toBe(0);
    expect(() => judge({ lastRun: NOW + 301 }, true, pending())).toThrow("ahead of the host's clock");
    expect(judge({ log: known([run({ left: ['openssl'] })]) }, true, pending())).toBe(1);
    expect(judge({ log: known([run({ left: ['openssl'] })]) }, true, pending({ name: 'nginx' }))).toBe(0);
  });

  test.each<[string, number, Partial<UpdateSettings>, Partial<TimerCalendar>]>([
    ['every day', DAY + 7200, {}, {}],
    ['at every start of the timer', DAY + 7200, { upgradeDays: 0 }, {}],
    ['never, by the settings', DAY + 7200, { upgradeDays: null }, {}],
    ['every second day', 2 * DAY + 7200, { upgradeDays: 2 }, {}],
    ['too rarely, by the settings', 2 * DAY + 7200, { upgradeDays: 30 }, {}],
    ['every second day, by the timer', 2 * DAY + 7200, {}, { elapses: ['*-*-01/2 06:00:00'] }],
    ['too rarely, by the timer', 2 * DAY + 7200, {}, { elapses: ['*-*-01 06:00:00'] }],
    ['with a delay of hours', DAY + 13 * 3600, {}, { delaySeconds: 12 * 3600 }],
    ['on Sunday', 7 * DAY + 7200, { days: ['Sunday'] }, {}],
    ['on Sunday and Wednesday', 4 * DAY + 7200, { days: ['0', 'Wed', 'Sun'] }, {}],
    ['on no day at all', DAY + 7200, { days: ['sunday'] }, {}],
  ])('are due %s', (_, expected, changes, timer) => {
    expect(dueWithin(settings(changes), [{ ...daily, ...timer }])).toBe(expected);
  });

  test('are asked for their timer only when they are late', () => {
    const judge = (lastRun: number) =>
      runProblems(
        updates([pending()]),
        {
          runs: () => runs({ lastRun }),
          automatic: () => true,
          settings: () => settings(),
          timers: () => cannotTell('timeout', 'No timer.'),
        },
        scope,
      );
    expect(judge(NOW - DAY - 7200)).toEqual([]);
    expect(() => judge(NOW - DAY - 7201)).toThrow('No timer.');
  });

  test('show only on fresh lists of the own archive', () => {
    const judge = (changes: Partial<Archive>) => () =>
      requireLists([archive(changes)], os('debian', '12'), () => [], scope);
    expect(judge({ date: NOW - 7 * DAY })()).toBeUndefined();
    expect(judge({ date: NOW - 7 * DAY - 1 })).toThrow('what was published since is not known');
    expect(judge({ date: null })).toThrow('carries no date');
    expect(judge({ date: NOW + 301 })).toThrow("ahead of the host's clock");
    expect(judge({ security: false })).toThrow('no package list of bookworm-security');
  });

  test('are young only when the server says so', () => {
    const judge = (security: readonly PendingPackage[]) => () => requireYoung(updates(security), 7 * DAY, scope);
    expect(judge([])()).toBeUndefined();
    expect(judge([pending({ uploadedAt: NOW - 7 * DAY })])()).toBeUndefined();
    expect(judge([pending({ uploadedAt: NOW - 7 * DAY - 1 })])).toThrow('for how long is not recorded');
    expect(judge([pending({ uploadedAt: NOW }), pending()])).toThrow('for how long is not recorded');
    expect(judge([pending({ uploadedAt: NOW + 301 })])).toThrow('for how long is not recorded');
  });
});
