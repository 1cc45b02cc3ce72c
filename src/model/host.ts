import type { Outside } from './exchange.ts';
import type { Output } from './probe.ts';
import type { Reason } from './verdict.ts';

/** One machine in scope, as the inventory and ~/.ssh/config resolve it. */
export interface Host {
  /** Unique in a run; what people and reports call it. */
  readonly name: string;
  /** What is dialled: a name or an address, without brackets. */
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Private key files, absolute, in the order to try. Empty: the client's defaults. */
  readonly identities: readonly string[];
  /** True: offer only `identities` (and the agent's copies of them). */
  readonly identitiesOnly: boolean;
  /** Hops to go through, first hop first. Each with its own user, key and host-key check. */
  readonly jump: readonly Host[];
  /** The name to look up in known_hosts instead of `address` (HostKeyAlias). */
  readonly hostKeyAlias?: string;
  /** known_hosts files, absolute; empty: the client's defaults. */
  readonly knownHostsFiles: readonly string[];
  /** A list of host keys that are refused wherever they stand (RevokedHostKeys), absolute. */
  readonly revokedHostKeysFile?: string;
  readonly groups: readonly string[];
  readonly tags: readonly string[];
  /** Canonical URLs of declared sites. */
  readonly sites: readonly string[];
  /** True: no log-in; only its sites are looked at, from outside. */
  readonly outsideOnly?: boolean;
  /** Declared hosting provider, compared with what the host shows. */
  readonly provider?: string;
  /** Per-host parameters of checks, over the baseline's. */
  readonly params: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Where it was declared, `file:line`, for messages. */
  readonly source: string;
}

export const OUTCOMES = ['assessed', 'partial', 'unreachable'] as const;
/** `partial`: reached, but at least one probe brought nothing back. */
export type Outcome = (typeof OUTCOMES)[number];

/** What the scan of one host cost. */
export interface Cost {
  readonly connections: number;
  readonly execs: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
  readonly ms: number;
}

/** Raw recorded output of all probes of one host. Plain JSON; facts are derived from this alone. */
export interface Capture {
  readonly captureVersion: 1;
  readonly host: Host;
  /** ISO 8601, the scanner's clock. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly outcome: Outcome;
  /** Set when `outcome` is not `assessed`. */
  readonly reason?: Reason;
  /** One sentence, and what to do. */
  readonly message?: string;
  readonly session: Session;
  /** Seconds since the epoch on the host's clock when the program started; null when never reached. */
  readonly hostEpoch: number | null;
  readonly outputs: readonly Output[];
  /** Missing: the outside view was not asked for. */
  readonly outside?: Outside;
  /** Of the SSH session alone; the outside view's exchanges carry their own. */
  readonly cost: Cost;
}

/** What the connection itself showed. */
export interface Session {
  readonly loginUser: string;
  readonly privilege: 'root' | 'sudo' | 'none';
  /** `SHA256:…` of the host key that was verified; null when the connection did not get that far. */
  readonly hostKey: string | null;
  /** The server's identification string, e.g. `SSH-2.0-OpenSSH_9.2p1 Debian-2`. */
  readonly banner: string | null;
  /** Host clock minus scanner clock, in whole seconds. */
  readonly clockOffsetSeconds: number | null;
}
