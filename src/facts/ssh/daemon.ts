import { Ignorance, type Unknown, unknown } from '../../model/fact.ts';
import type { OtherServer } from '../../model/facts/ssh.ts';
import type { Outputs } from '../outputs.ts';
import { readUnits, type UnitProperties } from '../systemd.ts';
import { isListener, nextOptions, optionsOf, otherFile, overridesOf, programOf } from './command-line.ts';
import { type Entry, MAIN } from './config.ts';
import { gatherDoubts } from './doubts.ts';
import { staleness } from './staleness.ts';

/** What runs, as opposed to what the files say. */
export interface Daemon {
  /** Options of the command line that override the global section, as directives. */
  readonly overrides: readonly Entry[];
  readonly otherServers: readonly OtherServer[];
  /** It reads files that were not looked at, so what the usual ones say is not what it does. */
  readonly elsewhere: boolean;
  readonly doubts: readonly Unknown[];
}

interface Process {
  readonly pid: number;
  readonly name: string;
  readonly command: string;
}

/** Where distributions have sshd; the folders may be one. Another program has files of its own. */
export const USUAL_PROGRAM = /^(\/usr)?\/s?bin\/sshd$/;
const OURS = new Set(['ssh.socket', 'sshd.socket']);

/** Never throws: what could not be seen becomes a doubt. `files`: what sshd read, as far as it is known. */
export function readDaemon(outputs: Outputs, files: readonly string[]): Daemon {
  const { list: doubts, attempt } = gatherDoubts();
  const units = unitsOf(outputs);
  const processes = attempt(
    () => readProcesses(outputs.ran('ssh-processes')),
    () => ({ all: [], pidFile: null }),
  );
  const listening = attempt(
    () => readListeners(outputs.ran('ssh-listeners')),
    () => null,
  );
  const daemons = processes.all.filter(
    ({ pid, command }) => isListener(command) && (listening === null || listening.has(pid)),
  );
  const main = mainDaemon(daemons, units, processes.pidFile);
  const running = main === undefined ? undefined : optionsOf(main.command);
  if (listening !== null && main === undefined && !isSocketActivated(units)) {
    const message = 'No listening sshd was seen among the processes, so what answers on the SSH port is not known.';
    doubts.push(unknown('not-observable', message, SHOW_PROCESSES));
  }
  doubts.push(...unseenServices(units));
  const elsewhere = attempt(
    () => elsewhereOf(main, () => outputs.ran('sshd-defaults', [0, 1, 2])),
    () => undefined,
  );
  if (elsewhere !== undefined) doubts.push(unknown('not-observable', elsewhere));
  const stale = attempt(
    () => {
      if (main === undefined) return undefined;
      const unit = [...units.values()].find((properties) => properties.get('MainPID') === String(main.pid));
      return staleness(outputs, files, unit, processes.pidFile === main.pid);
    },
    () => undefined,
  );
  const { overrides, pending } = attempt(
    () => overridesOf(running, outputs.ran('sshd-defaults', [0, 1, 2])),
    () => ({ overrides: [], pending: undefined }),
  );
  doubts.push(...[stale, pending].filter((one) => one !== undefined));
  const otherServers = [...otherDaemons(processes.all, listening, main), ...otherSockets(units)];
  return { overrides, otherServers, elsewhere: elsewhere !== undefined, doubts };
}

/** The sentence that sshd reads other files than those that were looked at. `defaults`: what starts it for a connection. */
function elsewhereOf(main: Process | undefined, defaults: () => string): string | undefined {
  const program = main === undefined ? '' : programOf(main.command);
  if (main !== undefined && !USUAL_PROGRAM.test(program))
    return `The running sshd is ${program}, another program than the one that was asked for its settings.`;
  const file = otherFile(main === undefined ? nextOptions(defaults()) : optionsOf(main.command));
  if (file === undefined) return undefined;
  const who = main === undefined ? 'SSHD_OPTS in /etc/default/ssh names' : 'The running sshd uses';
  return `${who} ${file} instead of ${MAIN}; fleetproof does not read that file.`;
}

/** What helps where root's processes are not to be seen. Source: proc(5), "hidepid". */
export const SHOW_PROCESSES =
  'Where /proc is mounted with hidepid, put the login user into the group of its gid= option.';

/** No systemd is no trouble in itself: the pid file then tells when sshd started. */
function unitsOf(outputs: Outputs): ReadonlyMap<string, UnitProperties> {
  try {
    return readUnits(outputs.ran('ssh-units'));
  } catch (error) {
    if (error instanceof Ignorance) return new Map();
    throw error;
  }
}

/** Reads what the snippet of `ssh-processes` prints. */
export function readProcesses(text: string): { all: Process[]; pidFile: number | null } {
  const all = text.split('\n').flatMap((line) => {
    const match = /^(\d{1,9}) (\S+) (.*?) *$/.exec(line);
    return match === null ? [] : [{ pid: Number(match[1]), name: match[2] ?? '', command: match[3] ?? '' }];
  });
  const pidFile = /^pidfile (\d{1,9})$/m.exec(text)?.[1];
  return { all, pidFile: pidFile === undefined ? null : Number(pidFile) };
}

/** Process ids that hold a listening TCP socket. Source: ss(8), `users:(("sshd",pid=92,fd=3))`. */
function readListeners(text: string): ReadonlySet<number> {
  return new Set([...text.matchAll(/\bpid=(\d{1,9})\b/g)].map((match) => Number(match[1])));
}

function mainDaemon(
  daemons: readonly Process[],
  units: ReadonlyMap<string, UnitProperties>,
  pidFile: number | null,
): Process | undefined {
  const ids = ['ssh.service', 'sshd.service'].map((id) => Number(units.get(id)?.get('MainPID') ?? 0));
  return (
    daemons.find(({ pid }) => ids.includes(pid)) ??
    daemons.find(({ pid }) => pid === pidFile) ??
    (daemons.length === 1 ? daemons[0] : undefined)
  );
}

function isSocketActivated(units: ReadonlyMap<string, UnitProperties>): boolean {
  return [...OURS].some((id) => units.get(id)?.get('ActiveState') === 'active');
}

/** With `Accept=yes` each connection has an sshd of its own, and only its unit says with what options: none listens. */
function unseenServices(units: ReadonlyMap<string, UnitProperties>): Unknown[] {
  const id = [...OURS].find((one) => {
    const unit = units.get(one);
    return unit?.get('ActiveState') === 'active' && unit.get('Accept') === 'yes';
  });
  if (id === undefined) return [];
  const message = `${id} starts an sshd for each connection, and what that has on its command line cannot be seen.`;
  const remedy =
    'Let one sshd serve all connections: systemctl disable --now ssh.socket && systemctl enable --now ssh.service';
  return [unknown('not-observable', message, remedy)];
}

/** Other processes that listen and speak SSH. What an sshd session listens on is a port forwarding, not a server. */
function otherDaemons(
  all: readonly Process[],
  listening: ReadonlySet<number> | null,
  main: Process | undefined,
): OtherServer[] {
  return all.flatMap((process): OtherServer[] => {
    if (process.pid === main?.pid || listening?.has(process.pid) !== true) return [];
    const isSession =
      /^sshd/.test(process.name) && !isListener(process.command) && /^sshd(-session)?: /.test(process.command);
    if (isSession) return [];
    const what = `${process.name} (process ${process.pid}, "${process.command}")`;
    if (process.name.startsWith('dropbear')) {
      const off = process.command.split(' ').some((word) => /^-[A-Za-z]*s/.test(word));
      return [{ what, passwords: off ? null : true }];
    }
    const on = optionsOf(process.command).some(
      ([flag, value]) => flag === 'o' && /^passwordauthentication *= *"?yes/i.test(value),
    );
    return [{ what, passwords: on ? true : null }];
  });
}

/** Sockets that systemd holds for another SSH server. Local sockets (sshd-unix-local, sshd-vsock) are not reachable by IP. */
function otherSockets(units: ReadonlyMap<string, UnitProperties>): OtherServer[] {
  return [...units].flatMap(([id, properties]) => {
    const isOther = id.endsWith('.socket') && !OURS.has(id) && properties.get('ActiveState') === 'active';
    const listen = properties.get('Listen') ?? '';
    if (!isOther || /^(\/|@|vsock:)/.test(listen)) return [];
    return [{ what: `${id} (systemd listens on ${listen} for it)`, passwords: null }];
  });
}
