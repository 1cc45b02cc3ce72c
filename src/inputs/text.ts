import { accessSync, closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { InputError, type InputKind, type Place, quote } from './error.ts';

/** The text of one file a person wrote, checked to be text. */
export interface InputText {
  /** As the person named it; error messages and `source` fields repeat it. */
  readonly file: string;
  readonly text: string;
}

/** Where relative names and `~` lead; the CLI takes both from the process. */
export interface Folders {
  readonly cwd: string;
  readonly home: string;
}

/** The most that an input may hold. */
export const MOST_BYTES = 1024 * 1024;

export interface ReadOptions {
  /** The kind of error that content which cannot be used is. */
  readonly kind?: InputKind;
  readonly mayBeEmpty?: boolean;
  /** Where another file names this one; said when it cannot be read. */
  readonly namedAt?: Place;
}

/**
 * Reads a file of at most 1 MiB of UTF-8.
 * Errors: `missing` (66) when it is not there or not readable, else as `decodeInput`.
 */
export function readInput(file: string, folders: Folders, options: ReadOptions = {}): InputText {
  try {
    return decodeInput(file, readBytes(file, expandPath(file, folders)), options);
  } catch (error) {
    const place = options.namedAt;
    if (place === undefined || place.file === '' || !(error instanceof InputError) || error.kind !== 'missing')
      throw error;
    const named = error.problems.map((problem) => ({ ...problem, ...place, what: `${quote(file)}: ${problem.what}` }));
    throw new InputError('missing', named);
  }
}

/** Checks bytes (of a file or of standard input) to be at most 1 MiB of non-empty UTF-8 text without NUL. */
export function decodeInput(file: string, bytes: Uint8Array, options: ReadOptions = {}): InputText {
  const { kind = 'data', mayBeEmpty = false } = options;
  const refuse = (what: string, expected: string, line?: number, column?: number): never => {
    throw new InputError(kind, [
      { file, what, expected, ...(line === undefined ? {} : { line, column: column ?? 1 }) },
    ]);
  };
  if (bytes.length > MOST_BYTES) refuse('The file is larger than 1 MiB.', 'Expected a text file of at most 1 MiB.', 1);
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    refuse('The file is UTF-16.', 'Save it as UTF-8.', 1);
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const { line, column } = positionOf(bytes, nul);
    refuse('The file holds a NUL byte, so it is not text.', 'Expected UTF-8 text.', line, column);
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    const { line, column } = positionOf(bytes, firstInvalidByte(bytes));
    refuse('The file is not valid UTF-8.', 'Save it as UTF-8.', line, column);
  }
  if (!mayBeEmpty && text?.trim() === '') refuse('The file is empty.', 'Expected some content.', 1);
  return { file, text: text ?? '' };
}

/** Absolute path of `~/x`, `x` or `/x`. */
export function expandPath(file: string, { cwd, home }: Folders): string {
  if (file === '~') return home;
  return file.startsWith('~/') ? path.join(home, file.slice(2)) : path.resolve(cwd, file);
}

/** Absolute path of a file that is read later. Throws `InputError` (66) where nothing can be read. */
export function readableFile(file: string, folders: Folders): string {
  const absolute = expandPath(file, folders);
  try {
    if (statSync(absolute).isDirectory()) throw folder(file);
    accessSync(absolute, constants.R_OK);
    return absolute;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('missing', [{ file, what: unreadable(error) }]);
  }
}

/** Reads one byte more than allowed, so that an endless file (a pipe, /dev/zero) is refused and not read. */
function readBytes(file: string, absolute: string): Uint8Array {
  let handle: number | undefined;
  try {
    handle = openSync(absolute, 'r');
    if (fstatSync(handle).isDirectory()) throw folder(file);
    const bytes = Buffer.alloc(MOST_BYTES + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = readSync(handle, bytes, length, bytes.length - length, null);
    }
    return bytes.subarray(0, length);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('missing', [{ file, what: unreadable(error) }]);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function folder(file: string): InputError {
  return new InputError('missing', [{ file, what: 'This is a folder.', expected: 'Expected a file.' }]);
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'The file does not exist.';
  if (code === 'EACCES' || code === 'EPERM') return 'The file may not be read by this user.';
  return `The file cannot be read (${code}).`;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The longest valid prefix ends where decoding starts to fail; found by halving. */
function firstInvalidByte(bytes: Uint8Array): number {
  const valid = (length: number) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (valid(middle)) low = middle;
    else high = middle - 1;
  }
  // A character that is cut off counts as valid so far; it begins at most three bytes earlier.
  const begin = [0, 1, 2, 3].find((back) => decodeUtf8(bytes.subarray(0, low - back)) !== undefined) ?? 0;
  return low - begin;
}

function positionOf(bytes: Uint8Array, offset: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let index = bytes.indexOf(10); index >= 0 && index < offset; index = bytes.indexOf(10, index + 1)) {
    line += 1;
    start = index + 1;
  }
  const before = new TextDecoder().decode(bytes.subarray(start, offset));
  return { line, column: before.length + 1 };
}
