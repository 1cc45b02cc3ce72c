import type { Facts } from '../src/model/check.ts';
import { cannotTell } from '../src/model/fact.ts';
import type { FactName, FactTypes } from '../src/model/facts/index.ts';

/** The value of a fact without which nothing can be judged: its absence is ignorance, too. */
export function need<N extends FactName, K extends N>(facts: Facts<N>, name: K): FactTypes[K] {
  const value = facts.get(name);
  return value ?? cannotTell('not-observable', `${facts.absence(name)}, so this cannot be judged.`);
}
