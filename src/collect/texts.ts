import { crc32 } from 'node:zlib';
import { ownCopy } from '../model/buffers.ts';
import { recent } from '../model/recent.ts';
import { redact } from './redact.ts';

/** Bytes of a command as text that may be kept: without secrets. */
export interface Text {
  readonly text: string;
  /** How many secrets were replaced. */
  readonly redactions: number;
}

interface Kept extends Text {
  /** A copy of the bytes that the text was made from. */
  readonly bytes: Buffer;
}

/** Bytes and characters that are kept for one set of patterns, about. */
const ROOM = 6_000_000;
/** Texts that were met once: they are worth keeping when they come again. */
const MET = 8192;
/** Different texts may look alike at both ends. */
const ALIKE = 4;
const END = 512;
const EMPTY: Text = { text: '', redactions: 0 };

type Reader = (bytes: Buffer) => Text;
const readers = new WeakMap<readonly RegExp[], Reader>();

/**
 * The text of these bytes, as UTF-8 and without secrets. What hosts have in common is read once, and is one string from
 * then on: the same bytes to the last, under the same patterns. `isRecords` belongs to the patterns: it is always the same
 * for them.
 */
export function textOf(bytes: Buffer, patterns: readonly RegExp[], isRecords = false): Text {
  if (bytes.length === 0) return EMPTY;
  let reader = readers.get(patterns);
  if (reader === undefined) {
    reader = readerFor(patterns, isRecords);
    readers.set(patterns, reader);
  }
  return reader(bytes);
}

function readerFor(patterns: readonly RegExp[], isRecords: boolean): Reader {
  const kept = recent<number, readonly Kept[]>(ROOM, (all) => all.reduce((sum, one) => sum + 2 * one.bytes.length, 0));
  const met = recent<number, true>(MET);
  return (bytes) => {
    const key = keyOf(bytes);
    const alike = kept.get(key) ?? [];
    const known = alike.find((one) => one.bytes.equals(bytes));
    if (known !== undefined) return known;
    const { text, count } = redact(bytes.toString('utf8'), patterns, isRecords);
    // Nearly all that comes once never comes again.
    if (met.get(key) === undefined) met.set(key, true);
    else kept.set(key, [{ bytes: ownCopy(bytes), text, redactions: count }, ...alike].slice(0, ALIKE));
    return { text, redactions: count };
  };
}

/** Of the length and a checksum of both ends: quick, and only where to look. (Maps take small integers fastest.) */
function keyOf(bytes: Buffer): number {
  const ends = bytes.length <= END ? crc32(bytes) : crc32(bytes.subarray(-END), crc32(bytes.subarray(0, END)));
  return (Math.imul(bytes.length, 31) + ends) | 0;
}
