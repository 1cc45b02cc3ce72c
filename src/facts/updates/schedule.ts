import type { ScheduleUnit, UpdateSchedule } from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';
import { readUnits } from '../systemd.ts';

const TIMERS = ['apt-daily.timer', 'apt-daily-upgrade.timer'] as const;
const SERVICES = ['apt-daily.service', 'apt-daily-upgrade.service'] as const;

export const scheduleProbe: Probe = {
  id: 'apt-timers',
  purpose:
    'Whether the timers that refresh the package lists and install updates are set, and may start their services.',
  as: 'user',
  argv: ['systemctl', 'show', ...TIMERS, ...SERVICES, '-p', 'Id,LoadState,ActiveState,UnitFileState'],
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
