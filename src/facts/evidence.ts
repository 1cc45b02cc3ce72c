import type { FactName } from '../model/facts/index.ts';
import type { Capture } from '../model/host.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';
import { factSources } from './index.ts';

/** What hosts have in common whose probes came back in the same order, the same number of times. */
interface Shape {
  /** Of each record: its probe, and which run of it this is where there are more. */
  readonly names: readonly string[];
  readonly byProbe: ReadonlyMap<string, readonly number[]>;
  /** Facts → the records that they rest on. */
  readonly byFacts: Map<string, readonly number[]>;
}

const shapes = recent<string, Shape>(64);

function shapeOf(outputs: readonly Output[]): Shape {
  const key = outputs.map(({ probe }) => probe).join();
  const known = shapes.get(key);
  if (known !== undefined) return known;
  const byProbe = new Map<string, number[]>();
  const names = outputs.map(({ probe }, at) => {
    const own = byProbe.get(probe) ?? [];
    byProbe.set(probe, own);
    return own.push(at) === 1 ? probe : `${probe}/${own.length}`;
  });
  const shape = { names, byProbe, byFacts: new Map<string, readonly number[]>() };
  shapes.set(key, shape);
  return shape;
}

/** The ids of a capture's records of commands, in the order of collection. A probe that ran several times has several. */
export function recordIds({ host, outputs }: Pick<Capture, 'host' | 'outputs'>): readonly string[] {
  return shapeOf(outputs).names.map((name) => `${host.name}/${name}`);
}

/** Which records of this capture facts rest on. */
export function evidenceOf(capture: Capture): (facts: readonly FactName[], site?: string) => readonly string[] {
  const shape = shapeOf(capture.outputs);
  const ids = recordIds(capture);
  const idsAt = (places: readonly number[]): string[] => places.map((at) => ids[at] ?? '');
  const exchanges = capture.outside?.exchanges ?? [];
  const ofExchanges = (fact: FactName, site: string | undefined): string[] => {
    const families = factSources[fact].exchanges ?? [];
    return exchanges
      .filter(({ family, site: about }) => families.includes(family) && about === (site ?? null))
      .map(({ id }) => `${capture.host.name}/${id}`);
  };
  return (facts, site) => {
    if (exchanges.length === 0) return idsAt(placesOf(shape, facts));
    const all = facts.flatMap((fact) => [...idsAt(placesOf(shape, [fact])), ...ofExchanges(fact, site)]);
    return [...new Set(all)];
  };
}

function placesOf(shape: Shape, facts: readonly FactName[]): readonly number[] {
  const key = facts.join();
  const known = shape.byFacts.get(key);
  if (known !== undefined) return known;
  const probes = facts.flatMap((fact) => factSources[fact].probes).flatMap((probe) => [`${probe}.list`, probe]);
  const places = [...new Set(probes.flatMap((probe) => shape.byProbe.get(probe) ?? []))];
  shape.byFacts.set(key, places);
  return places;
}
