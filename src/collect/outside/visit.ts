import { createConnection, type Socket } from 'node:net';
import type { ExchangeState } from '../../model/exchange.ts';

/** What is the same for all exchanges with one host. */
export interface Visit {
  /** Aborts when the run is interrupted or the time for this host is up. */
  readonly signal: AbortSignal;
  /** Who we say we are: `fleetproof/1.2.3`. */
  readonly agent: string;
  readonly limits: Limits;
  /** Besides the roots that come with Node: files of the baseline's `caFile`. */
  readonly trust: readonly TrustFile[];
  /** True: list every protocol version, suite and group instead of the compliance plan. */
  readonly tlsFull: boolean;
}

export interface TrustFile {
  readonly path: string;
  readonly pem: string;
}

/** Milliseconds. */
export interface Limits {
  readonly connect: number;
  /** From the connection to the end of the flight that answers a hello. */
  readonly hello: number;
  /** A whole HTTP response. */
  readonly response: number;
  readonly sshBanner: number;
  readonly sshKeyExchange: number;
  /** Between two exchanges with one site. */
  readonly gap: number;
  /** Between two connections to one sshd, whose PerSourcePenalties count them (sshd_config(5), OpenSSH 9.8). */
  readonly sshGap: number;
  /** For one TCP port to answer. */
  readonly port: number;
  /** How long an open port is watched for a reset. */
  readonly watch: number;
  /** Before the one repetition of an exchange that was reset, closed or not answered. */
  readonly retry: number;
}

export const LIMITS: Limits = {
  connect: 5_000,
  hello: 5_000,
  response: 10_000,
  sshBanner: 5_000,
  sshKeyExchange: 10_000,
  gap: 20,
  sshGap: 2_000,
  port: 3_000,
  watch: 200,
  retry: 1_000,
};

export type Trouble = { readonly state: Exclude<ExchangeState, 'answered'>; readonly error: string };

/**
 * Opens a TCP connection to an IP address. The caller ends the socket. Never throws: a kernel that drops packets says
 * nothing for two minutes, so the time limit is our own.
 */
export function dial(address: string, port: number, { signal, limits }: Visit): Promise<Socket | Trouble> {
  if (signal.aborted) return Promise.resolve(notRun(signal));
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port });
    const end = (result: Socket | Trouble) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      socket.removeAllListeners();
      if (result !== socket) socket.destroy();
      // Whoever takes the socket listens for its errors; until then they must not end the process.
      socket.on('error', () => undefined);
      resolve(result);
    };
    const stop = () => end(notRun(signal));
    const late = () =>
      end({ state: 'timeout', error: `${place(address, port)} did not answer within ${limits.connect / 1000} s.` });
    const timer = setTimeout(late, limits.connect);
    signal.addEventListener('abort', stop);
    socket.once('connect', () => end(socket));
    socket.once('error', (error) => end(troubleOf(error, address, port)));
  });
}

/** What an error of a socket means. */
export function troubleOf(error: Error, address: string, port: number): Trouble {
  const code = (error as NodeJS.ErrnoException).code ?? error.message;
  const where = place(address, port);
  switch (code) {
    case 'ECONNREFUSED':
      return { state: 'refused', error: `${where} refused the connection.` };
    case 'ECONNRESET':
    case 'EPIPE':
      return { state: 'reset', error: `${where} reset the connection.` };
    case 'ETIMEDOUT':
      return { state: 'timeout', error: `${where} did not answer.` };
    default:
      return { state: 'unreachable', error: `${where} cannot be reached from here (${code}).` };
  }
}

/** Why an address is not looked at on purpose, as a full sentence: the reason of a signal that was never to run. */
export class LeftOut extends Error {}

/** The visit of an address that is not looked at: every exchange is recorded as not run, with this sentence. */
export function leftOut(visit: Visit, because: string): Visit {
  return { ...visit, signal: AbortSignal.abort(new LeftOut(because)) };
}

export function notRun({ reason }: AbortSignal): Trouble {
  if (reason instanceof LeftOut) return { state: 'not-run', error: reason.message };
  const late = reason instanceof Error && reason.name === 'TimeoutError';
  return { state: 'not-run', error: late ? 'The time for this host was up.' : 'The scan was stopped before this.' };
}

export function place(address: string, port: number): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Resolves after so many milliseconds, or at once when the visit ends. */
export function pause(ms: number, { signal }: Visit): Promise<void> {
  if (signal.aborted || ms === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}

/** The fields that say when an exchange took place; `begin()` at its start, the result at its end. */
export function begin(): () => { readonly startedAt: string; readonly ms: number } {
  const at = Date.now();
  const from = performance.now();
  return () => ({ startedAt: new Date(at).toISOString(), ms: Math.round(performance.now() - from) });
}
