import type { Problem, Scope } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type { PendingPackage } from '../../src/model/facts/updates.ts';
import { describeAge, describeDay } from '../../src/model/units.ts';

/** How old the newest list of a living security archive can be. Debian signs its own for seven days at most. */
export const LIST_AGE_SECONDS = 7 * 86_400;

/** Below this priority apt prefers what is installed to anything from an archive. Source: apt_preferences(5). */
export const TAKEN_FROM = 100;

export function isDebian(os: Os): boolean {
  return os.id === 'debian' || os.id === 'ubuntu' || os.idLike.includes('debian');
}

/** These checks know apt; other systems update in ways that nobody here looks at. */
export function requireApt(os: Os): void {
  if (isDebian(os)) return;
  const name = os.prettyName === '' ? os.id : os.prettyName;
  cannotTell('not-observable', `fleetproof does not know how ${name} installs security updates.`);
}

/** For lists that show nothing new. */
export const REFRESH =
  'Refresh the lists, and see why nothing else does:\napt-get update\nsystemctl list-timers apt-daily.timer';

/** Clocks that are further apart than this make every age meaningless. */
const SKEW_SECONDS = 300;

/** Ages are counted on the host's clock; it has to be about right. */
export function requireClock({ clockOffsetSeconds }: Scope): void {
  if (clockOffsetSeconds === null || Math.abs(clockOffsetSeconds) <= SKEW_SECONDS) return;
  const way = clockOffsetSeconds > 0 ? 'ahead' : 'behind';
  const off = describeAge(Math.abs(clockOffsetSeconds));
  cannotTell(
    'not-observable',
    `The host's clock is ${off} ${way}, so nothing can be said about ages on it.`,
    'Set the clock, and scan again:\ntimedatectl set-ntp true',
  );
}

/** Written while the clock was wrong: how long ago that was, such a time does not tell. */
export function isAhead(epoch: number, now: number): boolean {
  return epoch - now > SKEW_SECONDS;
}

/** Ends in ignorance. `what`: the head of a sentence, "The stamp of the last run". */
export function cannotDate(what: string, epoch: number, remedy?: string): never {
  return cannotTell(
    'not-observable',
    `${what} is of ${describeDay(epoch)}, ahead of the host's clock, so how long ago that was cannot be told.`,
    remedy,
  );
}

/** A problem whose sentence says all there is to say, but for the commands that it needs beside those of the check. */
export function problem(because: string, remediation?: string): Problem {
  const actual = because.replace(/\.$/, '');
  return { because, actual, ...(remediation === undefined ? {} : { remediation }) };
}

/** `openssl 3.0.20 (3.0.22 is available)`, at most five, then how many more. */
export function describePending(packages: readonly PendingPackage[]): string {
  const shown = packages
    .slice(0, 5)
    .map(({ name, installed, fixed }) => `${name} ${installed} (${fixed} is available)`);
  const rest = packages.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
