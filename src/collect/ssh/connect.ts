import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, Socket } from 'node:net';
import { within } from './deadline.ts';
import { SshFailure } from './outcome.ts';
import { printable } from './text.ts';

/** All addresses of a name, in the order to try; rejects with the codes of getaddrinfo. */
export type LookUp = (name: string) => Promise<LookupAddress[]>;

const systemLookUp: LookUp = (name) => lookup(name, { all: true, order: 'verbatim' });

/**
 * A TCP connection to the first address of the name that takes one, all within `seconds`. Each address gets an equal
 * share of what is left, so that a filtered first address leaves time for the second.
 * @throws SshFailure (unreachable) with the cause; the reason of `stop` when that aborts
 */
export async function dial(
  address: string,
  port: number,
  seconds: number,
  stop: AbortSignal,
  lookUp: LookUp = systemLookUp,
): Promise<Socket> {
  const until = performance.now() + seconds * 1000;
  const targets = await resolve(address, seconds, stop, lookUp);
  const failures: string[] = [];
  for (const [i, target] of targets.entries()) {
    const share = (until - performance.now()) / (targets.length - i);
    try {
      return await connect(target.address, port, Math.max(share, 1), stop);
    } catch (error) {
      if (stop.aborted) throw stop.reason;
      const cause = causeOf(error, seconds);
      failures.push(targets.length === 1 ? cause : `${target.address}: ${cause}`);
    }
  }
  const place = `${printable(address)} port ${port}`;
  throw new SshFailure('unreachable', `${place} cannot be reached: ${failures.join('; ')}.`);
}

async function resolve(
  address: string,
  seconds: number,
  stop: AbortSignal,
  lookUp: LookUp,
): Promise<readonly LookupAddress[]> {
  const family = isIP(address);
  if (family !== 0) return [{ address, family }];
  const name = printable(address);
  const late = () =>
    new SshFailure('unreachable', `The name ${name} did not resolve within ${seconds} s. Check the resolver.`);
  try {
    return await within<LookupAddress[]>(seconds * 1000, late, stop, (done, fail) => {
      lookUp(address).then(done, fail);
    });
  } catch (error) {
    if (stop.aborted || error instanceof SshFailure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAI_AGAIN') {
      throw new SshFailure(
        'unreachable',
        `The name ${name} could not be looked up: no resolver answered. Check the network.`,
      );
    }
    const missing = code === 'ENOTFOUND' ? '' : ` (${code})`;
    throw new SshFailure(
      'unreachable',
      `The name ${name} does not resolve to an address${missing}. Correct it in the inventory.`,
    );
  }
}

async function connect(address: string, port: number, ms: number, stop: AbortSignal): Promise<Socket> {
  const socket = new Socket();
  socket.setNoDelay(true);
  // For the rest of its life, whoever else listens: a socket's error is never an exception.
  socket.on('error', () => undefined);
  try {
    await within<void>(
      ms,
      () => new SshFailure('unreachable', ''),
      stop,
      (done, fail) => {
        socket.once('error', fail).once('connect', done);
        socket.connect({ host: address, port, autoSelectFamily: false });
      },
    );
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function causeOf(error: unknown, seconds: number): string {
  if (error instanceof SshFailure) {
    return `no answer within ${seconds} s (filtered by a firewall, switched off, or a wrong address)`;
  }
  const { code = '', message } = error as NodeJS.ErrnoException;
  return CAUSES[code] ?? `${printable(message)}`;
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused (nothing listens there; check the port)',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to that network from here',
  ETIMEDOUT: 'no answer (filtered by a firewall, switched off, or a wrong address)',
  ECONNRESET: 'connection reset',
  EACCES: 'a local firewall rule or policy forbids the connection',
  EPERM: 'a local firewall rule or policy forbids the connection',
  EADDRNOTAVAIL: 'this machine has no free local port or address for the connection',
  EMFILE: 'this machine ran out of file descriptors (raise `ulimit -n` or lower the concurrency)',
  ENFILE: 'this machine ran out of file descriptors (lower the concurrency)',
  EINVAL: 'the address is not valid here (a link-local address needs its interface, as in fe80::1%eth0)',
};
