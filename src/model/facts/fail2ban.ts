import type { Fact } from '../fact.ts';

/** Facts of this subject area: fact name → shape. */
export interface Fail2banFacts {
  /** The service. Absent: fail2ban is not installed. */
  fail2ban: Fail2ban;
  /** The jail named sshd in the running server. Absent: the server has none, or no server answers. */
  sshdJail: Jail;
  /** What the files under /etc/fail2ban would make of a new server (`fail2ban-client -d`). */
  fail2banConfig: Fail2banConfig;
  jailTraces: JailTraces;
  /** Under which names sshd's messages reach the journal. Absent: no OpenSSH server is installed. */
  sshdLogging: SshdLogging;
  sshdLogSettings: SshdLogSettings;
  /** TCP ports on which sshd listens for others than the host itself. */
  sshdPorts: readonly number[];
  /** Which of the jail's banned addresses the kernel refuses. Absent: nothing is banned now. */
  bansInKernel: BansInKernel;
}

export interface Fail2ban {
  /** Of the package; null where it did not come as one. */
  readonly version: string | null;
  /** systemd's ActiveState, e.g. `active`, `failed`. */
  readonly activeState: string;
  /** systemd's UnitFileState, e.g. `enabled`; empty when there is no unit file. */
  readonly unitFileState: string;
}

/** `fail2ban-client status sshd` and `get sshd …`. */
export interface Jail {
  readonly totalFailed: number;
  readonly currentlyBanned: number;
  readonly totalBanned: number;
  readonly banned: readonly string[];
  readonly source: JailSource;
  /** Failures that lead to a ban. */
  readonly maxRetry: Fact<number>;
  /** Seconds. */
  readonly findTime: Fact<number>;
  /** Seconds; -1: for ever. */
  readonly banTime: Fact<number>;
  /** `bantime.increment`: every further ban of an address is longer. */
  readonly banTimeGrows: Fact<boolean>;
  /** Names of actions. */
  readonly actions: Fact<readonly string[]>;
  /** Addresses, networks and names that are never banned, as fail2ban prints them. */
  readonly ignored: Fact<readonly string[]>;
}

export type JailSource =
  | { readonly kind: 'files'; readonly files: readonly string[] }
  /** A journal match as journalctl(1) reads it; empty matches everything. */
  | { readonly kind: 'journal'; readonly match: string };

export interface Fail2banConfig {
  readonly jails: readonly ConfiguredJail[];
  /** Files that were written after the running server started: it has loaded them only if somebody told it to. */
  readonly changed: readonly string[];
}

export interface ConfiguredJail {
  readonly name: string;
  readonly source: JailSource;
  /** Which process names the filter accepts at the start of a line; null: it does not say. */
  readonly processes: 'sshd' | 'sshd-session' | 'other' | null;
  readonly maxRetry: number | null;
  readonly findTime: number | null;
  readonly banTime: number | null;
  /** It leaves out sshd's "Failed password", or has an `ignoreregex`: what it counts is the operator's own. */
  readonly ownPatterns: boolean;
  /** A command of the operator's (`ignorecommand`) decides whom not to ban. */
  readonly ignoredByCommand: boolean;
  readonly actions: readonly ConfiguredAction[];
}

export interface ConfiguredAction {
  readonly name: string;
  /** What its commands call, of the tools that can refuse packets. */
  readonly tools: readonly string[];
  /** As configured, e.g. `ssh,2222`; null: every port. */
  readonly ports: string | null;
  /** e.g. `tcp`; empty when the action has none. */
  readonly protocol: string;
  /**
   * Chains of the host's into which its commands put rules: `INPUT`, `hook:input` for a chain of nftables with that hook.
   * Empty: it names none. Null: not recorded.
   */
  readonly places: readonly string[] | null;
  /** What it does with packets of a banned address (`blocktype`) refuses none. */
  readonly letsIn: boolean;
}

/** What fail2ban's surroundings show to the login user. */
export interface JailTraces {
  readonly logs: readonly LogFile[];
  /** Paths of logs in folders that the login user may not search: whether they are there is not known. */
  readonly closedLogs: readonly string[];
  /** Tools that can refuse packets and are on this host. */
  readonly tools: readonly string[];
  /** Epoch seconds at which the running server made its socket; null: it has none. */
  readonly startedAt: number | null;
  /** The failed log-ins from other machines among the last 500 sshd messages in the journal, where it may be read. */
  readonly failures: readonly FailedLogin[];
  /** Bans that failed since the last start of the jail; null: the log may not be read. */
  readonly failedBans: number | null;
}

export interface FailedLogin {
  /** Epoch seconds. */
  readonly at: number;
  /** The address it came from; null: not recorded, or none was in the message. */
  readonly from: string | null;
}

export interface LogFile {
  readonly path: string;
  readonly bytes: number;
  /** Epoch seconds. */
  readonly modified: number;
}

export interface SshdLogging {
  /** The running unit, e.g. `ssh.service`; null when no usual one is active. */
  readonly unit: string | null;
  /** Since OpenSSH 9.8 a process of its own, sshd-session, speaks for each connection. */
  readonly process: 'sshd' | 'sshd-session';
}

/** Where sshd's messages go. Source: `LogLevel` and `SyslogFacility`, sshd_config(5), as `sshd -T` prints them. */
export interface SshdLogSettings {
  /** e.g. `INFO`. */
  readonly level: string;
  /** e.g. `AUTH`. */
  readonly facility: string;
  /** `LogLevel` in Match blocks that a stranger's log-in can meet. */
  readonly inMatch: Fact<readonly MatchLogLevel[]>;
}

export interface MatchLogLevel {
  readonly level: string;
  /** `/etc/ssh/sshd_config line 57`. */
  readonly origin: string;
}

/** Addresses that were banned after the rules of the kernel were read. */
export interface BansInKernel {
  readonly refused: readonly string[];
  /** Let in, and banned before the rules were read as well. */
  readonly missing: readonly string[];
}
