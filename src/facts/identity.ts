import type { Fact } from '../model/fact.ts';
import { recent } from '../model/recent.ts';

/** The facts of one name that were read lately, so that equal ones of different hosts are one object. */
export interface FactMemory {
  /** The fact that was read from just these inputs. */
  recall(inputs: string): Fact<unknown> | undefined;
  /** Remembers a fact and gives the object that stands for it: an earlier one with the same value, where there is one. */
  keep(inputs: string, fact: Fact<unknown>): Fact<unknown>;
}

/** In characters of JSON and of inputs, for each of the two ways in. */
const ROOM = 262_144;

/** Remembers by what a fact was read from, and by its value. Both are compared whole: alike is not the same. */
export function factMemory(): FactMemory {
  const byInputs = recent<string, Kept>(ROOM, ({ size }, inputs) => size + inputs.length);
  const byValue = recent<string, Kept>(ROOM, ({ size }) => size);
  return {
    recall: (inputs) => byInputs.get(inputs)?.fact,
    keep(inputs, fact) {
      const json = JSON.stringify(fact);
      const before = byValue.get(json);
      // JSON alone would take NaN for null, and a missing member for one that is undefined.
      if (before !== undefined && isSame(before.fact, fact)) {
        byInputs.set(inputs, before);
        return before.fact;
      }
      const kept = { fact, size: json.length };
      byValue.set(json, kept);
      byInputs.set(inputs, kept);
      return fact;
    },
  };
}

interface Kept {
  readonly fact: Fact<unknown>;
  readonly size: number;
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
