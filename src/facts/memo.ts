import type { Outputs } from './outputs.ts';

/** The same answer for the same outputs, worked out once. A reader that throws is asked again. */
export function memoized<T>(read: (outputs: Outputs) => T): (outputs: Outputs) => T {
  const answers = new WeakMap<Outputs, { readonly value: T }>();
  return (outputs) => {
    const known = answers.get(outputs);
    if (known !== undefined) return known.value;
    const value = read(outputs);
    answers.set(outputs, { value });
    return value;
  };
}

/**
 * The same value for the same text, worked out once: the hosts of a fleet have most of their lines and many of their
 * files in common. `read` must be pure, and nobody may change what it returns. Up to twice `size` texts are kept, the
 * ones met last among them. A reader that throws is asked again.
 */
export function byText<T extends object>(size: number, read: (text: string) => T): (text: string) => T {
  let recent = new Map<string, T>();
  let older = new Map<string, T>();
  return (text) => {
    const known = recent.get(text);
    if (known !== undefined) return known;
    // A copy: a piece of a larger text, kept as it is, would keep all of that text in memory.
    const own = structuredClone(text);
    const value = older.get(text) ?? read(own);
    if (recent.size >= size) {
      older = recent;
      recent = new Map();
    }
    recent.set(own, value);
    return value;
  };
}
