import { absent, type Fact } from '../../model/fact.ts';
import type { LoggedRun } from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';
import { type Outputs, settle } from '../outputs.ts';

export const logProbe: Probe = {
  id: 'unattended-upgrades-log',
  purpose: 'How the last runs of unattended-upgrades ended.',
  as: 'root',
  argv: ['tail', '-c', '65536', '/var/log/unattended-upgrades/unattended-upgrades.log'],
};

/** Lines of one run follow each other faster than this; a longer pause starts another run, in any language. */
const PAUSE_SECONDS = 1800;

interface Entry {
  readonly at: number;
  readonly level: string;
  readonly message: string;
}

/** The runs in `unattended-upgrades-log`, newest first. Absent: there is no log. */
export function readLog(outputs: Outputs): Fact<readonly LoggedRun[]> {
  const { state, exitCode, stderr } = outputs.get('unattended-upgrades-log');
  if (state === 'ran' && exitCode === 1 && stderr.includes('No such file or directory')) {
    return absent('unattended-upgrades has written no log');
  }
  return settle(() => {
    const entries = outputs.ran('unattended-upgrades-log').split('\n').flatMap(readEntry);
    return runsOf(entries).map(summaryOf).reverse();
  });
}

/** `2026-11-22 03:02:41,721 INFO message`; lines of a traceback have no head and are left out. */
function readEntry(line: string): readonly Entry[] {
  const match = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d),\d{3} ([A-Z]+) (.*)$/.exec(line);
  if (match === null) return [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  return [{ at, level: match[7] ?? '', message: match[8] ?? '' }];
}

/** Messages are translated by the locale of the service, times and levels are not. */
function runsOf(entries: readonly Entry[]): readonly (readonly Entry[])[] {
  const runs: Entry[][] = [];
  for (const entry of entries) {
    const before = runs.at(-1)?.at(-1);
    const starts = entry.message === 'Starting unattended upgrades script';
    if (before === undefined || starts || entry.at - before.at > PAUSE_SECONDS) runs.push([entry]);
    else runs.at(-1)?.push(entry);
  }
  return runs;
}

function summaryOf(entries: readonly Entry[]): LoggedRun {
  const messages = entries.map(({ message }) => message);
  const errors = entries.flatMap(({ level, message }) => (level === 'ERROR' || level === 'CRITICAL' ? [message] : []));
  const left = messages.flatMap(leftBy);
  const outcome = errors.length > 0 ? 'failed' : outcomeOf(messages);
  return { startedAt: entries[0]?.at ?? 0, outcome, errors, left: [...new Set(left)] };
}

function outcomeOf(messages: readonly string[]): LoggedRun['outcome'] {
  // A rehearsal says the same as a run, and touches the same stamp.
  if (messages.some((message) => message.includes('in dry-run mode'))) return 'none';
  if (messages.includes('All upgrades installed')) return 'upgraded';
  const idle = 'No packages found that can be upgraded unattended';
  return messages.some((message) => message.startsWith(idle)) ? 'nothing-to-do' : 'none';
}

function leftBy(message: string): readonly string[] {
  const one = /^Package (\S+) (?:is blacklisted\.|has conffile prompt and needs to be upgraded manually)/.exec(message);
  if (one?.[1] !== undefined) return [one[1]];
  const several = /^Packages that are kept back: (.+)$/.exec(message)?.[1];
  return several?.split(/[\s,]+/).filter(Boolean) ?? [];
}
