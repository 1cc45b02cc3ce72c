import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, answersOf } from '../answers/answers.ts';
import type { Capture } from '../model/host.ts';
import type { Output } from '../model/probe.ts';
import { type Recent, recent } from '../model/recent.ts';
import { openAppendFile, readSpan, type Span } from './append-file.ts';
import { captureText, standsApart } from './capture-text.ts';
import { allWritten, causeOf, RunError, writing } from './error.ts';
import { syncFolder } from './folders.ts';
import { isRecord, openRegular, parseJson, readRegular } from './regular.ts';

/** One line for each host, in the order in which they came in. */
const CAPTURES = 'captures.ndjson';
/** Outputs that were met before, each a file that is named by its SHA-256. */
const OBJECTS = 'objects';

/** The captures of a run that is being written. */
export interface CaptureStore {
  /** Resolves when the capture and all that it refers to are written. */
  add(capture: Capture): Promise<void>;
  /** Host name → its line. */
  places(): Readonly<Record<string, Span>>;
  /** Resolves when all of them are on the disk, and not only with the kernel. */
  sync(): Promise<void>;
  close(): Promise<void>;
  /** SHA-256 of all lines, hex; once they are written. */
  sha256(): string;
}

export async function openCaptures(folder: string): Promise<CaptureStore> {
  const hash = createHash('sha256');
  const lines = await openAppendFile(join(folder, CAPTURES), hash);
  const places = new Map<string, Span>();
  const objects = objectStore(join(folder, OBJECTS));
  return {
    add(capture) {
      const { spans, done } = lines.append([captureText(capture)]);
      const [span] = spans;
      if (span !== undefined) places.set(capture.host.name, span);
      return allWritten([done, ...objects.keep(capture.outputs)]).then(() => undefined);
    },
    places: () => Object.fromEntries([...places].sort(([a], [b]) => (a < b ? -1 : 1))),
    async sync() {
      await lines.sync();
      await objects.sync();
    },
    close: () => lines.close(),
    sha256: () => hash.copy().digest('hex'),
  };
}

/** Writes each text once, one after the other: a host may send thousands, and there are only so many files to open. */
function objectStore(folder: string) {
  /** `null`: written. */
  const writes = new WeakMap<Answer, Promise<void> | null>();
  let ready: Promise<unknown> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const write = async (answer: Answer, text: string): Promise<void> => {
    ready ??= mkdir(folder);
    const path = join(folder, answer.stdoutSha256);
    await writing(path, async () => {
      await ready;
      await writeFile(path, text, { flag: 'wx', mode: 0o644, flush: true }).catch((error: NodeJS.ErrnoException) => {
        // Another command answered the same. Should that write fail, then the run does.
        if (error.code !== 'EEXIST') throw error;
      });
    });
    writes.set(answer, null);
  };
  return {
    /** The texts are synced when they are written; this is for their names. */
    sync: () => (ready === undefined ? Promise.resolve() : syncFolder(folder)),
    /** What is still to be waited for. */
    keep(outputs: readonly Output[]): Promise<void>[] {
      const waiting: Promise<void>[] = [];
      for (const [at, answer] of answersOf(outputs).entries()) {
        const output = outputs[at];
        if (output === undefined || !standsApart(output, answer)) continue;
        let known = writes.get(answer);
        if (known === undefined) {
          known = last.then(() => write(answer, output.stdout));
          last = known.catch(() => undefined);
          writes.set(answer, known);
        }
        if (known !== null) waiting.push(known);
      }
      return waiting;
    },
  };
}

/** Characters of objects that are kept while captures are read. */
const KEPT = 16_000_000;

/** What `run.json` says of the captures. */
export interface CapturesOfRun {
  /** Host name → its line. */
  readonly captures: Readonly<Record<string, Span>>;
  /** SHA-256 of `captures.ndjson`, hex. */
  readonly capturesSha256: string;
}

/**
 * The captures of a finished run, in the order of `captures`, one at a time. Throws `RunError` with what is missing or broken;
 * behind the last one where the file is not the one that was recorded, so nothing may be concluded before that.
 */
export async function* readCaptures(folder: string, run: CapturesOfRun): AsyncIterable<Capture> {
  const path = join(folder, CAPTURES);
  const objects = recent<string, string>(KEPT, (text) => text.length);
  const handle = await openRegular(path).catch((error: unknown) => {
    throw new RunError('data', `${path}: the captures of the run cannot be read (${causeOf(error)}).`, error);
  });
  try {
    const { size } = await handle.stat();
    for (const [host, span] of Object.entries(run.captures)) {
      if (!isInside(span, size)) throw new RunError('data', `${path}: the capture of ${host} is missing or cut off.`);
      const line = parseJson(readSpan(handle.fd, span, Buffer.allocUnsafe(span.bytes), path), path);
      if (!isCapture(line, host))
        throw new RunError('data', `${path}: at byte ${span.at} is not the capture of ${host}.`);
      yield await whole(line, folder, objects);
    }
    await checkSum(handle, path, run.capturesSha256);
  } finally {
    await handle.close();
  }
}

async function checkSum(handle: FileHandle, path: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const bytes of handle.createReadStream({ start: 0, autoClose: false })) hash.update(bytes);
  if (hash.digest('hex') === expected) return;
  throw new RunError('data', `${path}: this is not what was recorded; its SHA-256 is not the one in run.json.`);
}

function isInside(span: unknown, size: number): span is Span {
  if (!isRecord(span)) return false;
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
  const { at, bytes } = span;
  return isCount(at) && isCount(bytes) && at + bytes <= size;
}

/** As kept: outputs are texts, or say where their text stands. */
interface KeptCapture extends Omit<Capture, 'outputs'> {
  readonly outputs: readonly (Omit<Output, 'stdout'> & { readonly stdout: string | { readonly sha256: unknown } })[];
}

function isCapture(line: unknown, host: string): line is KeptCapture {
  return (
    isRecord(line) &&
    line.captureVersion === 1 &&
    isRecord(line.host) &&
    line.host.name === host &&
    Array.isArray(line.outputs) &&
    line.outputs.every((output) => isRecord(output) && (typeof output.stdout === 'string' || isRecord(output.stdout)))
  );
}

/** `objects`: texts that other captures referred to. */
async function whole(kept: KeptCapture, folder: string, objects: Recent<string, string>): Promise<Capture> {
  // However often one capture refers to a text, it is one.
  const own = new Map<string, string>();
  const outputs: Output[] = [];
  for (const output of kept.outputs) {
    const { stdout } = output;
    if (typeof stdout === 'string') {
      outputs.push({ ...output, stdout });
      continue;
    }
    const name = String(stdout.sha256);
    const text = own.get(name) ?? objects.get(name) ?? (await readObject(folder, name));
    own.set(name, text);
    objects.set(name, text);
    outputs.push({ ...output, stdout: text });
  }
  return { ...kept, outputs };
}

/** An object proves itself: its name is the SHA-256 of what is in it. */
async function readObject(folder: string, sha256: string): Promise<string> {
  if (!/^[0-9a-f]{64}$/.test(sha256))
    throw new RunError('data', `${join(folder, CAPTURES)}: an output refers to what is not a SHA-256.`);
  const path = join(folder, OBJECTS, sha256);
  const bytes = await readRegular(path).catch((error: unknown) => {
    throw new RunError('data', `${path}: an output that captures refer to cannot be read (${causeOf(error)}).`, error);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new RunError('data', `${path}: this is not what was recorded; its SHA-256 is another one.`);
  return bytes.toString();
}
