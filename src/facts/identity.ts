import type { Fact } from '../model/fact.ts';
import { lookOf } from '../model/look.ts';
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
const SAMPLES = 4096;
/** Facts after which it is known whether looking for equal ones is worth it. */
const TRIAL = 256;
/** Values that were met once leave a number. */
const MET = 1024;

/** Remembers by what a fact was read from, and by its value. Both are compared whole: alike is not the same. */
export function factMemory(): FactMemory {
  const byInputs = recent<string, Sized>(ROOM, ({ size }, inputs) => size + inputs.length);
  const byLook = recent<number, Sized>(ROOM, ({ size }) => size);
  const met = recent<number, true>(MET);
  /** Readers that remember give the very same value. */
  const byObject = new WeakMap<object, Sized>();
  const commonOf = (fact: Fact<unknown>): Sized | undefined => {
    const value = objectIn(fact);
    const same = value === undefined ? undefined : byObject.get(value);
    if (same !== undefined) return same;
    if (!isWorthALook()) return undefined;
    const json = JSON.stringify(fact);
    // Facts differ in little: a name, a time.
    const look = lookOf(json, 0, SAMPLES);
    const before = byLook.get(look);
    const isMet = before !== undefined && isSame(before.fact, fact);
    if (!isMet && met.get(look) === undefined) {
      met.set(look, true);
      return undefined;
    }
    const common: Sized = isMet ? before : { fact, isCommon: true, size: json.length };
    if (!isMet) byLook.set(look, common);
    if (value !== undefined) byObject.set(value, common);
    found += 1;
    return common;
  };
  let looked = 0;
  let found = 0;
  /** A fact with a host's own names and times in it is mostly another one on each: then only some are looked at. */
  const isWorthALook = (): boolean => {
    looked += 1;
    return looked <= TRIAL || found * 16 >= looked || looked % 8 === 0;
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

function objectIn(fact: Fact<unknown>): object | undefined {
  return fact.state === 'known' && typeof fact.value === 'object' && fact.value !== null ? fact.value : undefined;
}

type Sized = Common & { readonly size: number };

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
