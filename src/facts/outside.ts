import type { ExchangeFamily, OutsidePlan } from '../model/exchange.ts';
import type { Fact } from '../model/fact.ts';
import type { FactName, FactTypes } from '../model/facts/index.ts';
import type { PortRange } from '../model/port-range.ts';

interface Known {
  get<K extends FactName>(name: K): Fact<FactTypes[K]>;
}

/** Of a forwarded range of ports only the first ones are tried: the check does not take them for all. */
const MOST_OF_A_RANGE = 16;
/** A host with more listeners is not tried out; what was not tried is unknown to the check. */
const MOST_PORTS = 300;

/**
 * What the outside view of one host is to look at: its sites, the ports of the baseline (`documented`), those that the
 * host listens on for others, and those that its packet filter sends elsewhere (Docker publishes without a listener).
 * What the host did not tell adds nothing here; the facts that say so decide the verdict.
 */
export function outsidePlanOf(
  facts: Known,
  families: readonly ExchangeFamily[],
  documented: readonly number[],
): OutsidePlan {
  const listening = content(facts.get('listeners')) ?? [];
  const ports = [
    ...documented,
    ...listening.flatMap(({ port, isLoopback }) => (isLoopback ? [] : [port])),
    ...(['packetFilter4', 'packetFilter6'] as const).flatMap((name) => publishedPorts(facts, name)),
  ];
  return {
    families,
    sites: content(facts.get('sites'))?.sites ?? [],
    ports: [...new Set(ports)].sort((a, b) => a - b).slice(0, MOST_PORTS),
  };
}

function publishedPorts(facts: Known, name: 'packetFilter4' | 'packetFilter6'): number[] {
  const filter = content(facts.get(name));
  const published = filter === undefined ? undefined : content(filter.published);
  return (published ?? []).flatMap(({ protocol, ports }) =>
    (protocol === 'tcp' || protocol === 'any') && ports !== null ? first(ports) : [],
  );
}

function first({ from, to }: PortRange): number[] {
  // Nothing can be reached on port 0.
  const begin = Math.max(from, 1);
  return Array.from({ length: Math.min(to - begin + 1, MOST_OF_A_RANGE) }, (_, offset) => begin + offset);
}

function content<T>(fact: Fact<T>): T | undefined {
  return fact.state === 'known' ? fact.value : undefined;
}
