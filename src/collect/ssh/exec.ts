import type { Client, ClientChannel } from 'ssh2';
import { type BufferPool, bufferPool } from '../../model/buffers.ts';
import type { Host } from '../../model/host.ts';
import { where } from './auth.ts';
import { within } from './deadline.ts';
import type { LoggedIn } from './login.ts';
import { type Ending, type ExecResult, SshFailure, Stopped } from './outcome.ts';
import { printable } from './text.ts';
import { allowance, type Caps, type Gate } from './transport.ts';

/** How long a channel that stays open after the exit status may be silent. */
const LULL_MS = 1000;

/** Room for what most hosts write, in bytes: growing would copy it over and over. */
const stdoutBuffers = bufferPool(256 * 1024, 64);
const stderrBuffers = bufferPool(16 * 1024, 64);

/** The command after the server took it. */
export interface Running {
  readonly startedAtMs: number;
  readonly result: Promise<ExecResult>;
}

/**
 * Starts the one command, on a plain channel: no terminal, no environment, no agent.
 * @throws SshFailure (unreachable) when the server refuses it; the reason of `stop` when that aborts first
 */
export async function startCommand(
  { client, gate }: LoggedIn,
  host: Host,
  command: string,
  stdin: string,
  caps: Caps,
  stop: AbortSignal,
): Promise<Running> {
  const refused = (why: string) =>
    new SshFailure(
      'unreachable',
      `${where(host)} let ${printable(host.user)} in but did not start a command: ${printable(why)}. Check the account's shell, ForceCommand and MaxSessions.`,
    );
  return within<Running>(
    0,
    () => refused('no answer'),
    stop,
    (done, fail) => {
      const onClose = () => fail(refused('the connection was closed'));
      client.once('close', onClose);
      client.exec(command, (error, channel) => {
        // Every connection is closed in the end.
        client.off('close', onClose);
        if (error) fail(refused(error.message));
        // At once: the exit status may be in the packets that came along.
        else done({ startedAtMs: Date.now(), result: collect(client, gate, channel, stdin, caps, stop) });
      });
    },
  );
}

/** Feeds the command its input and collects what it writes, until it ends, is cut off at a cap, or has to stop. */
function collect(
  client: Client,
  gate: Gate,
  channel: ClientChannel,
  stdin: string,
  caps: Caps,
  stop: AbortSignal,
): Promise<ExecResult> {
  const stdout = sink(caps.maxStdoutBytes, stdoutBuffers);
  const stderr = sink(caps.maxStderrBytes, stderrBuffers);
  let exitCode: number | null = null;
  let signal: string | null = null;
  return new Promise<ExecResult>((resolve) => {
    // A process that outlives the command (a root one that nobody here may kill) keeps the channel open: once the
    // exit status is here and nothing has come for a while, that was all.
    let lull: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(lull);
      lull = setTimeout(() => finish('exit'), LULL_MS);
    };
    const add = (to: ReturnType<typeof sink>) => (chunk: Buffer) => {
      if (!to.add(chunk)) finish('cap');
      else if (lull !== undefined) wait();
    };
    const finish = (ended: Ending) => {
      clearTimeout(lull);
      stop.removeEventListener('abort', onStop);
      const [out, errors] = [stdout.take(), stderr.take()];
      const release = () => {
        out.release();
        errors.release();
      };
      resolve({ stdout: out.bytes, stderr: errors.bytes, exitCode, signal, ended, release });
    };
    const onStop = () => finish(stop.reason instanceof Stopped ? stop.reason.ended : 'aborted');
    const ended = both(() => finish(exitCode === null && signal === null ? 'closed' : 'exit'));
    stop.addEventListener('abort', onStop);
    gate.allowance = allowance(caps);
    gate.onFlood = () => finish('cap');
    client.on('close', () => finish('closed'));
    channel.on('exit', (code: number | null, name?: string) => {
      exitCode = code;
      signal = name === undefined ? null : printable(name, 32);
      wait();
    });
    channel.on('data', add(stdout));
    channel.stderr.on('data', add(stderr));
    channel.on('error', () => finish('closed')).on('close', ended.first);
    channel.stderr.on('error', () => finish('closed')).on('close', ended.second);
    channel.end(stdin);
  });
}

function both(then: () => void): { first: () => void; second: () => void } {
  const pending = new Set(['first', 'second']);
  const done = (which: string) => () => {
    pending.delete(which);
    if (pending.size === 0) then();
  };
  return { first: done('first'), second: done('second') };
}

/** What a stream brought, in a buffer that others may use after `release`. */
interface Taken {
  readonly bytes: Buffer;
  readonly release: () => void;
}

/**
 * Bytes up to a cap, copied into one growing buffer: a host that sends single bytes must not make us keep a million
 * small buffers. `add` is false once the cap is passed, and after `take`, which ends it.
 */
function sink(cap: number, pool: BufferPool): { add: (chunk: Buffer) => boolean; take: () => Taken } {
  let buffer: Buffer | null = null;
  let length = 0;
  let isOver = false;
  const grow = (room: number): Buffer => {
    const larger = pool.take(buffer === null ? room : Math.min(cap, 2 * room));
    if (buffer !== null) {
      buffer.copy(larger, 0, 0, length);
      pool.give(buffer);
    }
    buffer = larger;
    return larger;
  };
  return {
    add(chunk) {
      if (isOver) return false;
      const part = chunk.subarray(0, cap - length);
      const room = length + part.length;
      const into = buffer === null || room > buffer.length ? grow(room) : buffer;
      part.copy(into, length);
      length = room;
      return part.length === chunk.length;
    },
    take() {
      isOver = true;
      const own = buffer;
      buffer = null;
      let isHeld = own !== null;
      const release = () => {
        if (isHeld && own !== null) pool.give(own);
        isHeld = false;
      };
      return { bytes: own?.subarray(0, length) ?? NOTHING, release };
    },
  };
}

const NOTHING = Buffer.alloc(0);
