import type { ExchangeFamily } from '../model/exchange.ts';
import { absent, type Fact, Ignorance, unknown } from '../model/fact.ts';
import type { FactName, FactTypes } from '../model/facts/index.ts';
import type { Capture } from '../model/host.ts';
import type { Probe } from '../model/probe.ts';
import { factSources, probes } from './index.ts';
import { type FactSource, outputsOf } from './outputs.ts';
import { sudoersLine } from './sudoers.ts';

/** The probes that these facts are read from, in the order of the closed set. */
export function probesFor(names: Iterable<FactName>): readonly Probe[] {
  const wanted = new Set([...names].flatMap((name) => factSources[name].probes));
  return probes.filter((probe) => wanted.has(probe.id));
}

/** The families of exchanges that these facts are read from. */
export function familiesFor(names: Iterable<FactName>): readonly ExchangeFamily[] {
  return [...new Set([...names].flatMap((name) => factSources[name].exchanges ?? []))];
}

/** The facts of one capture, derived on first use. Pure: they depend on the capture alone. */
export function factsOf(capture: Capture): {
  get<K extends FactName>(name: K): Fact<FactTypes[K]>;
  evidence(name: FactName, site?: string): readonly string[];
} {
  const user = capture.session.loginUser;
  const outputs = outputsOf(capture, (output) =>
    sudoersLine(
      probes.find((probe) => probe.id === output.probe),
      output,
      user,
    ),
  );
  const ids = evidenceIds(capture);
  const derived = new Map<FactName, Fact<unknown>>();
  const evidence = new Map<string, readonly string[]>();
  const evidenceFor = (name: FactName, site: string | undefined): readonly string[] => {
    const { probes: names, exchanges = [] } = factSources[name];
    return [
      ...names.flatMap((probe) => [...(ids.get(`${probe}.list`) ?? []), ...(ids.get(probe) ?? [])]),
      ...(capture.outside?.exchanges ?? [])
        .filter((exchange) => exchanges.includes(exchange.family) && exchange.site === (site ?? null))
        .map((exchange) => `${capture.host.name}/${exchange.id}`),
    ];
  };
  return {
    get<K extends FactName>(name: K): Fact<FactTypes[K]> {
      let fact = derived.get(name);
      if (fact === undefined) {
        fact = missingView(capture, factSources[name]) ?? derive(() => factSources[name].derive(outputs));
        derived.set(name, fact);
      }
      return fact as Fact<FactTypes[K]>;
    },
    // Of a site's finding: the exchanges about that site; else those about the host.
    evidence(name, site) {
      const key = `${name} ${site ?? ''}`;
      const list = evidence.get(key) ?? evidenceFor(name, site);
      evidence.set(key, list);
      return list;
    },
  };
}

/** What is known of a fact whose view of the host is missing as a whole; undefined when the view is there. */
function missingView(capture: Capture, source: FactSource<unknown>): Fact<never> | undefined {
  if (source.exchanges !== undefined) {
    if (capture.outside === undefined) return absent('The outside view was not asked for');
    return capture.outside.taken ? undefined : unknown('not-observable', capture.outside.because);
  }
  if (capture.hostEpoch !== null || source.withoutLogin === true) return undefined;
  return unknown(capture.reason ?? 'unreachable', capture.message ?? 'The host was not reached.');
}

function derive<T>(from: () => Fact<T>): Fact<T> {
  try {
    return from();
  } catch (error) {
    if (error instanceof Ignorance) return error.fact;
    return unknown(
      'internal',
      `Reading this fact failed inside: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Probe id → ids of its evidence records. A probe that ran several times has several. */
export function evidenceIds(capture: Capture): ReadonlyMap<string, readonly string[]> {
  const ids = new Map<string, string[]>();
  for (const { probe } of capture.outputs) {
    const own = ids.get(probe) ?? [];
    own.push(own.length === 0 ? `${capture.host.name}/${probe}` : `${capture.host.name}/${probe}/${own.length + 1}`);
    ids.set(probe, own);
  }
  return ids;
}
