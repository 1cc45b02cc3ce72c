import type { Capture, Host, Session } from '../model/host.ts';
import type { Output, Probe } from '../model/probe.ts';
import type { Reason } from '../model/verdict.ts';
import { type Frames, type Hello, parseFrames } from './frames.ts';
import { redact } from './redact.ts';
import type { SshOptions } from './ssh/options.ts';
import type { Reached, SessionOutcome } from './ssh/outcome.ts';
import { execScript } from './ssh/session.ts';
import { printable } from './ssh/text.ts';

/** What is the same for all hosts of a run. */
export interface Program {
  readonly text: string;
  readonly nonce: string;
  readonly probes: readonly Probe[];
  /** The scanner's clock in milliseconds, which the host's clock is compared with. A replayed host has its own time. */
  readonly clock: (host: Host) => number;
}

/**
 * What a host brought back, not read yet: call it once. Its bytes become hundreds of objects, which are garbage as soon as
 * the host is judged, and cheap garbage only when that is soon.
 */
export type Unread = () => Capture;

/** Runs the program on one host. Never throws, nor does what it gives: a host ends as a typed outcome, whatever it does. */
export async function collectHost(host: Host, program: Program, ssh: SshOptions): Promise<Unread> {
  const startedAtMs = Date.now();
  const safely = (read: Unread): Unread => {
    return () => {
      try {
        return read();
      } catch (error) {
        return failed(host, startedAtMs, error);
      }
    };
  };
  try {
    const outcome = await execScript(host, 'sh', program.text, ssh);
    if (!outcome.ok) return safely(() => notReached(host, outcome));
    const nowMs = program.clock(host);
    return safely(() => reached(host, program, outcome, nowMs));
  } catch (error) {
    return () => failed(host, startedAtMs, error);
  }
}

function failed(host: Host, startedAtMs: number, error: unknown): Capture {
  return {
    ...shell(host, startedAtMs, Date.now()),
    outcome: 'unreachable',
    reason: 'internal',
    message: `The scanner failed on this host: ${error instanceof Error ? error.message : String(error)}`,
    session: noSession(host),
    hostEpoch: null,
    outputs: [],
    cost: { connections: 0, execs: 0, bytesOut: 0, bytesIn: 0, ms: Date.now() - startedAtMs },
  };
}

/** `nowMs`: what `program.clock` showed at the end. */
function reached(host: Host, program: Program, outcome: Reached, nowMs: number): Capture {
  const { exec } = outcome;
  const frames = parseFrames(exec.stdout, exec.stderr, program.nonce, program.probes);
  const trouble = troubleOf(frames, outcome, program.probes);
  exec.release();
  const base = shell(host, outcome.startedAtMs, outcome.finishedAtMs);
  const hello = frames.hello;
  return {
    ...base,
    ...(trouble === undefined ? { outcome: 'assessed' as const } : trouble),
    session: {
      loginUser: host.user,
      privilege: privilegeOf(hello, frames.outputs),
      hostKey: outcome.hostKey,
      banner: outcome.banner,
      clockOffsetSeconds:
        hello === null ? null : offsetOf(hello, nowMs - (outcome.finishedAtMs - outcome.execStartedAtMs)),
    },
    hostEpoch: hello?.epoch ?? null,
    outputs: frames.outputs,
    cost: outcome.cost,
  };
}

/** Why the collection is not whole; undefined when it is. */
function troubleOf(
  frames: Frames,
  outcome: Reached,
  probes: readonly Probe[],
): { outcome: 'partial' | 'unreachable'; reason: Reason; message: string } | undefined {
  const { exec } = outcome;
  const how: Record<typeof exec.ended, string> = {
    exit: 'the remote shell ended early',
    deadline: 'the time limit for one host was reached',
    cap: 'it printed more than the scanner accepts',
    closed: 'the connection was closed',
    aborted: 'the scan was interrupted',
  };
  const reason: Reason = exec.ended === 'deadline' ? 'timeout' : 'truncated';
  if (frames.hello === null) {
    return {
      outcome: 'unreachable',
      reason: exec.ended === 'deadline' ? 'timeout' : 'unreadable',
      message:
        `The log-in worked, but the collector never started: ${how[exec.ended]}${lastWords(outcome)}. ` +
        'The account needs a login shell that can run "sh": no forced command, no restricted shell, ' +
        'and no start file that ends the shell or reads its standard input.',
    };
  }
  if (!frames.complete) {
    return {
      outcome: 'partial',
      reason,
      message: `The collection stopped after ${frames.outputs.length} items: ${how[exec.ended]}.`,
    };
  }
  if (!frames.isStderrWhole) {
    return {
      outcome: 'partial',
      reason: 'truncated',
      message:
        'What the commands write to stderr did not come back, so nobody knows what they complained about. ' +
        'A start file of the account, or a forced command, sends it elsewhere ("exec 2>…").',
    };
  }
  const lost = frames.outputs.filter(
    (output) => output.state === 'denied' || output.state === 'timeout' || output.state === 'truncated',
  );
  if (lost.length === 0) return undefined;
  const worst = lost.some((output) => output.state === 'denied')
    ? 'no-privilege'
    : lost[0]?.state === 'timeout'
      ? 'timeout'
      : 'truncated';
  return {
    outcome: 'partial',
    reason: worst,
    message: `${lost.length} of ${probes.length} probes brought nothing whole back: ${lost.map((output) => output.probe).join(', ')}.`,
  };
}

/** How the shell ended, and the last that it said: `This account is currently not available.` */
function lastWords({ exec }: Reached): string {
  const code = exec.exitCode === null || exec.exitCode === 0 ? '' : ` (exit code ${exec.exitCode})`;
  const lines = [exec.stdout, exec.stderr].flatMap((stream) =>
    redact(stream.subarray(-2000).toString('utf8')).text.split('\n'),
  );
  const said = lines.findLast((line) => line.trim() !== '');
  return said === undefined ? code : `${code}; the last it said: ${printable(said.trim().replace(/\.$/, ''), 160)}`;
}

function offsetOf(hello: Hello, execStartedAtMs: number): number {
  return hello.epoch - Math.round(execStartedAtMs / 1000);
}

function privilegeOf(hello: Hello | null, outputs: readonly Output[]): Session['privilege'] {
  if (hello === null) return 'none';
  if (hello.uid === 0) return 'root';
  return outputs.some((output) => output.state === 'ran' && output.uid === 0) ? 'sudo' : 'none';
}

function notReached(host: Host, outcome: Extract<SessionOutcome, { ok: false }>): Capture {
  return {
    ...shell(host, outcome.startedAtMs, outcome.finishedAtMs),
    outcome: 'unreachable',
    reason: outcome.reason,
    message: outcome.message,
    session: { ...noSession(host), hostKey: outcome.hostKey, banner: outcome.banner },
    hostEpoch: null,
    outputs: [],
    cost: outcome.cost,
  };
}

function shell(host: Host, startedAtMs: number, finishedAtMs: number) {
  return {
    captureVersion: 1 as const,
    // Where the scanner keeps its keys is nobody's business who reads the evidence.
    host: {
      ...host,
      identities: [],
      knownHostsFiles: [],
      jump: host.jump.map((hop) => ({ ...hop, identities: [], knownHostsFiles: [] })),
    },
    startedAt: new Date(startedAtMs).toISOString(),
    finishedAt: new Date(finishedAtMs).toISOString(),
  };
}

function noSession(host: Host): Session {
  return { loginUser: host.user, privilege: 'none', hostKey: null, banner: null, clockOffsetSeconds: null };
}

/** A host that is only looked at from outside: nobody logs in, and until somebody has looked it is not assessed. */
export function notLoggedIn(host: Host, nowMs: number): Capture {
  return {
    ...shell(host, nowMs, nowMs),
    outcome: 'unreachable',
    reason: 'not-observable',
    message: 'Nothing was looked at: no check of the baselines looks at sites from outside.',
    session: noSession(host),
    hostEpoch: null,
    outputs: [],
    cost: { connections: 0, execs: 0, bytesOut: 0, bytesIn: 0, ms: 0 },
  };
}

/** A host whose turn never came: it stands in every report all the same. */
export function neverScanned(host: Host, message: string, nowMs: number): Capture {
  return {
    ...shell(host, nowMs, nowMs),
    outcome: 'unreachable',
    reason: 'stopped',
    message,
    session: noSession(host),
    hostEpoch: null,
    outputs: [],
    cost: { connections: 0, execs: 0, bytesOut: 0, bytesIn: 0, ms: 0 },
  };
}
