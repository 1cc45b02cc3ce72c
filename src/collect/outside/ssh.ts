import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { SshExchange } from '../../model/exchange.ts';
import type { Host } from '../../model/host.ts';
import { type KexInit, readGreeting } from '../../wire/ssh.ts';
import { greet, isOldProtocol } from './ssh/greeting.ts';
import { askHostKey, KEX } from './ssh/host-key.ts';
import { begin, pause, place, type Visit } from './visit.ts';

/**
 * sshd counts connections that do not log in, per source address, and locks out (PerSourcePenalties, OpenSSH 9.8): this
 * many from here, the two of the port controls not counted, with a pause before each and after the last.
 */
const MOST_CONNECTIONS = 3;

interface KeyKind {
  readonly name: string;
  readonly algorithms: readonly ServerHostKeyAlgorithm[];
}

/** Types whose size their name does not tell. */
const SIZED: readonly KeyKind[] = [
  { name: 'rsa', algorithms: ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] },
  { name: 'dss', algorithms: ['ssh-dss'] },
];
const FIXED: readonly KeyKind[] = [
  { name: 'ed25519', algorithms: ['ssh-ed25519'] },
  { name: 'ecdsa', algorithms: ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'] },
];

/** What ends all questions to one sshd: it dropped us after it had answered. */
const DROPPED = new Set<SshExchange['state']>(['refused', 'reset', 'closed', 'timeout', 'unreachable']);

/**
 * Looks at the face that sshd shows a stranger: its algorithms, the host keys whose size only a key exchange tells, and
 * with the first of them the methods that are offered to the user who scans. Never a password, never another user.
 */
export async function probeSsh(host: Host, address: string, visit: Visit): Promise<readonly SshExchange[]> {
  const record = recorder(address, host.port);
  const { exchange: first, attempts } = await introduce(record, address, host.port, visit);
  const kinds = first.state === 'answered' ? kindsOf(first, address, host.port) : because(first);
  if (typeof kinds === 'string') {
    await pause(visit.limits.sshGap, visit);
    return [first, record('host-key', { state: 'not-run', error: kinds })];
  }
  const exchanges = [first];
  let stopped = '';
  for (const [index, { name, algorithms }] of kinds.entries()) {
    if (stopped === '' && attempts + index >= MOST_CONNECTIONS) stopped = 'No more connections are made to one sshd.';
    await pause(stopped === '' ? visit.limits.sshGap : 0, visit);
    const user = index === 0 ? host.user : null;
    const done = begin();
    if (stopped !== '') {
      exchanges.push(record(`host-key-${name}`, { state: 'not-run', error: stopped, user }));
      continue;
    }
    const shown = await askHostKey({ address, port: host.port, algorithms, user }, visit);
    exchanges.push(
      record(`host-key-${name}`, { ...shown, hostKey: shown.hostKey.toString('base64'), user, ...done() }),
    );
    if (DROPPED.has(shown.state)) stopped = penalty(address, host.port);
  }
  await pause(visit.limits.sshGap, visit);
  return exchanges;
}

/** The introduction, and once more when it broke off: sshd drops connections at random when too many are open. */
async function introduce(record: Recorder, address: string, port: number, visit: Visit) {
  const done = begin();
  let greeted = await greet(address, port, visit);
  let attempts = 1;
  if (greeted.state === 'reset' || greeted.state === 'closed') {
    await pause(Math.max(visit.limits.retry, visit.limits.sshGap), visit);
    greeted = await greet(address, port, visit);
    attempts = 2;
  }
  const { received, ...rest } = greeted;
  const bytes = { received: received.toString('base64'), bytesIn: received.length };
  return { exchange: record('kexinit', { ...rest, ...bytes, ...done() }), attempts };
}

function because({ error }: SshExchange): string {
  return `Host keys and methods were not asked for: ${error}`;
}

/** Which host keys to ask for; a sentence when none can be. */
function kindsOf({ received }: SshExchange, address: string, port: number): readonly KeyKind[] | string {
  const where = place(address, port);
  const bytes = Buffer.from(received, 'base64');
  const greeting = readGreeting(bytes);
  if (greeting.state !== 'read' || isOldProtocol(bytes)) return `${where} speaks SSH protocol 1 only.`;
  const { kex, hostKey }: KexInit = greeting.value.algorithms;
  if (!kex.some((name) => KEX.some((known) => known === name))) {
    return `${where} offers no key exchange that the scanner can make, so its host keys and methods could not be asked for.`;
  }
  const offered = ({ algorithms }: KeyKind) => algorithms.some((name) => hostKey.includes(name));
  const sized = SIZED.filter(offered);
  const kinds = sized.length > 0 ? sized : FIXED.filter(offered).slice(0, 1);
  return kinds.length > 0 ? kinds : `${where} offers no host key of a type that the scanner can check.`;
}

function penalty(address: string, port: number): string {
  return `${place(address, port)} dropped a connection after it had answered before, as sshd does with an address that it penalises; nothing more was asked.`;
}

type Recorder = (kind: string, seen: Pick<SshExchange, 'state' | 'error'> & Partial<SshExchange>) => SshExchange;

function recorder(address: string, port: number): Recorder {
  return (kind, seen) => ({
    id: `ssh/${address}/${port}/${kind}`,
    family: 'ssh',
    kind,
    site: null,
    address,
    port,
    ...begin()(),
    bytesOut: 0,
    bytesIn: 0,
    received: '',
    hostKey: '',
    user: null,
    methods: null,
    letIn: false,
    ...seen,
  });
}
