import { lookOf } from '../model/look.ts';
import { recent } from '../model/recent.ts';
import type { Outputs } from './outputs.ts';

/**
 * The same answer for the same outputs, worked out once. A reader that throws is asked again. Which probes it read counts
 * for every fact that uses the answer.
 */
export function memoized<T>(read: (outputs: Outputs) => T): (outputs: Outputs) => T {
  return (outputs) => {
    const known = outputs.memo.get(read);
    if (known !== undefined) {
      outputs.touch(known.probes);
      return known.value as T;
    }
    const answer = outputs.watch(() => read(outputs));
    outputs.memo.set(read, answer);
    return answer.value;
  };
}

/**
 * As `memoized`, for readers of just these probes: the answer is worked out once for all hosts on which they brought back
 * the very same.
 */
export function byAnswers<T extends object>(
  size: number,
  probes: readonly string[],
  read: (outputs: Outputs) => T,
): (outputs: Outputs) => T {
  const values = recent<string, T>(size);
  return (outputs) => {
    const { key, canRecur } = outputs.identityOf(probes);
    outputs.touch(probes);
    const known = values.get(key);
    if (known !== undefined) return known;
    const { value, probes: asked } = outputs.watch(() => read(outputs));
    const stranger = [...asked].find((probe) => !probes.includes(probe));
    if (stranger !== undefined) throw new Error(`a reader of ${probes.join(', ')} asked for ${stranger}`);
    if (canRecur) values.set(key, value);
    return value;
  };
}

/**
 * The same value for the same text: the hosts of a fleet have most of their lines and many of their files in common.
 * `read` must be pure, and nobody may change what it returns. About twice `size` texts are kept, the ones met last among
 * them, and fewer of long ones. A text that comes once mostly never comes again: it is kept from the second time on. A
 * reader that throws is asked again.
 */
export function byText<T extends object>(size: number, read: (text: string) => T): (text: string) => T {
  const values = recent<string | number, { readonly text: string; readonly value: T }>(size, ({ text }) =>
    Math.max(1, text.length / WEIGHT_OF_ONE),
  );
  const isMet = meetings(size);
  return (text) => {
    const key = text.length < LONG ? text : lookOf(text);
    const known = values.get(key);
    if (known?.text === text) return known.value;
    if (!isMet(text)) return read(text);
    // A copy: a piece of a larger text, kept as it is, would keep all of that text in memory.
    const own = structuredClone(text);
    const value = read(own);
    values.set(typeof key === 'number' ? key : own, { text: own, value });
    return value;
  };
}

/** Characters. */
const WEIGHT_OF_ONE = 4096;

/** Whether a text was met lately, or one that looks like it. Those that were leave a number each. */
function meetings(size: number): (text: string) => boolean {
  const met = recent<number, true>(4 * size);
  return (text) => {
    const look = lookOf(text);
    if (met.get(look) !== undefined) return true;
    met.set(look, true);
    return false;
  };
}

/** Characters; longer texts are looked up by a glance at them. */
const LONG = 512;

/** As `byText`, for texts of which hosts have most lines in common: what the reader makes of each line, one after the other. */
export function byLines<T>(size: number, read: (line: string) => readonly T[]): (text: string) => readonly T[] {
  const ofLine = byText(size, read);
  const ofBlock = byText(Math.ceil(size / BLOCK), (block) => block.split('\n').flatMap(ofLine));
  return (text) => {
    const all: T[] = [];
    for (let from = 0; from <= text.length; ) {
      let end = from;
      for (let line = 0; line < BLOCK && end >= 0; line += 1) end = text.indexOf('\n', line === 0 ? from : end + 1);
      all.push(...ofBlock(text.slice(from, end < 0 ? text.length : end)));
      if (end < 0) break;
      from = end + 1;
    }
    return all;
  };
}

/** Lines that are looked up together first. */
const BLOCK = 8;

/**
 * As `byText`, for readers of several things. Texts, numbers and the like are the same when they are equal, objects when
 * they are one object: pass on what `byText` or `byParts` gave.
 */
export function byParts<A extends readonly unknown[], T extends object>(
  size: number,
  read: (...parts: A) => T,
): (...parts: A) => T {
  const values = recent<string, T>(size);
  const isMet = meetings(size);
  return (...parts) => {
    const key = parts.map(keyOf).join();
    const known = values.get(key);
    if (known !== undefined) return known;
    const value = read(...parts);
    if (isMet(key)) values.set(key, value);
    return value;
  };
}

/** JSON text of a value that has nothing but what JSON knows: a part that counts by what is in it. */
export type Json<T> = string & { readonly of?: T };

export function toJson<T>(value: T): Json<T> {
  return JSON.stringify(value);
}

export function fromJson<T>(json: Json<T>): T {
  return JSON.parse(json) as T;
}

const numbers = new WeakMap<object, number>();
let last = 0;

function keyOf(part: unknown): string {
  if ((typeof part !== 'object' && typeof part !== 'function') || part === null)
    return `${typeof part} ${JSON.stringify(part)}`;
  let own = numbers.get(part);
  if (own === undefined) {
    last += 1;
    own = last;
    numbers.set(part, own);
  }
  return String(own);
}
