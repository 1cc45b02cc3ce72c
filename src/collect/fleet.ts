import pLimit from 'p-limit';
import type { Capture, Host } from '../model/host.ts';
import { collectHost, neverScanned, notLoggedIn, type Program, type Unread } from './collector.ts';
import { jumpLimiter, type SshOptions } from './ssh/session.ts';

export interface FleetOptions {
  /** Hosts at a time. */
  readonly concurrency: number;
  /** Hosts at a time through one jump host. */
  readonly perJumpHost: number;
  /** Hosts start up to this many milliseconds late, so that a fleet does not answer in one beat. */
  readonly jitterMs: number;
  readonly ssh: SshOptions;
  onStart(host: Host): void;
  /** Adds what the network shows of the host, in the same turn; missing: the outside view is not taken. */
  readonly lookFromOutside?: (capture: Capture) => Promise<Capture>;
}

/**
 * Collects from every host and hands on what each brought back, in the order hosts end. A host that cannot be
 * reached, or whose turn never came, comes as a capture too. Rejects only when `take` does: then no
 * further host is contacted, because nothing of it could be kept.
 */
export async function collectFleet(
  hosts: readonly Host[],
  program: Program,
  options: FleetOptions,
  take: (unread: Unread) => Promise<void>,
): Promise<void> {
  const slots = pLimit(options.concurrency);
  const throughJumps = jumpLimiter(options.perJumpHost);
  let failure: { readonly cause: unknown } | undefined;
  const one = async (host: Host) => {
    if (failure !== undefined) return;
    try {
      await take(await throughJumps(host, () => visit(host, program, options)));
    } catch (cause) {
      failure ??= { cause };
    }
  };
  await Promise.all(hosts.map((host) => slots(() => one(host))));
  if (failure !== undefined) throw failure.cause;
}

async function visit(host: Host, program: Program, options: FleetOptions): Promise<Unread> {
  const { signal } = options.ssh;
  if (!signal.aborted && options.jitterMs > 0) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * options.jitterMs));
  }
  if (signal.aborted) return ready(neverScanned(host, `${endOf(signal)} before this host had its turn.`, Date.now()));
  options.onStart(host);
  const unread =
    host.outsideOnly === true ? ready(notLoggedIn(host, Date.now())) : await collectHost(host, program, options.ssh);
  return options.lookFromOutside === undefined ? unread : ready(await options.lookFromOutside(unread()));
}

function ready(capture: Capture): Unread {
  return () => capture;
}

function endOf(signal: AbortSignal): string {
  return signal.reason instanceof Error && signal.reason.name === 'RunDeadline'
    ? 'The time limit of the whole run was reached'
    : 'The scan was interrupted';
}
