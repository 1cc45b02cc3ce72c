import { cannotTell, known } from '../model/fact.ts';
import type { PackageLists, UpdateRuns, UpdatesFacts } from '../model/facts/updates.ts';
import type { Probe } from '../model/probe.ts';
import type { FactSources, Outputs } from './outputs.ts';
import { installedPackage, packagesProbe } from './packages.ts';
import { filesProbe, readTimes } from './updates/files.ts';
import { listsProbe, readLists } from './updates/lists.ts';
import { logProbe, readLog } from './updates/log.ts';
import { pendingProbe, readPending } from './updates/pending.ts';
import { readReboot, rebootProbes } from './updates/reboot.ts';
import { calendarsProbe, readCalendars, readSchedule, readStarts, scheduleProbe } from './updates/schedule.ts';
import { ranByAllSettings, readSettings, settingsProbe } from './updates/settings.ts';

export const probes: readonly Probe[] = [
  packagesProbe,
  settingsProbe,
  scheduleProbe,
  calendarsProbe,
  listsProbe,
  filesProbe,
  ...rebootProbes,
  pendingProbe,
  logProbe,
];

export const facts: FactSources<UpdatesFacts> = {
  unattendedUpgrades: {
    probes: ['dpkg-packages'],
    derive: (outputs) => installedPackage(outputs, 'unattended-upgrades'),
  },
  updateSettings: {
    probes: ['apt-settings'],
    derive: (outputs) => known(readSettings(ranByAllSettings(outputs, 'apt-settings'))),
  },
  updateSchedule: { probes: ['apt-timers'], derive: (outputs) => known(readSchedule(outputs.ran('apt-timers'))) },
  updateStarts: { probes: ['apt-timers'], derive: (outputs) => known(readStarts(outputs.ran('apt-timers'))) },
  updateCalendars: {
    probes: ['apt-timer-calendars'],
    derive: (outputs) => known(readCalendars(outputs.ran('apt-timer-calendars'))),
  },
  packageLists: { probes: ['apt-lists'], derive: (outputs) => known(listsOf(outputs)) },
  pendingUpdates: {
    probes: ['apt-lists', 'apt-pending'],
    derive: (outputs) => known(readPending(outputs, listsOf(outputs))),
  },
  updateRuns: { probes: ['update-times', 'unattended-upgrades-log'], derive: (outputs) => known(runsOf(outputs)) },
  rebootState: {
    probes: ['update-times', 'running-kernel', 'reboot-packages', 'dpkg-packages'],
    derive: (outputs) => known(readReboot(outputs)),
  },
};

function listsOf(outputs: Outputs): PackageLists {
  // Without any list the glob matches nothing, and grep says so with 2.
  const text = outputs.ran('apt-lists', [0, 1, 2]);
  const { stderr } = outputs.get('apt-lists');
  const complaint = stderr.split('\n').find((line) => line !== '' && !line.includes('No such file or directory'));
  if (complaint !== undefined)
    cannotTell('unreadable', `A package list could not be read: ${complaint.slice(0, 160)}.`);
  return readLists(text);
}

function runsOf(outputs: Outputs): UpdateRuns {
  const times = readTimes(outputs);
  const modifiedAt = (name: string): number | null => times.find(({ path }) => path === name)?.modified ?? null;
  const newest = (...names: readonly string[]): number | null => {
    const dates = names.flatMap((name) => modifiedAt(name) ?? []);
    return dates.length === 0 ? null : Math.max(...dates);
  };
  const stamps = '/var/lib/apt/periodic';
  return {
    listsRefreshed: newest(`${stamps}/update-stamp`, `${stamps}/update-success-stamp`),
    // apt's own upgrade-stamp also tells of runs that did nothing at all, such as on a day that is not theirs.
    lastRun: modifiedAt(`${stamps}/unattended-upgrades-stamp`),
    hostSince: modifiedAt('/etc/machine-id'),
    log: readLog(outputs),
  };
}
