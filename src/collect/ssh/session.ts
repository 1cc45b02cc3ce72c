import { setMaxListeners } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { Cost, Host } from '../../model/host.ts';
import { noKeyMessage, where } from './auth.ts';
import { dial } from './connect.ts';
import { within } from './deadline.ts';
import { startCommand } from './exec.ts';
import { loadTrust } from './hostkeys.ts';
import { forward } from './jumps.ts';
import { planKeys } from './keyplan.ts';
import { type Hop, type LoggedIn, logIn } from './login.ts';
import type { SshOptions } from './options.ts';
import { type Reached, type SessionOutcome, SshFailure, Stopped } from './outcome.ts';
import { printable } from './text.ts';
import { allowance } from './transport.ts';

export { jumpLimiter } from './jumps.ts';
export { type SshOptions, sshOptions } from './options.ts';
export type { SessionOutcome } from './outcome.ts';

/** Made once: an error takes its stack along, which costs more than the rest of the ending. */
const OVER = new Stopped('aborted', 'The visit to this host is over.');

/** How long a peer may take to see us hang up before the socket is torn down. */
const GOODBYE_MS = 2000;

/** What one host has cost and opened so far. */
interface Visit {
  readonly hops: readonly Hop[];
  readonly startedAtMs: number;
  readonly began: number;
  /** The only TCP connection of ours; jump hosts carry the others. */
  tcp: Socket | null;
  readonly clients: Client[];
  connections: number;
  execs: number;
}

/**
 * Reaches a host, runs exactly one command there with `stdin` as its input, and hangs up. One TCP connection, plus one
 * per jump host. Never throws: whatever hosts, networks and key files do is an outcome.
 */
export async function execScript(
  host: Host,
  command: string,
  stdin: string,
  options: SshOptions,
): Promise<SessionOutcome> {
  const stop = new AbortController();
  // One listener per host in flight, and a handful per host, are no leak.
  setMaxListeners(0, options.signal, stop.signal);
  const onAbort = () => stop.abort(interrupted(host, options.signal));
  options.signal.addEventListener('abort', onAbort);
  if (options.signal.aborted) onAbort();
  let visit = newVisit([]);
  let timer: NodeJS.Timeout | undefined;
  try {
    visit = newVisit(await orStopped(() => prepare(host, options), stop.signal));
    timer = setTimeout(() => stop.abort(outOfTime(host, options)), options.hostSeconds * 1000);
    const reached = await run(visit, command, stdin, options, stop.signal);
    hangUp(visit, reached.exec.ended === 'exit');
    return reached;
  } catch (error) {
    hangUp(visit, false);
    return notReached(visit, error);
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onAbort);
    // For an agent that is still asked to sign; nobody else listens any more.
    stop.abort(OVER);
  }
}

function newVisit(hops: readonly Hop[]): Visit {
  return { hops, startedAtMs: Date.now(), began: performance.now(), tcp: null, clients: [], connections: 0, execs: 0 };
}

/** Files, agent and passphrases, before the clock runs and before the first packet. */
async function prepare(host: Host, options: SshOptions): Promise<Hop[]> {
  const route = [...host.jump, host];
  const prepareHop = async (hop: Host, i: number): Promise<Hop> => {
    const [trust, plan] = await Promise.all([loadTrust(hop, route[i - 1] ?? null, options), planKeys(hop, options)]);
    if (plan.candidates.length === 0) throw new SshFailure('auth', noKeyMessage(hop, plan, options.agentSocket));
    return { host: hop, trust, plan, banner: null, hostKey: null };
  };
  return Promise.all(route.map((hop, i) => naming(hop, i < host.jump.length, () => prepareHop(hop, i))));
}

/** Lets the message of a failure say that a jump host is the one in trouble. */
async function naming<T>(hop: Host, isJump: boolean, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isJump || !(error instanceof SshFailure) || error instanceof Stopped) throw error;
    throw new SshFailure(error.reason, `Jump host ${printable(hop.name)}: ${error.message}`);
  }
}

async function run(
  visit: Visit,
  command: string,
  stdin: string,
  options: SshOptions,
  stop: AbortSignal,
): Promise<Reached> {
  const { host, loggedIn } = await reach(visit, options, stop);
  const running = await startCommand(loggedIn, host, command, stdin, options, stop);
  visit.execs += 1;
  const exec = await running.result;
  const { hostKey, banner } = loggedIn;
  return {
    ok: true,
    exec,
    hostKey,
    banner,
    cost: cost(visit),
    startedAtMs: visit.startedAtMs,
    execStartedAtMs: running.startedAtMs,
    finishedAtMs: Date.now(),
  };
}

interface Arrived {
  readonly host: Host;
  readonly loggedIn: LoggedIn;
}

/** Logs in hop by hop, each connection inside the one before; the last is the host. */
async function reach(visit: Visit, options: SshOptions, stop: AbortSignal): Promise<Arrived> {
  let arrived: Arrived | null = null;
  for (const hop of visit.hops) {
    const before: Arrived | null = arrived;
    const isJump = hop !== visit.hops.at(-1);
    arrived = await naming(hop.host, isJump, () => goTo(hop, before, visit, options, stop));
  }
  if (arrived === null) throw new SshFailure('internal', 'There was no host to reach.');
  return arrived;
}

async function goTo(
  hop: Hop,
  before: Arrived | null,
  visit: Visit,
  options: SshOptions,
  stop: AbortSignal,
): Promise<Arrived> {
  const sock =
    before === null ? await connect(visit, hop.host, options, stop) : await tunnel(before, hop.host, options, stop);
  visit.connections += 1;
  const peer = before === null ? (visit.tcp?.remoteAddress ?? null) : null;
  const loggedIn = await logIn(sock, hop, peer, options, stop);
  visit.clients.push(loggedIn.client);
  return { host: hop.host, loggedIn };
}

async function connect(visit: Visit, host: Host, options: SshOptions, stop: AbortSignal): Promise<Socket> {
  visit.tcp = await dial(host.address, host.port, options.connectSeconds, stop);
  return visit.tcp;
}

function tunnel(before: Arrived, to: Host, options: SshOptions, stop: AbortSignal): Promise<Duplex> {
  const { client, gate } = before.loggedIn;
  // The next hop's own allowance is the tight one; this one also carries its encryption.
  gate.allowance = 2 * allowance(options);
  return forward(client, before.host, to, options.connectSeconds, stop);
}

function cost(visit: Visit): Cost {
  return {
    connections: visit.connections,
    execs: visit.execs,
    bytesOut: visit.tcp?.bytesWritten ?? 0,
    bytesIn: visit.tcp?.bytesRead ?? 0,
    ms: Math.round(performance.now() - visit.began),
  };
}

function notReached(visit: Visit, error: unknown): SessionOutcome {
  const known = error instanceof SshFailure;
  const defect = error instanceof Error ? error.message : String(error);
  const target = visit.hops.at(-1);
  return {
    ok: false,
    reason: known ? error.reason : 'internal',
    message: known ? error.message : `The scanner failed on this host: ${printable(defect)}. Please report this.`,
    hostKey: target?.hostKey ?? null,
    banner: target?.banner ?? null,
    cost: cost(visit),
    startedAtMs: visit.startedAtMs,
    finishedAtMs: Date.now(),
  };
}

function interrupted(host: Host, { reason }: AbortSignal): Stopped {
  const runIsOver = reason instanceof Error && reason.name === 'RunDeadline';
  const why = runIsOver ? 'The time limit of the whole run was reached' : 'The scan was interrupted';
  return new Stopped('aborted', `${why} before it was done with ${where(host)}.`);
}

function outOfTime(host: Host, options: SshOptions): Stopped {
  return new Stopped(
    'deadline',
    `${where(host)} was not ready to run anything within ${options.hostSeconds} s, the time for one host.`,
  );
}

/** Innermost first. Politely means: say goodbye, so that the host's log shows a normal end. */
function hangUp(visit: Visit, politely: boolean): void {
  const { tcp } = visit;
  if (tcp === null) return;
  if (!politely) {
    tcp.destroy();
    return;
  }
  for (const client of visit.clients.toReversed()) client.end();
  tcp.destroySoon();
  const timer = setTimeout(() => tcp.destroy(), GOODBYE_MS);
  tcp.once('close', () => clearTimeout(timer));
}

function orStopped<T>(work: () => Promise<T>, stop: AbortSignal): Promise<T> {
  return within<T>(
    0,
    () => new SshFailure('internal', 'No deadline was set.'),
    stop,
    (done, fail) => {
      work().then(done, fail);
    },
  );
}
