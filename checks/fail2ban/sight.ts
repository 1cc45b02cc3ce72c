import type { Problem } from '../../src/model/check.ts';
import { type Cidr, cidrContains, parseAddress, parseCidr } from '../../src/model/cidr.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { ConfiguredJail, Jail, JailTraces, SshdLogging, SshdLogSettings } from '../../src/model/facts/fail2ban.ts';
import { describeDay } from '../../src/model/units.ts';
import { problem } from './words.ts';

/** The scan itself has just logged in, so a log that sshd writes cannot be older than this. */
const FRESH_SECONDS = 300;
/** As many failures as no working jail can have missed. */
const MANY = 20;
const USUAL_LOGS = ['/var/log/auth.log', '/var/log/secure'];
/** Below INFO no failed log-in is logged. Source: sshd_config(5), LogLevel. */
const TOO_QUIET = ['QUIET', 'FATAL', 'ERROR'];
const SPEAK_UP = `grep -Rni loglevel /etc/ssh/sshd_config /etc/ssh/sshd_config.d   # take these lines out, or set INFO
sshd -t && systemctl reload ssh`;
/** What syslog daemons keep in the usual logs. */
const AUTH = ['AUTH', 'AUTHPRIV'];

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
  const states = files.map((path) => ({ path, trouble: fileTrouble(path, traces(), configured, now) }));
  const written = states.flatMap(({ path, trouble }) => (trouble === undefined ? [path] : []));
  if (written.length === 0) return states.flatMap(({ trouble }) => (trouble === undefined ? [] : [problem(trouble)]));
  // Somebody writes such a file; that sshd does is only known of the usual ones, and where failures were counted.
  if (jail.totalFailed === 0 && !written.some((path) => USUAL_LOGS.includes(path))) {
    const what = `The sshd jail reads ${written.join(', ')} and has counted no failure yet`;
    cannotTell('not-observable', `${what}: whether sshd's messages go there cannot be seen.`);
  }
  return [];
}

/** What keeps sshd from writing failed log-ins to where the jail reads. */
export function logProblems(jail: Jail, { level, facility, inMatch }: SshdLogSettings): readonly Problem[] {
  if (TOO_QUIET.includes(level)) {
    const because = `sshd logs no failed log-ins (LogLevel ${level}), so the sshd jail has nothing to count.`;
    return [{ ...problem(because), remediation: SPEAK_UP }];
  }
  if (jail.source.kind === 'files' && jail.totalFailed === 0 && !AUTH.includes(facility)) {
    const file = jail.source.files.join(', ');
    cannotTell('not-observable', `sshd logs as ${facility}; whether such messages reach ${file} cannot be seen.`);
  }
  const quiet = (read(inMatch) ?? []).filter((one) => TOO_QUIET.includes(one.level));
  return quiet.map(({ level: less, origin }) => {
    const because = `sshd logs no failed log-ins that a Match block is about (LogLevel ${less}, ${origin}), so the sshd jail does not count them.`;
    return { ...problem(because), remediation: SPEAK_UP };
  });
}

/** A sentence when sshd does not write this file. */
function fileTrouble(
  path: string,
  { logs, closedLogs }: JailTraces,
  configured: () => readonly string[],
  now: number,
): string | undefined {
  const log = logs.find((one) => one.path === path);
  if (log === undefined) {
    if (closedLogs.includes(path)) {
      return cannotTell(
        'no-privilege',
        `The sshd jail reads ${path}, in a folder that the login user may not search, so whether sshd writes there is not known.`,
        `Let the login user search the folder: chmod o+x, or put it into the folder's group.`,
      );
    }
    if (USUAL_LOGS.includes(path) || configured().includes(path))
      return `The sshd jail reads ${path}, which does not exist.`;
    return cannotTell(
      'not-observable',
      `The running jail reads ${path}, which its files do not name; fleetproof did not look at it.`,
    );
  }
  if (log.bytes === 0) return `The sshd jail reads ${path}, which is empty: not even the log-in of this scan is in it.`;
  if (log.modified >= now - FRESH_SECONDS) return undefined;
  return `The sshd jail reads ${path}, which nothing has written to since ${describeDay(log.modified)}, not even the log-in of this scan.`;
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
  const { processes, ownPatterns } = files();
  const { process } = logging();
  if (ownPatterns) {
    const what = 'The sshd jail has counted no failure yet, and patterns of its own (failregex, ignoreregex)';
    cannotTell('not-observable', `${what} decide what it counts.`);
  }
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

/** A jail that looks right and has missed what the journal shows. Whom it ignores, it does not count. */
export function blindnessProblems(
  jail: Jail,
  { startedAt, failures }: JailTraces,
  files: () => ConfiguredJail,
): readonly Problem[] {
  if (jail.totalFailed > 0 || startedAt === null) return [];
  const since = failures.filter(({ at }) => at >= startedAt);
  if (since.length < MANY) return [];
  const entries = read(jail.ignored) ?? [];
  const networks = entries.flatMap((entry) => networkOf(entry) ?? []);
  const missed = since.filter(({ from }) => !networks.some((network) => isIn(network, from)));
  if (missed.length < MANY) return [];
  const isUnsure = networks.length > 0 && missed.some(({ from }) => from === null);
  if (isUnsure || networks.length < entries.length || files().ignoredByCommand) {
    const sentence = 'The sshd jail has counted no failure, and whether those in the journal came from whom it ignores';
    cannotTell('not-observable', `${sentence} cannot be seen.`);
  }
  return [
    problem(`The journal shows ${missed.length} failed log-ins since fail2ban started, and the jail has counted none.`),
  ];
}

/** Undefined for a name or a file. */
function networkOf(entry: string): Cidr | undefined {
  try {
    return parseCidr(entry);
  } catch {
    return undefined;
  }
}

function isIn(network: Cidr, from: string | null): boolean {
  return from !== null && parseAddress(from) !== undefined && cidrContains(network, parseCidr(from));
}
