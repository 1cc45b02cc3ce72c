import type { Problem } from '../../src/model/check.ts';
import { cannotTell, Ignorance, read } from '../../src/model/fact.ts';
import type { Published } from '../../src/model/facts/firewall.ts';
import type { AddressExposure } from '../../src/model/facts/outside.ts';
import type { Listener } from '../../src/model/facts/web.ts';
import { portsWithin } from '../../src/model/port-range.ts';
import { parsePort } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { attempt } from '../outside.ts';
import { permissionsOf } from './coverage.ts';
import { answersOf, type ExposedFacts, exposedProblem, isDocumented } from './exposed.ts';
import { trafficText } from './words.ts';

/** Ports that answer and that nobody documented; ignorance only when nothing is proved. */
export function undocumentedPorts(facts: ExposedFacts, allowed: readonly string[]): readonly Problem[] {
  let ignorance: Ignorance | undefined;
  const problems = answersOf(facts).flatMap((answer): Problem[] => {
    try {
      return isDocumented(answer, allowed, facts) ? [] : [exposedProblem(answer, facts)];
    } catch (error) {
      if (!(error instanceof Ignorance)) throw error;
      ignorance ??= error;
      return [];
    }
  });
  if (problems.length === 0 && ignorance !== undefined) throw ignorance;
  return problems;
}

/** Documented ports that must answer and do not, on any address of the host. */
export function missingPorts(facts: ExposedFacts, required: readonly string[]): readonly Problem[] {
  const exposure = need(facts, 'exposure');
  const wanted = required.map(parsePort).filter(({ protocol }) => protocol === 'tcp');
  return wanted.flatMap(({ port }) =>
    exposure
      .filter(({ doubt }) => doubt === null)
      .filter(({ ports }) => ports.some((one) => one.port === port && isShut(one.state)))
      .map(({ address }) => ({
        because: `${port}/tcp must answer, but does not on ${address}.`,
        actual: `${address} does not answer on ${port}/tcp`,
      })),
  );
}

function isShut(state: string): boolean {
  return state === 'closed' || state === 'filtered';
}

/** Throws `Ignorance` where the host listens or sends on to where nobody tried: a range may be too long for that. */
function wasTriedInFull(
  at: AddressExposure,
  listeners: readonly Listener[],
  published: readonly Published[],
  allowed: readonly string[],
): void {
  const documented = permissionsOf(allowed).flatMap(({ protocol, ports, source }) =>
    protocol === 'tcp' && ports !== null && source === null ? [ports] : [],
  );
  // Nothing can be reached on port 0.
  const settled = [{ from: 0, to: 0 }, ...at.ports.map(({ port }) => ({ from: port, to: port })), ...documented];
  for (const { port, isLoopback } of listeners) {
    if (isLoopback || portsWithin({ from: port, to: port }, settled)) continue;
    cannotTell(
      'not-observable',
      `The host listens on ${port}/tcp, and whether ${at.address} answers there was not tried.`,
    );
  }
  for (const one of published) {
    const concerned = one.family === at.family && (one.protocol === 'tcp' || one.protocol === 'any');
    if (!concerned || one.fate === 'dropped' || portsWithin(one.ports ?? EVERY_PORT, settled)) continue;
    const what = `${trafficText(one)} on to ${one.to}`;
    cannotTell(
      'not-observable',
      `The host sends ${what}, and not every one of these ports was tried on ${at.address}.`,
    );
  }
}

const EVERY_PORT = { from: 0, to: 65_535 };

/**
 * What a pass rests on: controls that held, every port tried to its end, and knowledge of which ports there are to try.
 * Throws `Ignorance` for what is missing. Returns what the pass leaves open, as a sentence.
 */
export function completeness(facts: ExposedFacts, allowed: readonly string[]): string {
  const exposure = need(facts, 'exposure');
  for (const at of exposure) {
    if (at.doubt !== null) throw new Ignorance(at.doubt);
    for (const { port, state } of at.ports) {
      const where = `${at.address} port ${port}`;
      if (state === 'closed' || state === 'filtered' || isDocumented({ at, port, text: where }, allowed, facts))
        continue;
      if (state === 'not-tried') cannotTell('timeout', `${where} was not tried before the time for this host was up.`);
      if (state === 'reset') {
        cannotTell(
          'not-observable',
          `${where} took the connection and reset it at once, as something in between does.`,
        );
      }
    }
  }
  const listeners = facts.get('listeners') ?? [];
  const filters = [need(facts, 'packetFilter4'), facts.get('packetFilter6')];
  const published = filters.flatMap((filter) => (filter === undefined ? [] : (read(filter.published) ?? [])));
  for (const at of exposure) wasTriedInFull(at, listeners, published, allowed);
  const tried = exposure.some(({ family }) => family === 'IPv6');
  const has6 = attempt(() => facts.get('packetFilter6') !== undefined);
  return !tried && 'value' in has6 && has6.value ? ' No IPv6 address of the host is declared, so none was tried.' : '';
}
