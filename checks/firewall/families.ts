import type { Condition, Facts, Problem } from '../../src/model/check.ts';
import { Ignorance } from '../../src/model/fact.ts';
import type { PacketFilter } from '../../src/model/facts/firewall.ts';
import { need } from '../need.ts';

type FilterFacts = Facts<'packetFilter4' | 'packetFilter6'>;

/**
 * One condition over what the kernel does with IPv4 and IPv6, so that the same problem in both is told
 * once. When one family could not be read, the other one can still fail; else the ignorance travels on.
 */
export function inKernel(
  facts: FilterFacts,
  find: (filters: readonly PacketFilter[]) => readonly Problem[],
): Condition {
  return () => collect([() => need(facts, 'packetFilter4'), () => facts.get('packetFilter6')], find);
}

/** Runs `find` over what could be read; throws the first ignorance when it found nothing. */
export function collect<T>(
  readers: readonly (() => T | undefined)[],
  find: (values: readonly T[]) => readonly Problem[],
): readonly Problem[] {
  const values: T[] = [];
  const ignorance: Ignorance[] = [];
  for (const read of readers) {
    try {
      const value = read();
      if (value !== undefined) values.push(value);
    } catch (error) {
      if (!(error instanceof Ignorance)) throw error;
      ignorance.push(error);
    }
  }
  const problems = find(values);
  if (problems.length === 0 && ignorance[0] !== undefined) throw ignorance[0];
  return problems;
}

/** `IPv4`, `IPv6`, or `IPv4 and IPv6`. */
export function familyText(filters: readonly PacketFilter[]): string {
  return filters.map(({ family }) => family).join(' and ');
}
