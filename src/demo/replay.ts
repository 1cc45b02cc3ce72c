import type { Capture } from '../model/host.ts';
import type { Output } from '../model/probe.ts';

/** What the collector wrote on a host. `complete` is false when the recording ends inside an item. */
export interface Replay {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly complete: boolean;
}

/** Where the centiseconds of the replayed host begin; any uptime will do. */
const BOOTED = 360_000;

/**
 * Answers a program (the text that a scanner sends to `sh`) with what was recorded, as the same two byte streams that
 * the collector wrote then: the inverse of `parseFrames`. A probe that was never recorded gets no frame, because any
 * answer would be a claim about the host: it reads as not run. What was redacted stays so.
 * Null when the text is not the collector.
 */
export function replay(capture: Capture, program: string): Replay | null {
  const nonce = /^N='([0-9a-f]{32})'$/m.exec(program)?.[1];
  if (nonce === undefined) return null;
  if (capture.hostEpoch === null) return { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), complete: false };
  const stdout: Buffer[] = [line(nonce, `hello 1 ${helloOf(capture, capture.hostEpoch)}`)];
  const stderr: Buffer[] = [line(nonce, 'sudo')];
  let count = 0;
  for (const output of answersOf(capture, callsOf(program))) {
    count += 1;
    if (!output.probe.endsWith('.skipped')) stderr.push(line(nonce, output.probe), bytesOf(output, 'stderr'));
    stdout.push(...frameOf(output, capture.hostEpoch, nonce));
    if (isCut(output)) return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), complete: false };
  }
  stdout.push(line(nonce, `bye ${count}`));
  stderr.push(line(nonce, 'end'));
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), complete: true };
}

/** As `replay`, for a host that many scanners or many addresses ask: keeps the answer to the last program. */
export function replayer(capture: Capture): (program: string) => Replay | null {
  let last: { readonly program: string; readonly answer: Replay | null } | undefined;
  return (program) => {
    if (last?.program !== program) last = { program, answer: replay(capture, program) };
    return last.answer;
  };
}

function line(nonce: string, text: string): Buffer {
  return Buffer.from(`\n${nonce} ${text}\n`);
}

function helloOf({ outputs, session }: Capture, epoch: number): string {
  const ran = (...words: string[]) => outputs.some(({ argv }) => words.every((word, at) => argv[at] === word));
  const timed = outputs.some(({ argv }) => argv.includes('/usr/bin/timeout')) ? 'timeout' : 'none';
  if (session.privilege === 'root') return `0 ${epoch} ${BOOTED} root ${timed}`;
  const uid = outputs.find((output) => output.uid !== null && output.uid !== 0)?.uid ?? 1000;
  const all = ran('/usr/bin/sudo', '-n', '--', '/usr/bin/timeout');
  const sudo = all ? 'all' : outputs.some((output) => output.uid === 0) ? 'some' : 'no';
  return `${uid} ${epoch} ${BOOTED} ${sudo} ${timed}`;
}

/** Ids of the probes in the order in which they run. What makes a list is a snippet of its own, which is passed over. */
function callsOf(program: string): string[] {
  const text = program.replace(/^L=\$\(\{ \{ \(\n[\s\S]*?\n\) <\/dev\/null 2>&4 /gm, '');
  // To the end of the last word: a quoted one may hold lines that look like calls.
  const call =
    /^(?:run|list [a-z0-9-]+ \d+ (?:together|single)) (?:user|root) ([a-z0-9-]+) \d+ \d+ (?:[^\n'\\]|'[^']*'|\\')*$/gm;
  return [...text.matchAll(call)].map((found) => found[1] ?? '');
}

function answersOf({ outputs }: Capture, calls: readonly string[]): Output[] {
  return calls.flatMap((id) =>
    [`${id}.list`, `${id}.skipped`, id].flatMap((part) =>
      outputs.filter(({ probe, state }) => probe === part && state !== 'not-run'),
    ),
  );
}

/** The connection broke inside this item: its end was never seen. */
function isCut({ ms }: Output): boolean {
  return ms === null;
}

function frameOf(output: Output, epoch: number, nonce: string): Buffer[] {
  const began = BOOTED + 100 * ((output.startedAt ?? epoch) - epoch);
  // What sudo itself refused did run, and is told by its exit code and words.
  const state = output.state === 'missing' || (output.state === 'denied' && output.uid === null) ? output.state : 'ran';
  const argv = output.argv.map((word) => `${word}\x1f`).join('');
  return [
    line(nonce, `item ${output.probe} ${state} ${output.uid ?? '-'} ${began}`),
    Buffer.from(argv),
    line(nonce, 'out'),
    bytesOf(output, 'stdout'),
    Buffer.from(output.exitCode === null ? '' : `${nonce}${String(output.exitCode).padStart(3, '0')}`),
    ...(output.ms === null ? [] : [line(nonce, `done ${began + Math.round(output.ms / 10)}`)]),
  ];
}

/**
 * The recorded text as bytes. What was not UTF-8 stands as U+FFFD there; the recorded byte count tells how many bytes
 * each stood for (one to three), and as many that are not UTF-8 either take its place.
 */
function bytesOf(output: Output, stream: 'stdout' | 'stderr'): Buffer {
  const text = output[stream];
  const bytes = Buffer.from(text);
  let excess = bytes.length - output[`${stream}Bytes`];
  if (excess <= 0) return bytes;
  const pieces = text.split('\ufffd').map((piece) => Buffer.from(piece));
  return Buffer.concat(
    pieces.flatMap((piece, at) => {
      if (at === 0) return [piece];
      const spare = Math.min(excess, 2);
      excess -= spare;
      return [LOST[spare] ?? LOST[0], piece];
    }),
  );
}

/** Read as one U+FFFD each: the character itself, the first two bytes of a longer one, a byte that never occurs. */
const LOST = [Buffer.from('\ufffd'), Buffer.from([0xe2, 0x82]), Buffer.from([0xff])] as const;
