import type { Duplex } from 'node:stream';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Client } from 'ssh2';
import type { Host } from '../../model/host.ts';
import { where } from './auth.ts';
import { within } from './deadline.ts';
import { SshFailure } from './outcome.ts';
import { printable } from './text.ts';

/**
 * Asks a jump host for a connection to the next hop (direct-tcpip, RFC 4254 §7.2).
 * @throws SshFailure (unreachable) that names both; the reason of `stop` when that aborts
 */
export function forward(client: Client, via: Host, to: Host, seconds: number, stop: AbortSignal): Promise<Duplex> {
  const failed = (why: string) =>
    new SshFailure('unreachable', `The jump host ${where(via)} did not open a connection to ${where(to)}: ${why}`);
  const late = () =>
    failed(`no answer within ${seconds} s (filtered by a firewall, switched off, or a wrong address).`);
  return within<Duplex>(seconds * 1000, late, stop, (done, fail) => {
    client.once('close', () => fail(failed('it closed the connection.')));
    client.forwardOut('127.0.0.1', 0, to.address, to.port, (error, channel) =>
      error ? fail(failed(whyNot(error))) : done(channel),
    );
  });
}

/** The reasons of RFC 4254 §5.1. */
function whyNot(error: Error & { reason?: unknown }): string {
  const said = printable(error.message.replace(/^\(SSH\) Channel open failure: /, '')) || 'no reason given';
  if (error.reason === 1) return `it does not allow it ("${said}"). Check AllowTcpForwarding and PermitOpen there.`;
  if (error.reason === 2) return `it could not reach it ("${said}").`;
  return `"${said}".`;
}

/** Runs a task when all jump hosts of its host have room. */
export type JumpLimiter = <T>(host: Host, task: () => Promise<T>) => Promise<T>;

/**
 * At most `perJumpHost` hosts at a time through the same jump host: sshd turns connections away from ten unfinished
 * log-ins upwards (MaxStartups). Limits are taken in a fixed order, so chains that cross cannot block each other.
 */
export function jumpLimiter(perJumpHost: number): JumpLimiter {
  const limits = new Map<string, LimitFunction>();
  const limitOf = (key: string) => {
    const limit = limits.get(key) ?? pLimit(perJumpHost);
    limits.set(key, limit);
    return limit;
  };
  return (host, task) => {
    const keys = [...new Set(host.jump.map(({ address, port }) => `${address.toLowerCase()} ${port}`))].sort();
    return keys.reduceRight<typeof task>((inner, key) => () => limitOf(key)(inner), task)();
  };
}
