import { setMaxListeners } from 'node:events';
import { Socket } from 'node:net';
import pLimit from 'p-limit';
import type { ExchangeState, TcpExchange } from '../../model/exchange.ts';
import { begin, dial, notRun, pause, troubleOf, type Visit } from './visit.ts';

const IN_FLIGHT = 16;
const MOST_RECEIVED = 64;

/** How one attempt to connect ended, with what the service said of itself. */
interface Tried {
  readonly state: ExchangeState;
  readonly error: string;
  readonly received: Buffer;
}

/**
 * Tries TCP ports of one address. The SSH port must answer before and after, and a port where the host does not listen
 * must not: else something in between answers or drops, and the rest proves nothing. Never throws.
 */
export async function probePorts(
  address: string,
  sshPort: number,
  ports: readonly number[],
  visit: Visit,
): Promise<readonly TcpExchange[]> {
  // One listener per port in flight is no leak.
  setMaxListeners(0, visit.signal);
  const began = performance.now();
  const tryPort = (port: number, kind: string) => exchange(address, port, kind, visit);
  const others = ports.filter((port) => port !== sshPort);
  const closed = closedPort([...ports, sshPort]);
  const before = await tryPort(sshPort, 'open-before');
  if (before.state !== 'answered') {
    const skip = (port: number, kind: string) => notTried(address, port, kind, before.error);
    return [before, skip(closed, 'closed'), ...others.map((port) => skip(port, 'port')), skip(sshPort, 'open-after')];
  }
  const slots = pLimit(IN_FLIGHT);
  const tried = await Promise.all([
    slots(() => tryPort(closed, 'closed')),
    ...others.map((port) => slots(() => tryPort(port, 'port'))),
  ]);
  // sshd counts these two as well (PerSourcePenalties).
  await pause(Math.max(0, visit.limits.sshGap - (performance.now() - began)), visit);
  return [before, ...tried, await tryPort(sshPort, 'open-after')];
}

/** A high port that is not among those to try; the same in every run. */
function closedPort(taken: readonly number[]): number {
  let port = 61_987;
  while (taken.includes(port)) port -= 1;
  return port;
}

async function exchange(address: string, port: number, kind: string, visit: Visit): Promise<TcpExchange> {
  const done = begin();
  let tried = await attempt(address, port, visit);
  if (tried.state === 'timeout' && kind !== 'closed') {
    await pause(visit.limits.retry, visit);
    tried = await attempt(address, port, visit);
  }
  const { state, error, received } = tried;
  const data = { received: received.toString('base64'), bytesIn: received.length };
  return { ...base(address, port, kind), state, error, ...data, ...done() };
}

async function attempt(address: string, port: number, visit: Visit): Promise<Tried> {
  const { limits } = visit;
  const socket = await dial(address, port, { ...visit, limits: { ...limits, connect: limits.port } });
  if (!(socket instanceof Socket)) return { ...socket, received: Buffer.alloc(0) };
  return watch(socket, address, port, visit);
}

/** A connection that is reset at once was taken by something in between, not by a service. Nothing is sent. */
function watch(socket: Socket, address: string, port: number, visit: Visit): Promise<Tried> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const end = (state: ExchangeState, error: string) => {
      clearTimeout(timer);
      visit.signal.removeEventListener('abort', stop);
      socket.destroy();
      resolve({ state, error, received });
    };
    const stop = () => {
      const { state, error } = notRun(visit.signal);
      end(state, error);
    };
    const timer = setTimeout(() => end('answered', ''), visit.limits.watch);
    visit.signal.addEventListener('abort', stop);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]).subarray(0, MOST_RECEIVED);
      if (received.length === MOST_RECEIVED) end('answered', '');
    });
    socket.on('end', () => end('answered', ''));
    socket.on('error', (error) => {
      const trouble = troubleOf(error, address, port);
      end(trouble.state, trouble.error);
    });
  });
}

function notTried(address: string, port: number, kind: string, because: string): TcpExchange {
  return { ...base(address, port, kind), ...begin()(), state: 'not-run', error: `Not tried: ${because}` };
}

function base(address: string, port: number, kind: string) {
  const sizes = { bytesOut: 0, bytesIn: 0, received: '' };
  return { id: `tcp/${address}/${port}/${kind}`, family: 'tcp', kind, site: null, address, port, ...sizes } as const;
}
