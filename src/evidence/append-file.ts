import type { Hash } from 'node:crypto';
import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bufferPool } from '../model/buffers.ts';
import { type Piece, roomFor, writePieces } from '../model/utf8.ts';
import { RunError, writing } from './error.ts';

/** Bytes of a file. */
export interface Span {
  readonly at: number;
  readonly bytes: number;
}

/** A file that only grows. What comes in together is written together, in the order in which it came. */
export interface AppendFile {
  /** Where the parts are, one behind the other. `done` resolves when they are written, or rejects with `RunError('io')`. */
  append(parts: readonly (readonly Piece[])[]): { readonly spans: readonly Span[]; readonly done: Promise<void> };
  /** Resolves when all of it is on the disk, and not only with the kernel. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What is not written to takes no memory. */
const buffers = bufferPool(4 * 1024 * 1024, 4);

/** Parts that wait for the disk. */
interface Batch {
  readonly buffer: Buffer;
  length: number;
  readonly done: Promise<void>;
}

/** An append file on a handle that was opened for it. `file`: what messages call it. `hash` is given all that is written. */
export function appendFile(handle: FileHandle, file: string, hash?: Hash): AppendFile {
  let end = 0;
  let last: Promise<unknown> = Promise.resolve();
  /** More may be added to it until its turn comes. */
  let batch: Batch | undefined;
  const newBatch = (room: number): Batch => {
    const buffer = buffers.take(room);
    const at = end;
    const write = async () => {
      if (batch === own) batch = undefined;
      try {
        const bytes = buffer.subarray(0, own.length);
        hash?.update(bytes);
        await writing(file, () => writeAll(handle, bytes, at));
      } finally {
        buffers.give(buffer);
      }
    };
    const done = last.then(write);
    last = done.catch(() => undefined);
    const own: Batch = { buffer, length: 0, done };
    return own;
  };
  return {
    append(parts) {
      const room = parts.reduce((sum, part) => sum + roomFor(part), 0);
      if (batch === undefined || batch.length + room > batch.buffer.length) batch = newBatch(room);
      const into = batch;
      const spans = parts.map((part) => {
        const bytes = writePieces(part, into.buffer, into.length) - into.length;
        into.length += bytes;
        end += bytes;
        return { at: end - bytes, bytes };
      });
      return { spans, done: into.done };
    },
    sync: () => handle.sync(),
    close: () => handle.close(),
  };
}

export async function openAppendFile(path: string, hash?: Hash): Promise<AppendFile> {
  return appendFile(await open(path, 'wx', 0o644), path, hash);
}

/** A disk that gets full takes a part and says so only at the next attempt. */
async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

/** Fills `into` with a span of a file, and throws `RunError('data')` when the file is shorter than that. */
export function readSpan(fd: number, { at, bytes }: Span, into: Buffer, file: string): Buffer {
  for (let done = 0; done < bytes; ) {
    const read = readSync(fd, into, done, bytes - done, at + done);
    if (read === 0) throw new RunError('data', `${file} is cut off: it ends before byte ${at + bytes}.`);
    done += read;
  }
  return into.subarray(0, bytes);
}
