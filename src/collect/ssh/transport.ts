import type { Duplex } from 'node:stream';

/** The longest text before and including the identification line; RFC 4253 §4.2 wants 255 for the line alone. */
const MAX_PRELUDE = 8192;
/** What a server may send before the log-in is through. */
const MAX_LOGIN_BYTES = 1024 * 1024;

/** Hard caps over everything that one command writes. */
export interface Caps {
  readonly maxStdoutBytes: number;
  readonly maxStderrBytes: number;
}

/** Bytes on the wire for a command within its caps, with room for small packets and for rekeying. */
export function allowance(caps: Caps): number {
  return 4 * (caps.maxStdoutBytes + caps.maxStderrBytes) + 1024 * 1024;
}

/** One connection as the gate sees it. */
export interface Gate {
  /** The identification line without its end; null until it came. */
  ident: Buffer | null;
  /** What came before the identification: for "this is not SSH". */
  prelude: Buffer;
  /** Bytes that may still come before `onFlood`. */
  allowance: number;
  /** More came than any honest server sends. */
  onFlood: () => void;
}

/**
 * Stands between a connection and ssh2: hands over nothing until the server's identification line is complete, and
 * then that line in one piece. (ssh2 1.17 loses bytes when the line comes in more than two pieces: `parseHeader` keeps
 * only the first.) Also counts, so that a host cannot keep us busy with packets that never become output.
 * Call it before `client.connect({ sock })`, which listens for data with `sock.on`. `onAlien`: the first line that starts
 * with `SSH-` is of protocol 1, or there is none in 8 KiB.
 */
export function gate(sock: Duplex, onAlien: () => void, onFlood: () => void): Gate {
  const state: Gate = { ident: null, prelude: Buffer.alloc(0), allowance: MAX_LOGIN_BYTES, onFlood };
  const listen = sock.on.bind(sock);
  const guard = (deliver: (chunk: Buffer) => void) => (chunk: Buffer) => {
    state.allowance -= chunk.length;
    if (state.allowance < 0) {
      state.onFlood();
      return;
    }
    // What ssh2 answers to one piece of data leaves in one write: fewer system calls and packets.
    sock.cork();
    if (state.ident !== null) deliver(chunk);
    else openGate(state, chunk, deliver, onAlien);
    sock.uncork();
  };
  const on = (event: string, listener: (...args: unknown[]) => void) =>
    listen(event, event === 'data' ? (guard(listener) as typeof listener) : listener);
  Object.assign(sock, { on });
  return state;
}

function openGate(state: Gate, chunk: Buffer, deliver: (chunk: Buffer) => void, onAlien: () => void): void {
  state.prelude = Buffer.concat([state.prelude, chunk]);
  const start = identStart(state.prelude);
  const end = start < 0 ? -1 : state.prelude.indexOf(0x0a, start);
  if (end < 0) {
    if (state.prelude.length > MAX_PRELUDE) onAlien();
    return;
  }
  const rest = state.prelude.subarray(start);
  const line = state.prelude.subarray(start, end);
  if (!/^SSH-(2\.0|1\.99)-[^\s]/.test(line.toString('latin1'))) {
    onAlien();
    return;
  }
  state.ident = Buffer.from(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
  state.prelude = state.prelude.subarray(0, start);
  deliver(rest);
}

/** Where a line starts with `SSH-`; -1 when none does yet. */
function identStart(bytes: Buffer): number {
  for (let at = 0; at >= 0 && at < bytes.length; ) {
    if (bytes.toString('latin1', at, at + 4) === 'SSH-') return at;
    const newline = bytes.indexOf(0x0a, at);
    at = newline < 0 ? -1 : newline + 1;
  }
  return -1;
}
