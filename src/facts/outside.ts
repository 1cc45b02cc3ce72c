import type { ExchangeFamily, OutsidePlan } from '../model/exchange.ts';
import type { Fact } from '../model/fact.ts';
import type { FactName, FactTypes } from '../model/facts/index.ts';

interface Known {
  get<K extends FactName>(name: K): Fact<FactTypes[K]>;
}

/**
 * What the outside view of one host is to look at, from what is declared and what the host shows of itself.
 * `documented`: the ports of the baseline.
 */
export function outsidePlanOf(
  facts: Known,
  families: readonly ExchangeFamily[],
  documented: readonly number[],
): OutsidePlan {
  const sites = facts.get('sites');
  return {
    families,
    sites: sites.state === 'known' ? sites.value.sites : [],
    ports: [...new Set(documented)].sort((a, b) => a - b),
  };
}
