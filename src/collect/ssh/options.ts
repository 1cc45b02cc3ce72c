import { join } from 'node:path';
import type { Agent } from './agent.ts';
import type { KeyFile } from './keyfiles.ts';
import type { KeyPlan } from './keyplan.ts';
import type { KnownHosts } from './knownhosts.ts';
import type { RevokedKeys } from './revoked.ts';

/** How hosts are reached; the same for all hosts of a run. */
export interface SshOptions {
  /** Name lookup and TCP connection; for a host behind a jump host, the forwarded connection. */
  readonly connectSeconds: number;
  /** Identification, key exchange and log-in, of each hop. */
  readonly handshakeSeconds: number;
  /** Everything of one host, from the first packet to the end of its command. */
  readonly hostSeconds: number;
  /** How often a silent connection is probed; after three probes without an answer it counts as lost. */
  readonly keepaliveSeconds: number;
  /** A known_hosts file of our own that unknown keys are appended to and looked up in; null: unknown keys are refused. */
  readonly acceptNewHostKeys: string | null;
  /** Read when the host names none. Missing files are fine. */
  readonly knownHostsFiles: readonly string[];
  /** Read for every hop instead of all others, because who runs the scan said so; null: nobody did. */
  readonly pinnedKnownHosts: readonly string[] | null;
  /** A file of ours with the keys that were accepted before, read beside those that are not pinned; null: there is none. */
  readonly ownKnownHosts: string | null;
  /** Private key files that are tried when the host names none. Missing files are fine. */
  readonly identityFiles: readonly string[];
  /** The agent's socket, `SSH_AUTH_SOCK`. */
  readonly agentSocket: string | null;
  /** Our user id: keys that we own must not be readable by others. Null where the system has none. */
  readonly uid: number | null;
  /** Asks for the passphrase of a key file, at most three times per file and one question at a time; null: never ask. */
  readonly passphrase: ((file: string) => Promise<string | null>) | null;
  /** Hard caps over the whole command. */
  readonly maxStdoutBytes: number;
  readonly maxStderrBytes: number;
  readonly signal: AbortSignal;
  /** What is read once per run: key files, agent keys, known hosts. */
  readonly memory: SshMemory;
}

/** Files and agent answers, read once and shared by all hosts of a run. */
export interface SshMemory {
  readonly keyFiles: Map<string, Promise<KeyFile>>;
  /** Encrypted files after their passphrase was asked for. */
  readonly opened: Map<string, Promise<KeyFile>>;
  readonly knownHosts: Map<string, Promise<KnownHosts>>;
  readonly revokedKeys: Map<string, Promise<RevokedKeys>>;
  /** By the identities that a host lists: most hosts of a fleet list the same. */
  readonly plans: Map<string, Promise<KeyPlan>>;
  readonly agent: { answer: Promise<Agent> | null };
  /** The tail of the queue of passphrase questions. */
  readonly questions: { last: Promise<unknown> };
}

/** Who runs the scan, as the command line knows it. */
export interface Caller {
  /** The home directory; null: no default files in it. */
  readonly home: string | null;
  readonly uid: number | null;
  readonly agentSocket: string | null;
  readonly signal: AbortSignal;
}

/** The defaults of `ssh(1)` where it has any. Make one per run and share it: it carries the run's memory. */
export function sshOptions(caller: Caller): SshOptions {
  const inHome = (...names: string[]) =>
    caller.home === null ? [] : names.map((name) => join(caller.home ?? '', '.ssh', name));
  return {
    connectSeconds: 10,
    handshakeSeconds: 15,
    hostSeconds: 120,
    keepaliveSeconds: 10,
    acceptNewHostKeys: null,
    knownHostsFiles: [
      ...inHome('known_hosts', 'known_hosts2'),
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ],
    pinnedKnownHosts: null,
    ownKnownHosts: null,
    identityFiles: inHome('id_ed25519', 'id_ecdsa', 'id_rsa'),
    agentSocket: caller.agentSocket,
    uid: caller.uid,
    passphrase: null,
    maxStdoutBytes: 8 * 1024 * 1024,
    maxStderrBytes: 1024 * 1024,
    signal: caller.signal,
    memory: newMemory(),
  };
}

function newMemory(): SshMemory {
  return {
    keyFiles: new Map(),
    opened: new Map(),
    knownHosts: new Map(),
    revokedKeys: new Map(),
    plans: new Map(),
    agent: { answer: null },
    questions: { last: Promise.resolve() },
  };
}
