import { beforeEach, expect, test, vi } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import { recordedHosts } from './hosts.ts';

/**
 * What is remembered from one host must never show on another one. So every host is judged after all others, before all
 * others, and in a program that has seen no other; the findings have to be the same, byte for byte.
 */
const recorded = [...recordedHosts().values()];

/** Hosts that share some answers with one recording and the rest with another, so that no two are alike. */
const mixed = recorded.flatMap((capture, at) => {
  const other = recorded[(at * 7 + 3) % recorded.length] ?? capture;
  return [2, 3, 5].map((step) => ({
    ...capture,
    host: { ...capture.host, name: `mixed-${at}-${step}` },
    outputs: capture.outputs.map((output, index) =>
      index % step === 0 ? (other.outputs.find(({ probe }) => probe === output.probe) ?? output) : output,
    ),
  }));
});
const hosts = [...recorded, ...mixed];

beforeEach(() => {
  vi.resetModules();
});

/** A program that has seen nothing yet. */
async function fresh(): Promise<(capture: Capture) => string> {
  const { checks } = await import('../../checks/index.ts');
  const { evaluateHost } = await import('../../src/evaluate/engine.ts');
  const { factsOf } = await import('../../src/facts/derive.ts');
  const assignments = checks
    .filter(({ view }) => view !== 'network')
    .map((check) => ({
      check,
      params: Object.fromEntries(Object.entries(check.params).map(([name, param]) => [name, param.default])),
      severity: check.severity,
    }));
  return (capture) => {
    const findings: Finding[] = evaluateHost(capture, assignments, factsOf(capture));
    return JSON.stringify(findings);
  };
}

test('the order of hosts changes no finding', async () => {
  const forwards = await fresh();
  const first = new Map(hosts.map((capture) => [capture, forwards(capture)]));
  const again = hosts.filter((capture) => forwards(capture) !== first.get(capture));
  expect(again.map(({ host }) => host.name)).toEqual([]);
  vi.resetModules();
  const backwards = await fresh();
  const changed = hosts.toReversed().filter((capture) => backwards(capture) !== first.get(capture));
  expect(changed.map(({ host }) => host.name)).toEqual([]);
  expect(new Set(first.values()).size).toBeGreaterThan(100);
  // Among them: a fact that reads a probe which it does not name.
  expect([...first.values()].filter((findings) => findings.includes('"reason":"internal"'))).toEqual([]);
});

test('a host is judged as it is alone', async () => {
  const judge = await fresh();
  for (const capture of hosts) judge(capture);
  for (const capture of hosts.filter((_, at) => at % 9 === 0)) {
    vi.resetModules();
    const alone = await fresh();
    expect(judge(capture), capture.host.name).toBe(alone(capture));
  }
}, 120_000);
