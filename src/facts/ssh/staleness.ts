import { type Unknown, unknown } from '../../model/fact.ts';
import type { Outputs } from '../outputs.ts';
import type { UnitProperties } from '../systemd.ts';

const RELOAD = 'Run: sshd -t && systemctl reload ssh';
/** Seconds between clocks that are read one after the other. */
const CLOCK_NOISE = 2;

/** All times are seconds since the epoch. */
interface Changed {
  readonly path: string;
  readonly changed: number;
}

interface FileTimes {
  readonly pidFile: number | undefined;
  readonly config: readonly Changed[];
}

/**
 * Why the running sshd may not work by the files that are there now; undefined when it does. It reads them when it starts
 * and on SIGHUP, never in between. The pid file is written at both moments by the daemon itself; systemd's
 * ExecMainStartTimestamp does not move on a reload, StateChangeTimestamp does. A file's change time cannot be set back,
 * unlike its modification time, and moves when the file or folder is put in the place of another one.
 * `unit`: the service that runs it; `isOwnPidFile`: it is the daemon that the pid file names. Throws `Ignorance`.
 */
export function staleness(
  outputs: Outputs,
  files: readonly string[],
  unit: UnitProperties | undefined,
  isOwnPidFile: boolean,
): Unknown | undefined {
  const times = fileTimes(outputs);
  const clock = clockOf(outputs);
  const ofUnit = epochOf(unit?.get('StateChangeTimestamp'));
  const toldAt = isOwnPidFile ? times.pidFile : ofUnit;
  if (toldAt === undefined)
    return unknown('not-observable', 'When the running sshd last read its configuration could not be told.', RELOAD);
  const readAt = toldAt - aheadBy(unit, ofUnit, clock);
  if (clock !== undefined && readAt > clock.now + CLOCK_NOISE)
    return unknown(
      'not-observable',
      `By the host's clock it is ${when(clock.now)}, but sshd last read its configuration at ${when(readAt)}: the clock ` +
        'was set back, so which came first, that or the last change, cannot be told.',
      RELOAD,
    );
  // systemd tells whole seconds.
  const isLate = ({ changed }: Changed): boolean => (isOwnPidFile ? changed : Math.floor(changed)) > readAt;
  const late = times.config.filter(isLate).sort((a, b) => b.changed - a.changed)[0];
  if (late === undefined) return untimed(files, times);
  return unknown(
    'not-observable',
    `${late.path} changed at ${when(late.changed)}, after sshd last read its configuration at ${when(readAt)}: ` +
      'the running daemon may still work by older settings, which only a look from outside could tell.',
    RELOAD,
  );
}

function when(epoch: number): string {
  return new Date(Math.floor(epoch) * 1000).toISOString().replace('.000Z', 'Z');
}

/** A file that sshd reads and that nobody could date may have changed at any time. */
function untimed(files: readonly string[], times: FileTimes): Unknown | undefined {
  const file = files.find((one) => !times.config.some(({ path }) => path === one));
  if (file === undefined) return undefined;
  const message = `When ${file} last changed could not be seen, so the running sshd may still work by an older one.`;
  return unknown('not-observable', message, RELOAD);
}

/**
 * Reads `find -printf '%T@ %C@ %y:' -print`, and what older captures have: `stat -L -c '%Y %Z %F:%n'`. These times are of
 * what links lead to; when links changed is in the lines `changed TIME PATH`.
 */
function fileTimes(outputs: Outputs): FileTimes {
  let pidFile: number | undefined;
  const config: Changed[] = [];
  for (const line of outputs.ran('sshd-files', [0, 1]).split('\n')) {
    const [, modified, changed, path = ''] = /^(\d{1,12}(?:\.\d+)?) (\d{1,12}(?:\.\d+)?) [^:]*:(.*)$/.exec(line) ?? [];
    if (path.endsWith('.pid')) pidFile = Number(modified);
    else if (path !== '') config.push({ path, changed: Number(changed) });
  }
  for (const [, changed, path = ''] of outputs.ran('ssh-processes').matchAll(/^changed (\d{1,12}) (\/.*)$/gm))
    config.push({ path, changed: Number(changed) });
  return { pidFile, config };
}

/** `Sun 2026-11-22 02:48:00 UTC`, printed under TZ=UTC. */
function epochOf(text: string | undefined): number | undefined {
  const match = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC$/.exec(text ?? '');
  const epoch = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`) / 1000;
  return Number.isNaN(epoch) ? undefined : epoch;
}

/** What the host's clock shows, and the seconds since it was switched on. Older captures do not have them. */
function clockOf(outputs: Outputs): { readonly now: number; readonly uptime: number } | undefined {
  const match = /^clock (\d{1,12}) (\d{1,12}(?:\.\d+)?)$/m.exec(outputs.ran('ssh-processes'));
  return match === null ? undefined : { now: Number(match[1]), uptime: Number(match[2]) };
}

/**
 * Seconds by which the clock was ahead of today's when sshd read its files, and has been set back since: systemd also keeps
 * the time since the machine was switched on, which no clock moves. 0 where it does not tell.
 */
function aheadBy(
  unit: UnitProperties | undefined,
  shown: number | undefined,
  clock: ReturnType<typeof clockOf>,
): number {
  const sinceBoot = /^\d{1,16}$/.exec(unit?.get('StateChangeTimestampMonotonic') ?? '')?.[0];
  if (sinceBoot === undefined || shown === undefined || clock === undefined) return 0;
  const ahead = shown - (clock.now - (clock.uptime - Number(sinceBoot) / 1e6));
  return ahead > CLOCK_NOISE ? ahead : 0;
}
