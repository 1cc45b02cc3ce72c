import { ownCopy } from '../model/buffers.ts';
import type { Output, Probe } from '../model/probe.ts';
import { recent } from '../model/recent.ts';
import { DEFAULT_BYTES, DEFAULT_SECONDS, LIST_SECONDS, STDERR_BYTES } from './program.ts';
import { textOf } from './texts.ts';

/** What the program said of the machine before its first item. */
export interface Hello {
  readonly uid: number;
  /** Seconds since the epoch on the host's clock. */
  readonly epoch: number;
  /** `late`: sudo had not answered when its time was over. */
  readonly sudo: 'root' | 'all' | 'some' | 'no' | 'late';
}

export interface Frames {
  /** Null when the program never started (or something else answered). */
  readonly hello: Hello | null;
  /** In the order of collection; the last one may be cut. */
  readonly outputs: readonly Output[];
  /** True when the program reached its end and every item it counted arrived. */
  readonly complete: boolean;
  /** False when the end of stderr did not arrive: nobody knows what the commands complained about. */
  readonly isStderrWhole: boolean;
}

/** What sudo says when it refuses, in the C locale; anything else with exit code 1 is the command's own. */
const SUDO_REFUSALS =
  /^(sudo(?:-rs)?: (a password is required|a terminal is required|no tty present|sorry, you must have a tty|interactive authentication is required|I'm sorry .*I'm afraid I can't do that|account validation failure|PAM .*error|.*you are not allowed)|sorry, user .* (is not allowed to execute|may not run sudo)|.* is not in the sudoers file|sudo: effective uid is not 0|sudo: .*no new privileges)/im;

/**
 * Reads the two streams of the collector. Never throws: whatever cannot be read as a whole frame is
 * `truncated` or missing from the list, and a text in front of the first nonce (a chatty profile) is ignored.
 */
export function parseFrames(stdout: Buffer, stderr: Buffer, nonce: string, probes: readonly Probe[]): Frames {
  const byId = new Map(probes.map((probe) => [probe.id, probe]));
  const parts = split(stdout, nonce);
  const errors = split(stderr, nonce);
  const isStderrWhole = errors.at(-1)?.head === 'end';
  const complaints = complaintsOf(stderr, isStderrWhole ? errors : errors.slice(0, -1));
  const ofSudo = complaints.get('sudo')?.[0] ?? NOTHING;
  const begin = parts.find(({ head }) => head.startsWith('hello '))?.head;
  const hello = helloOf(begin);
  if (hello === null) return { hello, outputs: [], complete: false, isStderrWhole };
  const first = Number(begin?.split(' ')[4] ?? 0);
  let before = first;
  const outputs: Output[] = [];
  let bye: number | null = null;
  const most = mostItems(probes);
  for (let at = 1; at < parts.length && outputs.length <= most; at += 1) {
    const part = parts[at];
    const item = part === undefined ? null : ITEM.exec(part.head);
    if (part === undefined || item === null) {
      const end = /^bye (\d+)$/.exec(part?.head ?? '');
      if (end !== null) bye = Number(end[1]);
      continue;
    }
    const [, probe = '', state = '', uid = '-', started = '0'] = item;
    const out = parts[at + 1]?.head === 'out' ? parts[at + 1] : undefined;
    const end = parts[at + 2]?.head ?? '';
    const done = /^done \d+$/.test(end) ? Number(end.slice('done '.length)) : null;
    outputs.push(
      outputOf({
        probe,
        state: state as 'ran' | 'missing' | 'denied',
        uid: uid === '-' ? null : Number(uid),
        argv: argvOf(probe, stdout, part),
        out: bodyOf(stdout, out),
        startedAt: instantOf(hello.epoch + Math.floor((Number(started) - first) / 100)),
        ms: done === null ? null : (done - Number(started)) * 10,
        // What makes a list runs before its frame is written.
        waitedMs: (probe.endsWith('.list') ? Number(started) - before : (done ?? 0) - Number(started)) * 10,
        // How many lines were left out is counted by the program itself.
        stderr: complaints.get(probe)?.shift() ?? (probe.endsWith('.skipped') ? NOTHING : null),
        ofSudo,
        nonce,
        sent: byId.get(probe),
      }),
    );
    before = done ?? before;
    // These two are no items of their own.
    if (out !== undefined && done !== null) at += 2;
  }
  return { hello, outputs, complete: bye === outputs.length, isStderrWhole };
}

/** What the program can send at most: more is not of its making, and could be anything up to the cap in pieces of a byte. */
function mostItems(probes: readonly Probe[]): number {
  return probes.reduce((sum, { each }) => sum + 1 + (each === undefined ? 0 : each.limit + 2), 0);
}

const ITEM = /^item ([a-z0-9.-]+) (ran|missing|denied) (\d+|-) (\d+)$/;
const NOTHING = Buffer.alloc(0);

/** Null for what no clock shows. */
function instantOf(epochSeconds: number): number | null {
  return epochSeconds >= 0 && epochSeconds <= LAST_SECOND ? epochSeconds : null;
}

/** What each probe wrote to stderr, run by run. */
function complaintsOf(stderr: Buffer, parts: readonly Part[]): Map<string, Buffer[]> {
  const complaints = new Map<string, Buffer[]>();
  for (const part of parts) {
    const own = complaints.get(part.head);
    if (own === undefined) complaints.set(part.head, [bodyOf(stderr, part)]);
    else own.push(bodyOf(stderr, part));
  }
  return complaints;
}

/** Command lines differ little from host to host. Bytes, about; a host may print what it likes here. */
const argvs = recent<string, readonly KnownArgv[]>(200_000, (all) =>
  all.reduce((sum, { bytes }) => sum + bytes.length, 100),
);
const MOST_ARGVS = 4;

interface KnownArgv {
  readonly bytes: Buffer;
  readonly argv: readonly string[];
}

function argvOf(probe: string, stream: Buffer, { start, end }: Part): readonly string[] {
  const alike = argvs.get(probe) ?? [];
  const known = alike.find(({ bytes }) => bytes.compare(stream, start, end) === 0);
  if (known !== undefined) return known.argv;
  const bytes = ownCopy(stream.subarray(start, end));
  const argv = bytes.toString('utf8').split('\x1f').slice(0, -1);
  argvs.set(probe, [{ bytes, argv }, ...alike].slice(0, MOST_ARGVS));
  return argv;
}

/** Where what stands behind a marker is in its stream. */
interface Part {
  /** The rest of the marker's line. */
  readonly head: string;
  readonly start: number;
  readonly end: number;
}

function bodyOf(stream: Buffer, part: Part | undefined): Buffer {
  return part === undefined || part.start === part.end ? NOTHING : stream.subarray(part.start, part.end);
}

/** Cuts a stream at every LF + nonce + space; each part is the rest of that line and what follows it. */
function split(stream: Buffer, nonce: string): Part[] {
  const marker = Buffer.from(`\n${nonce} `);
  const parts: Part[] = [];
  let at = stream.indexOf(marker);
  while (at >= 0) {
    const next = stream.indexOf(marker, at + marker.length);
    const end = next < 0 ? stream.length : next;
    const line = stream.indexOf(0x0a, at + marker.length);
    const headEnd = line < 0 || line > end ? end : line;
    const head = stream.toString('latin1', at + marker.length, Math.min(headEnd, at + marker.length + 200));
    parts.push({ head, start: Math.min(headEnd + 1, end), end });
    at = next;
  }
  return parts;
}

function helloOf(head: string | undefined): Hello | null {
  const match = /^hello 1 (\d+) (\d+) (\d+) (root|all|some|no|late) \S+$/.exec(head ?? '');
  const epoch = Number(match?.[2]);
  if (match === null || epoch > LAST_SECOND) return null;
  return { uid: Number(match[1]), epoch, sudo: match[4] as Hello['sudo'] };
}

/** Of the year 9999: no clock shows more, and few programs could write it. */
const LAST_SECOND = 253_402_300_799;

const NO_PATTERNS: readonly RegExp[] = [];

/** An item as it came in. */
interface Raw {
  readonly probe: string;
  readonly state: 'ran' | 'missing' | 'denied';
  readonly uid: number | null;
  readonly argv: readonly string[];
  readonly out: Buffer;
  readonly startedAt: number | null;
  /** Null when it did not arrive whole. */
  readonly ms: number | null;
  /** How long the program was busy with it. */
  readonly waitedMs: number;
  /** Null when it did not arrive whole. */
  readonly stderr: Buffer | null;
  /** What `sudo -l` complained about: why commands that were never tried are denied. */
  readonly ofSudo: Buffer;
  readonly nonce: string;
  /** What was sent under this name; a host may say it ran something else. */
  readonly sent: Probe | undefined;
}

function outputOf(raw: Raw): Output {
  const cap = raw.sent?.maxBytes ?? DEFAULT_BYTES;
  const patterns = raw.sent?.redact ?? NO_PATTERNS;
  const { text, exitCode } = takeExit(raw.out, raw.nonce, cap);
  const stdout = textOf(text, patterns, raw.sent?.records);
  const complaint = (raw.state === 'denied' && raw.stderr?.length === 0 ? raw.ofSudo : raw.stderr) ?? NOTHING;
  const stderr = textOf(complaint, patterns, raw.sent?.records);
  return {
    probe: raw.probe,
    state: stateOf(raw, exitCode, text.length >= cap, stderr.text),
    argv: raw.argv,
    uid: raw.uid,
    exitCode,
    startedAt: raw.startedAt,
    ms: raw.ms,
    stdout: stdout.text,
    stderr: stderr.text,
    stdoutBytes: text.length,
    stderrBytes: complaint.length,
    redactions: stdout.redactions + stderr.redactions,
  };
}

function stateOf(raw: Raw, exitCode: number | null, isFull: boolean, stderr: string): Output['state'] {
  if (raw.state !== 'ran') return raw.state;
  // What did not come could be the complaint about a file that was not read.
  if (raw.ms === null || raw.stderr === null) return 'truncated';
  if (exitCode === null) return !isFull && isOverdue(raw) ? 'timeout' : 'truncated';
  const timed = raw.argv.includes('/usr/bin/timeout');
  if (timed && (exitCode === 124 || exitCode === 137) && isOverdue(raw)) return 'timeout';
  if (exitCode === 141) return 'truncated';
  if (raw.stderr.length >= STDERR_BYTES) return 'truncated';
  if (raw.argv[0] === '/usr/bin/sudo' && exitCode === 1 && SUDO_REFUSALS.test(stderr)) return 'denied';
  return 'ran';
}

/** The time counts, not what it looks like: a listing may be cut at its cap, and a process killed for want of memory. */
function isOverdue({ probe, sent, uid, waitedMs }: Raw): boolean {
  // A root command that was never tried: sudo had not said in time what it allows.
  if (uid === null) return true;
  const seconds = probe.endsWith('.list') ? LIST_SECONDS : (sent?.timeoutSeconds ?? DEFAULT_SECONDS);
  return waitedMs >= seconds * 1000 - TOLERANCE_MS;
}

/** Recordings have their times in whole seconds. */
const TOLERANCE_MS = 1000;

/** Output ends with nonce and three digits when the command came to its end inside the cap. */
function takeExit(out: Buffer, nonce: string, cap: number): { text: Buffer; exitCode: number | null } {
  const tail = out.toString('latin1', Math.max(0, out.length - nonce.length - 3));
  if (!tail.startsWith(nonce) || !/^\d{3}$/.test(tail.slice(nonce.length))) {
    // The host lets through as many more bytes as the trailer has, which may be a part of it.
    return { text: out.subarray(0, cap), exitCode: null };
  }
  return { text: out.subarray(0, out.length - nonce.length - 3), exitCode: Number(tail.slice(nonce.length)) };
}
