import type { TimerCalendar, UpdateSettings } from '../../src/model/facts/updates.ts';
import { gapOf, longest, WEEK } from './calendars.ts';
import { MOST_DAYS, WEEKDAY } from './schedule.ts';

export const DAY_SECONDS = 86_400;

/** A run takes its time, and its timer puts it off by an hour at random: two runs are never just a day apart. */
export const DRIFT_SECONDS = 7200;

/** Seconds within which a host with these settings and timers runs again. What is too rare counts as every two days. */
export function dueWithin({ upgradeDays, days }: UpdateSettings, timers: readonly TimerCalendar[]): number {
  const timer = timers.find(({ name }) => name === 'apt-daily-upgrade.timer');
  const elapses = timer?.elapses.flatMap((one) => gapOf(one)?.days ?? []) ?? [];
  const every = Math.max(1, Math.min(MOST_DAYS, ...elapses), Math.min(MOST_DAYS, upgradeDays ?? 1), daysApart(days));
  return every * DAY_SECONDS + Math.max(DRIFT_SECONDS, (timer?.delaySeconds ?? 0) + 3600);
}

/** The longest time between two of `Update-Days`; 1 where there are none. */
function daysApart(names: readonly string[]): number {
  const days = names.filter((name) => WEEKDAY.test(name));
  if (days.length === 0) return 1;
  const numbers = days.map((day) => (/\d/.test(day) ? Number(day) : (WEEK.indexOf(day.slice(0, 3)) + 1) % WEEK.length));
  return longest([...new Set(numbers)], WEEK.length);
}
