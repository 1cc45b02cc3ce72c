import { InputError } from '../../src/inputs/error.ts';

/** "65 file:1:1: What is wrong." of the InputError that an action ends in. */
export function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'no error';
}
