import { createHash } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Answer, answersOf } from '../answers/answers.ts';
import type { Capture } from '../model/host.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';
import { openAppendFile, readSpan, type Span } from './append-file.ts';
import { captureText, standsApart } from './capture-text.ts';
import { causeOf, RunError, writing } from './error.ts';

/** One line for each host, in the order in which they came in. */
export const CAPTURES = 'captures.ndjson';
/** Outputs that more than one host gave, each a file that is named by its SHA-256. */
export const OBJECTS = 'objects';

/** The captures of a run that is being written. */
export interface CaptureStore {
  /** Resolves when the capture and all that it refers to are written. */
  add(capture: Capture): Promise<void>;
  /** Host name → its line; sorted by name. */
  places(): Readonly<Record<string, Span>>;
  close(): Promise<void>;
}

export async function openCaptures(folder: string): Promise<CaptureStore> {
  const lines = await openAppendFile(join(folder, CAPTURES));
  const places = new Map<string, Span>();
  const objects = objectStore(join(folder, OBJECTS));
  return {
    add(capture) {
      const { spans, done } = lines.append([captureText(capture)]);
      const [span] = spans;
      if (span !== undefined) places.set(capture.host.name, span);
      return allOf([done, ...objects.keep(capture.outputs)]);
    },
    places: () => Object.fromEntries([...places].sort(([a], [b]) => (a < b ? -1 : 1))),
    close: () => lines.close(),
  };
}

/** When one fails, the others end first: nothing may still be writing into a folder that is taken away. */
async function allOf(writes: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(writes);
  await Promise.all(writes);
}

/** Writes each text once. */
function objectStore(folder: string) {
  /** `null`: written. */
  const writes = new WeakMap<Answer, Promise<void> | null>();
  let ready: Promise<unknown> | undefined;
  const write = async (answer: Answer, text: string): Promise<void> => {
    ready ??= mkdir(folder);
    const path = join(folder, answer.stdoutSha256);
    await writing(path, async () => {
      await ready;
      await writeFile(path, text, { flag: 'wx', mode: 0o644 }).catch((error: NodeJS.ErrnoException) => {
        // Another command answered the same. Should that write fail, then the run does.
        if (error.code !== 'EEXIST') throw error;
      });
    });
    writes.set(answer, null);
  };
  return {
    /** What is still to be waited for. */
    keep(outputs: readonly Output[]): Promise<void>[] {
      const waiting: Promise<void>[] = [];
      for (const [at, answer] of answersOf(outputs).entries()) {
        const output = outputs[at];
        if (output === undefined || !standsApart(output, answer)) continue;
        let known = writes.get(answer);
        if (known === undefined) {
          known = write(answer, output.stdout);
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

/** The captures of a finished run, in the order of `places`, one at a time. Throws `RunError` with what is missing or broken. */
export async function* readCaptures(folder: string, places: Readonly<Record<string, Span>>): AsyncIterable<Capture> {
  const path = join(folder, CAPTURES);
  const objects = recent<string, string>(KEPT, (text) => text.length);
  const textOf = async (sha256: unknown): Promise<string> => {
    const known = objects.get(String(sha256));
    if (known !== undefined) return known;
    const text = await readObject(folder, sha256);
    objects.set(String(sha256), text);
    return text;
  };
  const handle = await open(path).catch((error: unknown) => {
    throw new RunError('data', `${path}: the captures of the run are missing (${causeOf(error)}).`, error);
  });
  try {
    const { size } = await handle.stat();
    for (const [host, span] of Object.entries(places)) {
      if (!isInside(span, size)) throw new RunError('data', `${path}: the capture of ${host} is missing or cut off.`);
      const capture = parse(
        readSpan(handle.fd, span, Buffer.allocUnsafe(span.bytes), path).toString(),
        path,
      ) as Capture;
      if (capture.captureVersion !== 1 || capture.host?.name !== host)
        throw new RunError('data', `${path}: at byte ${span.at} is not the capture of ${host}.`);
      yield { ...capture, outputs: await Promise.all(capture.outputs.map((output) => whole(output, textOf))) };
    }
  } finally {
    await handle.close();
  }
}

function isInside({ at, bytes }: Span, size: number): boolean {
  return Number.isSafeInteger(at) && Number.isSafeInteger(bytes) && at >= 0 && bytes >= 0 && at + bytes <= size;
}

/** As kept: a text, or where it stands. */
interface Kept extends Omit<Output, 'stdout'> {
  readonly stdout: string | { readonly sha256: string };
}

async function whole(output: Kept, textOf: (sha256: unknown) => Promise<string>): Promise<Output> {
  const { stdout } = output;
  return { ...output, stdout: typeof stdout === 'string' ? stdout : await textOf(stdout?.sha256) };
}

/** An object proves itself: its name is the SHA-256 of what is in it. */
async function readObject(folder: string, sha256: unknown): Promise<string> {
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    throw new RunError('data', `${join(folder, CAPTURES)}: an output refers to what is not a SHA-256.`);
  const path = join(folder, OBJECTS, sha256);
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new RunError('data', `${path}: an output that captures refer to is missing (${causeOf(error)}).`, error);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== sha256)
    throw new RunError('data', `${path}: this is not what was recorded; its SHA-256 is another one.`);
  return bytes.toString();
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunError('data', `${path} is not JSON: ${causeOf(error)}.`, error);
  }
}
