import type { ExchangeFamily } from '../model/exchange.ts';
import { absent, type Fact, Ignorance, unknown } from '../model/fact.ts';
import type { FactName, FactTypes } from '../model/facts/index.ts';
import type { Capture } from '../model/host.ts';
import type { Probe } from '../model/probe.ts';
import { evidenceOf } from './evidence.ts';
import { type FactMemory, factMemory, type Kept } from './identity.ts';
import { factSources, probes } from './index.ts';
import { type FactSource, type Identity, type OwnOutputs, outputsOf } from './outputs.ts';
import { familyOf } from './shape.ts';
import { sudoersLine } from './sudoers.ts';

/** The probes that these facts are read from, in the order of the closed set. */
export function probesFor(names: Iterable<FactName>): readonly Probe[] {
  const wanted = new Set(
    [...names].flatMap((name) => {
      const { probes: always, rare = [] } = factSources[name];
      return [...always, ...rare];
    }),
  );
  return probes.filter((probe) => wanted.has(probe.id));
}

/** The families of exchanges that these facts are read from. */
export function familiesFor(names: Iterable<FactName>): readonly ExchangeFamily[] {
  return [...new Set([...names].flatMap((name) => factSources[name].exchanges ?? []))];
}

/** The facts of one host, and the records of its capture that they rest on. */
export interface HostFacts {
  get<K extends FactName>(name: K): Fact<FactTypes[K]>;
  /** True for a fact that was met before, as this very object, or is likely to be met again. */
  isCommon(name: FactName): boolean;
  /** Ids of the evidence records of these facts, each once; of a site's finding, the exchanges about that site. */
  evidence(names: readonly FactName[], site?: string): readonly string[];
}

const memories = new Map<FactName, FactMemory>();

/**
 * The facts of one capture, derived on first use. Pure: they depend on the capture alone. A fact that is read from
 * probes only is remembered with the whole of what it was read from; a host with the very same answers gets the very
 * same object, which checks can tell by looking (docs/adr/0008-remember-by-inputs.md).
 */
export function factsOf(capture: Capture): HostFacts {
  const user = capture.session.loginUser;
  const outputs = outputsOf(capture, (output) =>
    sudoersLine(
      probes.find((probe) => probe.id === output.probe),
      output,
      user,
    ),
  );
  const derived = new Map<FactName, Kept>();
  const rarely = new Map<FactName, readonly string[]>();
  const readNow = (name: FactName): Derived => {
    const source: FactSource<unknown> = factSources[name];
    const read = derive(source, outputs);
    if (read.rare.length > 0) rarely.set(name, read.rare);
    return read;
  };
  const keptOf = (name: FactName): Kept => {
    let kept = derived.get(name);
    if (kept === undefined) {
      const source: FactSource<unknown> = factSources[name];
      const missing = missingView(capture, source);
      if (missing !== undefined) kept = { fact: missing, isCommon: missing === NOT_ASKED };
      else if (source.own === true) kept = { fact: readNow(name).fact, isCommon: false };
      else kept = shared(name, outputs.identityOf(source.probes), () => readNow(name));
      derived.set(name, kept);
    }
    return kept;
  };
  return {
    get: <K extends FactName>(name: K) => keptOf(name).fact as Fact<FactTypes[K]>,
    isCommon: (name) => keptOf(name).isCommon,
    evidence: evidenceOf(capture, rarely),
  };
}

/** The fact as read before from the same answers, or read now. */
function shared(name: FactName, { key, canRecur }: Identity, readNow: () => Derived): Kept {
  let memory = memories.get(name);
  if (memory === undefined) {
    memory = factMemory();
    memories.set(name, memory);
  }
  const known = canRecur ? memory.recall(key) : undefined;
  if (known !== undefined) return known;
  const { fact, rare } = readNow();
  // A defect is no knowledge.
  if (fact.state === 'unknown' && fact.reason === 'internal') return { fact, isCommon: false };
  return memory.keep(key, canRecur && rare.length === 0, fact);
}

/** One object for all hosts, so that checks know it again. */
const NOT_ASKED = absent('The outside view was not asked for');

/** What is known of a fact whose view of the host is missing as a whole; undefined when the view is there. */
function missingView(capture: Capture, source: FactSource<unknown>): Fact<never> | undefined {
  if (source.exchanges !== undefined) {
    if (capture.outside === undefined) return NOT_ASKED;
    return capture.outside.taken ? undefined : unknown('not-observable', capture.outside.because);
  }
  if (capture.hostEpoch !== null || source.withoutLogin === true) return undefined;
  return unknown(capture.reason ?? 'unreachable', capture.message ?? 'The host was not reached.');
}

interface Derived {
  readonly fact: Fact<unknown>;
  /** Of the rare probes those that it was read from. */
  readonly rare: readonly string[];
}

function derive({ derive: read, probes: named, rare = [] }: FactSource<unknown>, outputs: OwnOutputs): Derived {
  try {
    const { value, probes: asked } = outputs.watch(() => attempt(() => read(outputs)));
    const stranger = [...asked].find((probe) => ![...named, ...rare].includes(familyOf(probe)));
    // What is not named is no evidence of the fact, and nobody would ask the host for it.
    if (stranger !== undefined) throw new Error(`it asked for ${stranger}, which is not among its probes`);
    return { fact: value, rare: rare.filter((probe) => asked.has(probe)) };
  } catch (error) {
    const message = `Reading this fact failed inside: ${error instanceof Error ? error.message : String(error)}`;
    return { fact: unknown('internal', message), rare: [] };
  }
}

function attempt<T>(read: () => Fact<T>): Fact<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof Ignorance) return error.fact;
    throw error;
  }
}
