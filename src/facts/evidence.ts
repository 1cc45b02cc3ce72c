import type { FactName } from '../model/facts/index.ts';
import type { Capture } from '../model/host.ts';
import { factSources } from './index.ts';
import { noted, type Shape, shapeOf } from './shape.ts';

/**
 * The names of a capture's records of commands, in the order of collection; their ids are the host's name, a slash and
 * this. A probe that ran several times has several.
 */
export function recordNames({ outputs }: Pick<Capture, 'outputs'>): readonly string[] {
  return shapeOf(outputs).names;
}

/** Which records of this capture facts rest on. `rarely`: the probes that a fact is read from on this host only. */
export function evidenceOf(
  capture: Capture,
  rarely: ReadonlyMap<FactName, readonly string[]>,
): (facts: readonly FactName[], site?: string) => readonly string[] {
  const shape = shapeOf(capture.outputs);
  const idsAt = (places: readonly number[]): string[] =>
    places.map((at) => `${capture.host.name}/${shape.names[at] ?? ''}`);
  const exchanges = capture.outside?.exchanges ?? [];
  const ofExchanges = (fact: FactName, site: string | undefined): string[] => {
    const families = factSources[fact].exchanges ?? [];
    return exchanges
      .filter(({ family, site: about }) => families.includes(family) && about === (site ?? null))
      .map(({ id }) => `${capture.host.name}/${id}`);
  };
  return (facts, site) => {
    if (exchanges.length === 0 && rarely.size === 0) return idsAt(placesOf(shape, facts));
    const ofRare = (fact: FactName): string[] =>
      idsAt((rarely.get(fact) ?? []).flatMap((probe) => shape.byProbe.get(probe) ?? []));
    const all = facts.flatMap((fact) => [
      ...idsAt(placesOf(shape, [fact])),
      ...ofRare(fact),
      ...ofExchanges(fact, site),
    ]);
    return [...new Set(all)];
  };
}

/** Each once. */
function placesOf(shape: Shape, facts: readonly FactName[]): readonly number[] {
  return noted(shape, facts.join(), () => {
    const probes = facts.flatMap((fact) => factSources[fact].probes).flatMap((probe) => [`${probe}.list`, probe]);
    return [...new Set(probes.flatMap((probe) => shape.byProbe.get(probe) ?? []))];
  });
}
