import type { Cost } from '../../model/host.ts';
import type { Reason } from '../../model/verdict.ts';

/** How the one command ended. Only after `exit` can everything it wrote be here; the collector's end marker tells. */
export type Ending = 'exit' | 'deadline' | 'cap' | 'closed' | 'aborted';

/** What the command wrote, as bytes: nothing here is trusted or decoded. */
export interface ExecResult {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Null when no exit status arrived. */
  readonly exitCode: number | null;
  /** The signal that ended it, `SIGKILL`; null for a plain exit. */
  readonly signal: string | null;
  readonly ended: Ending;
  /**
   * Hands the memory of both streams back, for other hosts. Call it when all that is wanted was copied out of them;
   * nobody may read them from then on.
   */
  readonly release: () => void;
}

export type SessionOutcome = Reached | NotReached;

/** Logged in, with a verified host key, and the command was started. */
export interface Reached {
  readonly ok: true;
  readonly exec: ExecResult;
  /** `SHA256:…` of the verified host key. */
  readonly hostKey: string;
  /** The server's identification, `SSH-2.0-OpenSSH_9.2p1 Debian-2`. */
  readonly banner: string;
  readonly cost: Cost;
  /** The scanner's clock, in milliseconds: before the first packet, when the command was accepted, and at the end. */
  readonly startedAtMs: number;
  readonly execStartedAtMs: number;
  readonly finishedAtMs: number;
}

/** The command was not started. */
export interface NotReached {
  readonly ok: false;
  /** `unreachable`, `stopped`, `host-key`, `auth` or `timeout`; `internal` for a defect of ours. */
  readonly reason: Reason;
  /** What stood in the way, and what to do. */
  readonly message: string;
  /** `SHA256:…` when the host key was verified before it failed. */
  readonly hostKey: string | null;
  readonly banner: string | null;
  readonly cost: Cost;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

/** Trouble that a host, a network or a key file can cause; `execScript` turns it into a `NotReached`. */
export class SshFailure extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.name = 'SshFailure';
    this.reason = reason;
  }
}

/** Why everything of one host has to stop now: its time is over, or the scan was interrupted. */
export class Stopped extends SshFailure {
  readonly ended: 'deadline' | 'aborted';

  constructor(ended: 'deadline' | 'aborted', message: string) {
    super(ended === 'deadline' ? 'timeout' : 'stopped', message);
    this.name = 'Stopped';
    this.ended = ended;
  }
}
