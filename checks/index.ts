import type { Check } from '../src/model/check.ts';

/** Every check, in the order of the catalogue. An explicit list: adding a check means adding a line. */
export const checks: readonly Check[] = [];
