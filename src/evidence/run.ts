import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Baseline } from '../model/baseline.ts';
import { bufferPool } from '../model/buffers.ts';
import type { CommandEntry, RunEntry } from '../model/finding.ts';
import type { Capture } from '../model/host.ts';
import { roomFor, type Text, writePieces } from '../model/utf8.ts';
import { type CaptureStore, type CapturesOfRun, openCaptures } from './captures.ts';
import { causeOf, RunError, writing } from './error.ts';
import { makeFolder, syncFolder } from './folders.ts';
import { isRecord, parseJson, readRegular } from './regular.ts';
import { openSpool, type Spool } from './spool.ts';

/** `run.json`: the run itself, and what it takes to judge it again. */
export interface RunFile extends CapturesOfRun {
  readonly runVersion: 2;
  readonly run: RunEntry;
  readonly baselines: readonly Baseline[];
  /** What was sent to the hosts. */
  readonly commands: readonly CommandEntry[];
}

/** A run that is being written, under a name that no reader takes for a run. */
export interface RunDraft {
  readonly id: string;
  /** Where it is while it is written. */
  readonly folder: string;
  readonly spool: Spool;
  /** Keeps a capture: it and all that it refers to are written when this resolves. */
  addCapture(capture: Capture): Promise<void>;
  /** Opens a file of the run for a report writer; it is synced when it is closed. */
  create(name: string): Promise<Sink>;
  /** Writes `run.json` and gives the folder its name; returns that. */
  finish(entry: RunEntry, baselines: readonly Baseline[], commands: readonly CommandEntry[]): Promise<string>;
  /** Takes the draft away; nothing of a finished run. */
  discard(): Promise<void>;
}

export interface Sink {
  /** Bytes are the caller's again when this resolves. */
  write(text: Text): Promise<void>;
  close(): Promise<void>;
}

/** Sorts by time; two runs that start in the same second still differ. */
export function newRunId(now: Date): string {
  const stamp = now
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z');
  return `${stamp}-${randomBytes(4).toString('hex')}`;
}

/** Makes the draft of a run below `out`. Throws `RunError('create')` before any host is contacted. */
export async function createRun(out: string, id: string): Promise<RunDraft> {
  const folder = join(out, `.${id}.partial`);
  const { spool, captures } = await startIn(out, folder).catch((error: unknown) => {
    const what = `The output folder ${out} cannot be written: ${causeOf(error)}. Choose another with -o DIR.`;
    throw new RunError('create', what, error);
  });
  const create = (name: string) => createFile(join(folder, name));
  return {
    id,
    folder,
    spool,
    create,
    addCapture: (capture) => captures.add(capture),
    async finish(run, baselines, commands) {
      // Some file systems say only now that there was no room.
      await writing(folder, async () => {
        await captures.sync();
        await captures.close();
        await spool.close();
        await rm(join(folder, '.spool'));
      });
      const kept = { captures: captures.places(), capturesSha256: captures.sha256() };
      const file: RunFile = { runVersion: 2, run, baselines, commands, ...kept };
      await writeWhole(create, 'run.json', `${JSON.stringify(file, null, 2)}\n`);
      const final = join(out, id);
      // What has its name is whole, and stays so when the power fails.
      await writing(final, async () => {
        await syncFolder(folder);
        await rename(folder, final);
        await syncFolder(out);
      });
      return final;
    },
    async discard() {
      await Promise.allSettled([captures.close(), spool.close()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startIn(out: string, folder: string) {
  await makeFolder(out);
  // One that is there already is somebody else's.
  await mkdir(folder);
  let captures: CaptureStore | undefined;
  try {
    captures = await openCaptures(folder);
    return { captures, spool: await openSpool(join(folder, '.spool')) };
  } catch (error) {
    await captures?.close();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/** What is not written to takes no memory. */
const sinkBuffers = bufferPool(128 * 1024, 4);

async function writeWhole(create: (name: string) => Promise<Sink>, name: string, text: string): Promise<void> {
  const sink = await create(name);
  await sink.write(text);
  await sink.close();
}

async function createFile(path: string): Promise<Sink> {
  const handle = await writing(path, () => open(path, 'wx', 0o644));
  const buffer = sinkBuffers.take(0);
  let held = 0;
  const flush = async () => {
    if (held === 0) return;
    await writing(path, () => handle.writeFile(buffer.subarray(0, held)));
    held = 0;
  };
  return {
    // What is written is copied or on disk when this resolves.
    async write(text) {
      const room = roomFor([text]);
      if (held + room > buffer.length) await flush();
      if (room <= buffer.length) held = writePieces([text], buffer, held);
      else await writing(path, () => handle.writeFile(text));
    },
    async close() {
      try {
        await flush();
        await writing(path, () => handle.sync());
      } finally {
        sinkBuffers.give(buffer);
        await writing(path, () => handle.close());
      }
    },
  };
}

/** A run that was read, and the SHA-256 of its `run.json`, hex. */
export type OpenedRun = RunFile & { readonly sha256: string };

/** Reads a finished run. Throws `RunError` with what is missing or broken, and where. */
export async function openRun(folder: string): Promise<OpenedRun> {
  const path = join(folder, 'run.json');
  let bytes: Buffer;
  try {
    bytes = await readRegular(path);
  } catch (error) {
    const partial = folder.includes('.partial') ? ' It is the rest of a run that did not end.' : '';
    throw new RunError('missing', `${folder} is not a run: ${causeOf(error)}.${partial}`, error);
  }
  const file = parseJson(bytes, path);
  if (isRecord(file) && file.runVersion !== undefined && file.runVersion !== 2)
    throw new RunError('data', `${path}: this version reads run version 2, not ${JSON.stringify(file.runVersion)}.`);
  if (!isRunFile(file)) throw new RunError('data', `${path} is not what a scan writes; a part of it is missing.`);
  return { ...file, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function isRunFile(file: unknown): file is RunFile {
  return (
    isRecord(file) &&
    file.runVersion === 2 &&
    isRecord(file.run) &&
    Array.isArray(file.baselines) &&
    Array.isArray(file.commands) &&
    isRecord(file.captures) &&
    typeof file.capturesSha256 === 'string'
  );
}
