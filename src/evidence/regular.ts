import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { causeOf, RunError } from './error.ts';

/**
 * Opens a file of a run for reading. What is no regular file itself (a link, a pipe, a device) may be without an end, or lead out
 * of the run, and is refused.
 */
export async function openRegular(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new Error(`${path} is no regular file`);
}

/** The whole of such a file. */
export async function readRegular(path: string): Promise<Buffer> {
  const handle = await openRegular(path);
  try {
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Throws `RunError('data')` for what is no JSON. */
export function parseJson(bytes: Buffer, path: string): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw new RunError('data', `${path} is not JSON: ${causeOf(error)}.`, error);
  }
}

/** For what came from a file: a JSON object, and not null or an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
