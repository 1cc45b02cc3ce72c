import type { Facts } from '../src/model/check.ts';
import { Ignorance, type Unknown } from '../src/model/fact.ts';

/** A reading that may fail without ending the judgement: what one piece of evidence adds to another. */
export function attempt<T>(read: () => T): { readonly value: T } | { readonly ignorance: Unknown } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof Ignorance) return { ignorance: error.fact };
    throw error;
  }
}

/** The scanner's own address as the host sees it; undefined when the host did not say. */
export function scannerOf(facts: Facts<'vantage'>): string | undefined {
  const vantage = attempt(() => facts.get('vantage'));
  return 'value' in vantage ? vantage.value?.scanner : undefined;
}

/** The beginning of a sentence about what was seen from outside: `Seen from 198.51.100.7, `. */
export function seenFrom(facts: Facts<'vantage'>): string {
  const scanner = scannerOf(facts);
  return scanner === undefined ? 'Seen from outside, ' : `Seen from ${scanner}, `;
}
