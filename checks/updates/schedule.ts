import type { Problem } from '../../src/model/check.ts';
import type { ScheduleUnit, UpdateSchedule, UpdateSettings } from '../../src/model/facts/updates.ts';
import { problem } from './apt.ts';

/** Days between two runs that still count as "by itself, in time". */
export const MOST_DAYS = 2;
/** unattended-upgrade compares with strftime's %w, %a and %A, to the letter; no other spelling ever matches. */
export const WEEKDAY = /^([0-6]|Sun(day)?|Mon(day)?|Tue(sday)?|Wed(nesday)?|Thu(rsday)?|Fri(day)?|Sat(urday)?)$/;

const ON_SHUTDOWN =
  'Unattended-Upgrade::InstallOnShutdown is on: the daily run installs nothing, and a server is rarely shut down.';

const DAILY = `printf 'Unattended-Upgrade::InstallOnShutdown "false";\\n' > /etc/apt/apt.conf.d/zz-no-shutdown`;
const EVERY_DAY = `printf '#clear Unattended-Upgrade::Update-Days;\\n' > /etc/apt/apt.conf.d/zz-every-day`;

/** What apt's settings lack for automatic updates. Source: /usr/lib/apt/apt.systemd.daily. */
export function settingsProblems(settings: UpdateSettings): readonly Problem[] {
  const { periodic, refreshDays, upgradeDays, days, onShutdown } = settings;
  const off = periodic ? [] : [problem('APT::Periodic::Enable is "0", which switches all automatic updates off.')];
  const never = days.length > 0 && !days.some((day) => WEEKDAY.test(day));
  return [
    ...off,
    ...intervalProblems('APT::Periodic::Update-Package-Lists', 'refreshes the package lists', refreshDays),
    ...intervalProblems('APT::Periodic::Unattended-Upgrade', 'installs updates', upgradeDays),
    ...(never
      ? [
          problem(
            `Unattended-Upgrade::Update-Days names no day of the week as unattended-upgrade spells them: ${days.map((day) => day || '""').join(', ')}.`,
            EVERY_DAY,
          ),
        ]
      : []),
    ...(onShutdown ? [problem(ON_SHUTDOWN, DAILY)] : []),
  ];
}

function intervalProblems(key: string, what: string, every: number | null): readonly Problem[] {
  if (every === null) return [problem(`apt never ${what}: ${key} is missing, 0 or not a number of days.`)];
  return every > MOST_DAYS ? [problem(`apt ${what} only every ${every} days, by ${key}.`)] : [];
}

/** Timers that are off, and services that they could not start. */
export function scheduleProblems({ timers, services }: UpdateSchedule): readonly Problem[] {
  return [...timers.flatMap(timerProblem), ...services.flatMap(serviceProblem)];
}

function timerProblem({ name, load, active, file }: ScheduleUnit): readonly Problem[] {
  if (load === 'not-found') return [problem(`${name} does not exist.`)];
  if (file === 'enabled' && active === 'active') return [];
  return [problem(`${name} is ${file === '' ? 'not enabled' : file} and ${active}.`)];
}

function serviceProblem({ name, load }: ScheduleUnit): readonly Problem[] {
  return load === 'loaded' ? [] : [problem(`${name}, which the timer starts, is ${load}.`)];
}
