import { cannotTell } from '../../model/fact.ts';
import type { Listener } from '../../model/facts/web.ts';
import type { Probe } from '../../model/probe.ts';
import type { Outputs } from '../outputs.ts';

/** Run as root, so that it names the processes of everybody. */
const WITH_PROCESSES = 'ssh-listeners';
const READABLE = 'listeners';
export const LISTENER_PROBES = [WITH_PROCESSES, READABLE] as const;

export const listenerProbes: readonly Probe[] = [
  {
    id: READABLE,
    purpose: 'Which TCP ports the host listens on, without the processes, for hosts without sudo.',
    as: 'user',
    argv: ['ss', '-Hltn'],
  },
];

/** Everything that listens for TCP connections. Throws `Ignorance` when that was not shown, or not readably. */
export function readListeners(outputs: Outputs): readonly Listener[] {
  const { state, exitCode } = outputs.get(WITH_PROCESSES);
  return parseListeners(outputs.ran(state === 'ran' && exitCode === 0 ? WITH_PROCESSES : READABLE));
}

/**
 * Reads `ss -Hltnp`: `LISTEN 0 511 [::]:80 [::]:* users:(("nginx",pid=68,fd=6))`. An address may carry an interface
 * (`127.0.0.53%lo:53`), and `*` stands for every address of both families. Source: ss(8).
 * @returns one per address and port, sorted by port; sockets that share both (SO_REUSEPORT) are one
 */
export function parseListeners(text: string): readonly Listener[] {
  const found = new Map<string, Listener>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const match = /^LISTEN\s+\d+\s+\d+\s+(\S+):(\d{1,5})\s+\S+:\*(?:\s+(\S.*?))?\s*$/.exec(line);
    if (match === null) return cannotTell('unparseable', 'ss printed a listening socket in an unknown form.');
    const [, local = '', port = '', rest = ''] = match;
    const address = local.replace(/[[\]]/g, '').replace(/%[^:]*$/, '');
    const key = `${address} ${port}`;
    const processes = [...rest.matchAll(/\("([^"]*)",pid=/g)].map((one) => one[1] ?? '');
    found.set(key, {
      address,
      port: Number(port),
      isLoopback: isLoopback(address),
      processes: [...new Set([...(found.get(key)?.processes ?? []), ...processes])].sort(),
    });
  }
  return [...found.values()].sort((a, b) => a.port - b.port || (a.address < b.address ? -1 : 1));
}

function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\./.test(address) || address === '::1';
}
