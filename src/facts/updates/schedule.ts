import { cannotTell } from '../../model/fact.ts';
import type { ScheduleUnit, TimerCalendar, UpdateSchedule, UpdateStarts } from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';
import { readUnits } from '../systemd.ts';

const TIMERS = ['apt-daily.timer', 'apt-daily-upgrade.timer'] as const;
const SERVICES = ['apt-daily.service', 'apt-daily-upgrade.service'] as const;

export const scheduleProbe: Probe = {
  id: 'apt-timers',
  purpose:
    'Whether the timers that refresh the package lists and install updates are set, may start their services, and what those run.',
  as: 'user',
  argv: [
    'systemctl',
    'show',
    ...TIMERS,
    ...SERVICES,
    '-p',
    'Id,LoadState,ActiveState,UnitFileState,Unit,AccuracyUSec,ExecStart,ExecCondition,ConditionResult,ConditionTimestamp',
  ],
};

export const calendarsProbe: Probe = {
  id: 'apt-timer-calendars',
  purpose: 'How often the timers that refresh the package lists and install updates elapse.',
  as: 'user',
  argv: ['systemctl', 'show', ...TIMERS, '-p', 'Id,TimersCalendar,TimersMonotonic,RandomizedDelayUSec'],
};

/** Reads `apt-timers`. A unit that systemd does not know has load state `not-found`. */
export function readSchedule(text: string): UpdateSchedule {
  const units = readUnits(text);
  const unit = (name: string): ScheduleUnit => ({
    name,
    load: units.get(name)?.get('LoadState') ?? 'not-found',
    active: units.get(name)?.get('ActiveState') ?? '',
    file: units.get(name)?.get('UnitFileState') ?? '',
  });
  return { timers: TIMERS.map(unit), services: SERVICES.map(unit) };
}

/**
 * Reads `apt-timers` for what the timers start, and the services run: `ExecStart={ path=… ; argv[]=COMMAND ; … }`, one line
 * per command. Throws `Ignorance` for older recordings, which were not asked.
 */
export function readStarts(text: string): UpdateStarts {
  const units = readUnits(text);
  const property = (name: string, key: string): string =>
    units.get(name)?.get(key) ?? cannotTell('not-observable', `What ${name} starts was not asked for in this run.`);
  const commands = (name: string, key: string): readonly string[] => {
    const block = text.split(/\n{2,}/).find((one) => one.split('\n').includes(`Id=${name}`)) ?? '';
    const lines = block.split('\n').filter((line) => line.startsWith(`${key}=`));
    return lines.flatMap((line) => /; argv\[\]=(.*?) ; ignore_errors=/.exec(line)?.[1] ?? []);
  };
  const isLoaded = (name: string): boolean => units.get(name)?.get('LoadState') === 'loaded';
  return {
    timers: TIMERS.filter(isLoaded).map((name) => ({
      name,
      starts: property(name, 'Unit'),
      accuracySeconds: spanOf(property(name, 'AccuracyUSec')),
    })),
    services: SERVICES.filter(isLoaded).map((name) => ({
      name,
      commands: commands(name, 'ExecStart'),
      conditions: commands(name, 'ExecCondition'),
      skipped: property(name, 'ConditionResult') === 'no' && property(name, 'ConditionTimestamp') !== '',
    })),
  };
}

/**
 * Reads `apt-timer-calendars`. A timer has one line per trigger:
 * `TimersCalendar={ OnCalendar=*-*-* 06:00:00 ; next_elapse=… }`, `TimersMonotonic={ OnBootUSec=1h ; … }`.
 */
export function readCalendars(text: string): readonly TimerCalendar[] {
  const blocks = text.split(/\n{2,}/).map((block) => block.split('\n'));
  return TIMERS.map((name) => {
    const lines = blocks.find((block) => block.includes(`Id=${name}`)) ?? [];
    const elapses = lines.flatMap(
      (line) => /^Timers(?:Calendar|Monotonic)=\{ (?:OnCalendar=)?(.+?) ;/.exec(line)?.[1] ?? [],
    );
    const delay = lines.find((line) => line.startsWith(DELAY))?.slice(DELAY.length);
    return { name, elapses, delaySeconds: spanOf(delay ?? '') };
  });
}

const DELAY = 'RandomizedDelayUSec=';

/** Seconds by systemd's units of time. Source: systemd.time(7), "Parsing time spans". */
const UNITS: Readonly<Record<string, number>> = {
  y: 31_557_600,
  month: 2_629_800,
  w: 604_800,
  d: 86_400,
  h: 3600,
  min: 60,
  s: 1,
  ms: 0,
  us: 0,
};

/** `1d 30min` in whole seconds; null when it is no such span. */
function spanOf(text: string): number | null {
  if (text === '0') return 0;
  let seconds = 0;
  for (const part of text.split(' ')) {
    const [, count, unit = ''] = /^([\d.]+)([a-z]+)$/.exec(part) ?? [];
    const size = UNITS[unit];
    if (count === undefined || size === undefined) return null;
    seconds += Number(count) * size;
  }
  return Math.floor(seconds);
}
