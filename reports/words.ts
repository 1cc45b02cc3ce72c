import type { RunEntry, Summary } from '../src/model/finding.ts';
import type { ControlResult, Reason, Severity, Status } from '../src/model/verdict.ts';
import { SEVERITIES } from '../src/model/verdict.ts';

/** What a status means, for people: glyph, word and sentence. Colour never stands alone. */
export interface StatusWords {
  readonly glyph: string;
  readonly word: string;
  readonly past: string;
  readonly means: string;
}

export const STATUS: Readonly<Record<Status, StatusWords>> = {
  pass: { glyph: '✓', word: 'pass', past: 'passed', means: 'The condition was measured and holds.' },
  fail: { glyph: '✗', word: 'fail', past: 'failed', means: 'The condition was measured and does not hold.' },
  unknown: {
    glyph: '?',
    word: 'unknown',
    past: 'unknown',
    means: 'It could not be measured; the reason is given. This never counts as a pass.',
  },
  'not-applicable': {
    glyph: '–',
    word: 'not applicable',
    past: 'not applicable',
    means: 'The condition does not exist on this host, by a named rule.',
  },
  waived: {
    glyph: '⊘',
    word: 'waived',
    past: 'waived',
    means: 'The measured verdict stands and was accepted by a named person until a date.',
  },
  attested: {
    glyph: '✎',
    word: 'attested',
    past: 'attested',
    means: 'No probe can look there; a named person stated it on a date.',
  },
};

export const CONTROL: Readonly<
  Record<ControlResult, { readonly glyph: string; readonly word: string; readonly means: string }>
> = {
  satisfied: { glyph: '✓', word: 'satisfied', means: 'Every check of the control was determined, and none failed.' },
  'not-satisfied': {
    glyph: '✗',
    word: 'not satisfied',
    means: 'At least one check of the control failed on at least one host.',
  },
  undetermined: {
    glyph: '?',
    word: 'undetermined',
    means:
      'Nothing failed, but at least one check could not be determined or was left out, every one is not applicable, or no check looks at the control.',
  },
};

/** What a reason of `unknown` means, and what a person does about it. */
export const REASON: Readonly<
  Record<Reason, { readonly title: string; readonly means: string; readonly next: string }>
> = {
  unreachable: {
    title: 'Not reachable',
    means: 'No SSH connection to the host came about.',
    next: 'Check the address, the port and the network path, then scan again.',
  },
  stopped: {
    title: 'Not scanned',
    means: 'The run ended before the scan of this host was done, so nobody knows whether it can be reached.',
    next: 'Scan again, and give the run more time (`--run-timeout`) or more hosts at a time (`-c`).',
  },
  'host-key': {
    title: 'Host key not trusted',
    means: 'The host key is unknown or has changed, so the host was not scanned.',
    next: 'Compare the fingerprint with the console of the host before you add it to known_hosts.',
  },
  auth: {
    title: 'Log-in refused',
    means: 'The host refused the log-in.',
    next: 'Install the public key for the log-in user, or name another user or key in the inventory.',
  },
  timeout: {
    title: 'Time limit reached',
    means: 'It did not end within its time limit.',
    next: 'Look at the load of the host, or raise the limit.',
  },
  'no-privilege': {
    title: 'Missing privilege',
    means: 'The log-in user may not run the command as root.',
    next: 'Add the named sudoers line; `fleetproof plan --sudoers` prints the whole file.',
  },
  'tool-missing': {
    title: 'Missing tool',
    means: 'The host lacks the tool that would show it.',
    next: 'Install the tool, or leave the check out of the baseline for these hosts.',
  },
  unreadable: {
    title: 'Not readable',
    means: 'The command ended with an error, or a file could not be read.',
    next: 'Run the command of the evidence on the host and read its message.',
  },
  unparseable: {
    title: 'Not understood',
    means: 'The answer was not in a form that is understood.',
    next: 'Report the excerpt: this form should become readable.',
  },
  truncated: {
    title: 'Cut off',
    means: 'The output was cut off before it was complete.',
    next: 'Scan again; where it stays, report which command prints so much.',
  },
  'not-observable': {
    title: 'Not observable',
    means: 'It cannot be seen from where the scan looks.',
    next: 'Look from another place, or have it attested.',
  },
  'needs-attestation': {
    title: 'Attestation missing',
    means: 'No probe can look there, and no statement was handed in.',
    next: 'Have the responsible person attest it.',
  },
  'attestation-expired': {
    title: 'Attestation expired',
    means: 'The statement is past its validity.',
    next: 'Have it renewed.',
  },
  internal: {
    title: 'Internal error',
    means: 'The check itself broke.',
    next: 'This is a defect of fleetproof; please report it.',
  },
};

export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** `1 host`, `2 hosts`, `5,000 hosts`. */
export function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${thousands(amount)} ${amount === 1 ? noun : plural}`;
}

/** Independent of the machine's locale, so that reports are equal everywhere. */
export function thousands(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `97.3 %`; rounded down, so that 100 % means all. */
export function percent(share: number): string {
  return `${(Math.floor(share * 1000 + 1e-9) / 10).toFixed(1).replace(/\.0$/, '')} %`;
}

/** Of milliseconds: `0.8 s`, `12 s`, `3 min 05 s`, `2 h 04 min`, `3 d 12 h`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${String(hours % 24).padStart(2, '0')} h`;
}

/** `512 B`, `18.4 kB`, `1.2 MB`: decimal units. */
export function bytes(amount: number): string {
  if (amount < 1000) return `${amount} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = amount / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

/** `2026-11-22T01:00:00.000Z` as `2026-11-22 01:00:00 UTC`; anything else unchanged. */
export function instant(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

/** Milliseconds between two instants; 0 where one cannot be read. */
export function between(from: string, to: string): number {
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

/** What the run looked at, and which checks of its baselines it therefore left out. */
export function viewText({ view, checksLeftOut }: Pick<RunEntry, 'view' | 'checksLeftOut'>): string {
  const looked = {
    both: 'hosts from inside and from outside',
    inside: 'hosts from inside only',
    outside: 'sites from outside only',
  }[view];
  if (checksLeftOut.length === 0) return looked;
  return `${looked}; ${count(checksLeftOut.length, 'check')} of the baselines left out: ${checksLeftOut.join(', ')}`;
}

/** Why the run ended before its hosts were done, as the start of a sentence; empty when it did not. */
export function earlyEnd(
  { interrupted }: Pick<RunEntry, 'interrupted'>,
  { byReason }: Pick<Summary, 'byReason'>,
): string {
  if (interrupted) return 'Interrupted: the run was stopped';
  return (byReason.stopped ?? 0) > 0 ? 'Out of time: the run reached its time limit' : '';
}

/** That this is no scan, and where its evidence is from; empty for a scan. */
export function againText({ judgedAgain }: Pick<RunEntry, 'judgedAgain'>): string {
  if (judgedAgain === undefined) return '';
  const { at, tool, from } = judgedAgain;
  return `${instant(at)} by ${tool.name} ${tool.version}, from the evidence of run ${from.id}`;
}

/** Which hosts of the inventory were left out on purpose; empty when none were. */
export function excludedText({ excludedHosts }: Pick<RunEntry, 'excludedHosts'>, most: number): string {
  if (excludedHosts.length === 0) return '';
  const named = excludedHosts.slice(0, most).join(', ');
  const more = excludedHosts.length > most ? ` and ${thousands(excludedHosts.length - most)} more` : '';
  return `${count(excludedHosts.length, 'host')} of the inventory left out on purpose: ${named}${more}.`;
}

/** How much of the inventory this run was about; empty when it was all of it. */
export function scopeText({ excludedHosts }: Pick<RunEntry, 'excludedHosts'>, total: number): string {
  if (excludedHosts.length === 0) return '';
  return `${thousands(total)} of ${count(total + excludedHosts.length, 'host')} of the inventory selected`;
}

/** A site as people write it: without the port that its scheme has anyway. */
export function siteText(url: string): string {
  return url.replace(/^(https:.*):443$|^(http:.*):80$/, '$1$2');
}
