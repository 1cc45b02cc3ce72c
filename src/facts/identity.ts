import type { Fact } from '../model/fact.ts';
import { recent } from '../model/recent.ts';

/** The facts of one name that were read lately, so that equal ones of different hosts are one object. */
export interface FactMemory {
  /** The fact that was read from just these inputs. */
  recall(inputs: string): Common | undefined;
  /**
   * The object that stands for a fact that was just read: an earlier one with the same value, where there is one. It is
   * remembered for its inputs when these can come again.
   */
  keep(inputs: string, canRecur: boolean, fact: Fact<unknown>): Kept;
}

export interface Kept {
  readonly fact: Fact<unknown>;
  /** True when it was met before. */
  readonly isCommon: boolean;
}

type Common = Kept & { readonly isCommon: true };

/** In characters of JSON and of inputs, for each of the two ways in. */
const ROOM = 262_144;
/** Values that were met once leave a number. */
const MET = 1024;

/** Remembers by what a fact was read from, and by its value. Both are compared whole: alike is not the same. */
export function factMemory(): FactMemory {
  const byInputs = recent<string, Sized>(ROOM, ({ size }, inputs) => size + inputs.length);
  const byValue = recent<string, Sized>(ROOM, ({ size }) => size);
  const met = recent<number, true>(MET);
  const commonOf = (fact: Fact<unknown>): Sized | undefined => {
    const json = JSON.stringify(fact);
    const before = byValue.get(json);
    // JSON alone would take NaN for null, and a missing member for one that is undefined.
    if (before !== undefined && isSame(before.fact, fact)) return before;
    const look = lookOf(json);
    if (met.get(look) === undefined) {
      met.set(look, true);
      return undefined;
    }
    const kept: Sized = { fact, isCommon: true, size: json.length };
    byValue.set(json, kept);
    return kept;
  };
  return {
    recall: (inputs) => byInputs.get(inputs),
    keep(inputs, canRecur, fact) {
      const common = commonOf(fact);
      if (common === undefined) return { fact, isCommon: false };
      if (canRecur) byInputs.set(inputs, common);
      return common;
    },
  };
}

type Sized = Common & { readonly size: number };

/** A guess at whether a text was met before; a wrong one only keeps what need not be kept. */
function lookOf(text: string): number {
  let look = text.length;
  const step = Math.max(1, Math.floor(text.length / 128));
  for (let at = 0; at < text.length; at += step) look = (Math.imul(look, 31) + text.charCodeAt(at)) | 0;
  return look;
}

/** Equal in every part. Of objects, only plain ones and arrays can be. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(memberOf(a, name), memberOf(b, name)))
  );
}

function memberOf(object: object, name: string): unknown {
  return (object as Readonly<Record<string, unknown>>)[name];
}
