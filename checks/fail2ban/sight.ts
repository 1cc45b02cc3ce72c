import type { Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { ConfiguredJail, Jail, JailTraces, SshdLogging } from '../../src/model/facts/fail2ban.ts';
import { problem } from './words.ts';

/** The scan itself has just logged in, so a log that sshd writes cannot be older than this. */
const FRESH_SECONDS = 300;
/** As many failures as no working jail can have missed. */
const MANY = 20;
const USUAL_LOGS = ['/var/log/auth.log', '/var/log/secure'];

/** What keeps the jail from seeing sshd's messages at all. */
export function sourceProblems(
  jail: Jail,
  traces: () => JailTraces,
  logging: () => SshdLogging,
  configured: () => readonly string[],
  now: number,
): readonly Problem[] {
  if (jail.source.kind === 'journal') return journalProblems(jail, jail.source.match, logging);
  const { files } = jail.source;
  if (files.length === 0) return [problem('The sshd jail reads no log at all.')];
  const states = files.map((path) => fileTrouble(path, traces(), configured, now));
  return states.includes(undefined) ? [] : states.flatMap((state) => (state === undefined ? [] : [problem(state)]));
}

/** A sentence when sshd does not write this file. */
function fileTrouble(
  path: string,
  { logs }: JailTraces,
  configured: () => readonly string[],
  now: number,
): string | undefined {
  const log = logs.find((one) => one.path === path);
  if (log === undefined) {
    if (USUAL_LOGS.includes(path) || configured().includes(path))
      return `The sshd jail reads ${path}, which does not exist.`;
    return cannotTell(
      'not-observable',
      `The running jail reads ${path}, which its files do not name; fleetproof did not look at it.`,
    );
  }
  if (log.bytes === 0) return `The sshd jail reads ${path}, which is empty: not even the log-in of this scan is in it.`;
  if (log.modified >= now - FRESH_SECONDS) return undefined;
  const day = new Date(log.modified * 1000).toISOString().slice(0, 10);
  return `The sshd jail reads ${path}, which nothing has written to since ${day}, not even the log-in of this scan.`;
}

/** A jail that has counted failures has seen them, whatever its match says. */
function journalProblems(jail: Jail, match: string, logging: () => SshdLogging): readonly Problem[] {
  if (jail.totalFailed > 0 || match === '') return [];
  const { unit, process } = logging();
  const verdicts = match.split(/\s\+\s/).map((group) => groupCovers(group, unit, process));
  if (verdicts.includes(true)) return [];
  if (verdicts.includes(undefined)) {
    cannotTell('not-observable', `Whether the journal match "${match}" covers sshd's messages cannot be seen.`);
  }
  return [
    problem(`The sshd jail reads the journal for "${match}", which is not where ${unit ?? 'sshd'} (${process}) logs.`),
  ];
}

/** Fields of one group must all hold; repeated fields are alternatives. Source: journalctl(1). */
function groupCovers(group: string, unit: string | null, process: SshdLogging['process']): boolean | undefined {
  const fields = new Map<string, string[]>();
  for (const term of group.trim().split(/\s+/)) {
    const [field = '', value = ''] = term.split(/=(.*)/s);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  const verdicts = [...fields].map(([field, values]) => {
    if (field === '_COMM' || field === 'SYSLOG_IDENTIFIER') return values.includes(process);
    return field === '_SYSTEMD_UNIT' && unit !== null ? values.includes(unit) : undefined;
  });
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

/** What keeps the jail from counting what it sees. */
export function filterProblems(
  jail: Jail,
  files: () => ConfiguredJail,
  logging: () => SshdLogging,
): readonly Problem[] {
  if (jail.totalFailed > 0) return [];
  const { processes } = files();
  const { process } = logging();
  if (processes === 'sshd-session' || (processes === 'sshd' && process === 'sshd')) return [];
  if (processes !== 'sshd') {
    cannotTell(
      'not-observable',
      'The sshd jail has counted no failure yet, and its filter is not one that fleetproof knows.',
    );
  }
  return [
    problem("The filter of the sshd jail does not know lines of sshd-session, under which this host's OpenSSH logs."),
  ];
}

/** A jail that looks right and has missed what the journal shows. */
export function blindnessProblems(jail: Jail, { startedAt, failures }: JailTraces): readonly Problem[] {
  if (jail.totalFailed > 0 || startedAt === null) return [];
  const missed = failures.filter((at) => at >= startedAt).length;
  return missed < MANY
    ? []
    : [problem(`The journal shows ${missed} failed log-ins since fail2ban started, and the jail has counted none.`)];
}
