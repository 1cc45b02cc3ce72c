import type { Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { TimerCalendar } from '../../src/model/facts/updates.ts';
import { describeAge } from '../../src/model/units.ts';
import { problem } from './apt.ts';
import { MOST_DAYS } from './schedule.ts';

export const WEEK: readonly string[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const MONTH = 31;

/** Timers that elapse too rarely, or are put off for too long. */
export function calendarProblems(timers: readonly TimerCalendar[]): readonly Problem[] {
  const problems = timers.flatMap(problemOf);
  const open = timers.find((timer) => !runsOften(timer));
  if (problems.length > 0 || open === undefined) return problems;
  const shown = open.elapses.length === 0 ? '' : `: ${open.elapses.join(', ')}`;
  return cannotTell('not-observable', `fleetproof cannot tell how often ${open.name} runs${shown}.`);
}

function problemOf({ name, elapses, delaySeconds }: TimerCalendar): readonly Problem[] {
  const [only = '', ...others] = elapses;
  const gap = gapOf(only);
  // Several rare triggers may make a frequent one; only a single one can be proven to be rare.
  if (others.length === 0 && gap !== undefined && gap.days > MOST_DAYS) {
    return [problem(`${name} runs only every ${gap.days} days, by OnCalendar=${only}.`)];
  }
  if (delaySeconds === null || delaySeconds <= MOST_DAYS * 86_400) return [];
  return [problem(`${name} may run up to ${describeAge(delaySeconds)} late, by RandomizedDelaySec.`)];
}

function runsOften({ elapses, delaySeconds }: TimerCalendar): boolean {
  const gaps = elapses.flatMap((one) => gapOf(one) ?? []);
  return delaySeconds !== null && gaps.some(({ days, isExact }) => isExact && days <= MOST_DAYS);
}

interface Gap {
  /** The longest time between two runs is this at least. */
  readonly days: number;
  /** It is not more either. */
  readonly isExact: boolean;
}

/**
 * How far apart the days of a calendar expression are, as systemd spells it out: `Mon..Fri *-*-* 06:00:00`,
 * `*-*-01/2 06:00:00`. Undefined for any other trigger. Source: systemd.time(7), "Calendar events".
 */
export function gapOf(expression: string): Gap | undefined {
  const match = /^(?:([A-Z][A-Za-z.,]+) )?(\S+)-(\S+)-(\S+) [\d:.,/*]+(?: \S+)?$/.exec(expression);
  if (match === null) return undefined;
  const [, weekdays = 'Mon..Sun', year, month, days = ''] = match;
  const ofWeek = valuesOf(weekdays, WEEK.length, (name) => WEEK.indexOf(name) + 1);
  const ofMonth = valuesOf(days, MONTH, Number);
  if (ofWeek === undefined || ofMonth === undefined) return undefined;
  const gaps = [longest(ofWeek, WEEK.length), longest(ofMonth, MONTH)];
  return { days: Math.max(...gaps), isExact: year === '*' && month === '*' && gaps.includes(1) };
}

/** The values from 1 to `last` that a part names: `*`, `01,15`, `Mon..Fri`, `01/2`. Undefined for another form. */
function valuesOf(part: string, last: number, read: (text: string) => number): readonly number[] | undefined {
  const values: number[] = [];
  for (const item of part.split(',')) {
    const match = /^(?:\*|(\w+)(?:\.\.(\w+))?)(?:\/(\d+))?$/.exec(item);
    if (match === null) return undefined;
    const [, from, to, step] = match;
    const start = from === undefined ? 1 : read(from);
    const end = to !== undefined ? read(to) : from === undefined || step !== undefined ? last : start;
    if (!(start >= 1 && end <= last && start <= end) || step === '0') return undefined;
    for (let value = start; value <= end; value += Number(step ?? 1)) values.push(value);
  }
  return values;
}

/** The longest way from one value to the next, round the end. */
export function longest(values: readonly number[], cycle: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((value, at) => (sorted[at + 1] ?? (sorted[0] ?? 0) + cycle) - value));
}
