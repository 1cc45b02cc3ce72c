import { describe, expect, test } from 'vitest';
import { checks } from '../../checks/index.ts';
import { builtinBaselines } from '../../src/cli/builtin.ts';
import { evaluateHost } from '../../src/evaluate/engine.ts';
import { factsOf } from '../../src/facts/derive.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import { compliant, type Suite } from '../real/expected.ts';
import { verdictsOf } from '../real/scan.ts';
import { variants } from '../real/variants.ts';
import { recordedHosts } from './hosts.ts';

/**
 * The table of test/real, on recordings of the same hosts (scripts/record-captures.mjs), for machines that cannot boot
 * them. Whole captures through parsers, facts, checks and engine, as `fleetproof evaluate` does it.
 */
const recordings = recordedHosts();

function captureOf(name: string): Capture {
  const capture = recordings.get(name);
  if (capture === undefined) throw new Error(`There is no recording ${name}.`);
  // Recorded with a declared provider; the table is about what the host shows.
  const { provider: _, ...host } = capture.host;
  return { ...capture, host };
}

function findingsOf(capture: Capture): Finding[] {
  const selected = builtinBaselines().flatMap(({ controls }) => controls.flatMap((control) => control.checks));
  const assignments = selected.flatMap(({ check: id, params }) => {
    const check = checks.find((candidate) => candidate.id === id);
    return check === undefined || !isJudged(id) ? [] : [{ check, params, severity: check.severity }];
  });
  return evaluateHost(capture, assignments, factsOf(capture));
}

/** The recordings have no outside view here. */
function isJudged(id: string): boolean {
  return checks.find((check) => check.id === id)?.view !== 'network';
}

function rowOf(name: string): { name: string; suite: Suite; variant: string } {
  const suite = (['trixie', 'bullseye'] as const).find((word) => name.endsWith(`-${word}`)) ?? 'bookworm';
  return { name, suite, variant: name.replace(`-${suite}`, '') };
}

describe('verdicts on recorded hosts', () => {
  test('every variant of the table is recorded', () => {
    const recorded = new Set([...recordings.keys()].map((name) => rowOf(name).variant));
    expect(Object.keys(variants).filter((name) => !recorded.has(name))).toEqual([]);
  });

  test.each([...recordings.keys()].map(rowOf))('$name', ({ name, suite, variant }) => {
    const capture = captureOf(name);
    const findings = findingsOf(capture);
    const verdicts = verdictsOf({ findings }, capture.host.name);
    const all = { ...compliant(suite), ...variants[variant]?.expect(suite) };
    const expected = Object.fromEntries(Object.entries(all).filter(([id]) => isJudged(id)));
    const because = findings.filter((finding) => verdicts[finding.check] !== expected[finding.check]);
    expect(verdicts, because.map((finding) => `${finding.check}: ${finding.because}`).join('\n')).toEqual(expected);
  });

  test('cut off after any probe, no capture passes what the whole one does not', () => {
    const whole = captureOf('compliant');
    const passes = new Set(findingsOf(whole).flatMap(({ id, verdict }) => (verdict === 'pass' ? [id] : [])));
    for (let kept = 0; kept < whole.outputs.length; kept += 1) {
      for (const { id, verdict, because } of findingsOf({ ...whole, outputs: whole.outputs.slice(0, kept) })) {
        expect(verdict, `${id} after ${kept} outputs: ${because}`).not.toBe('fail');
        if (verdict === 'pass') expect(passes, `${id} after ${kept} outputs`).toContain(id);
      }
    }
    const nothing = findingsOf({ ...whole, outputs: [] });
    expect(new Set(nothing.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
  });
});
