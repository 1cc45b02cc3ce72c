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
