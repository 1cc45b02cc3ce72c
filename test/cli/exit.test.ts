import { describe, expect, test } from 'vitest';
import { endingOf, type Gate } from '../../src/cli/exit.ts';
import type { Summary } from '../../src/model/finding.ts';

interface Case {
  readonly pass?: number;
  readonly fail?: Partial<Summary['bySeverity']>;
  readonly unknown?: number;
  readonly na?: number;
  readonly reached?: number;
  readonly unreachable?: number;
}

function summary({ pass = 0, fail = {}, unknown = 0, na = 0, reached = 1, unreachable = 0 }: Case): Summary {
  const bySeverity = { critical: 0, high: 0, medium: 0, low: 0, info: 0, ...fail };
  const fails = Object.values(bySeverity).reduce((a, b) => a + b, 0);
  return {
    hosts: { total: reached + unreachable, assessed: reached, partial: 0, unreachable },
    findings: pass + fails + unknown + na,
    byStatus: { pass, fail: fails, unknown, 'not-applicable': na, waived: 0, attested: 0 },
    bySeverity,
    byReason: {},
    coverage: 0,
    cost: { connections: 0, execs: 0, bytesOut: 0, bytesIn: 0, ms: 0 },
  };
}

const any: Gate = { failOn: 'any', allowUnknown: false };

describe('the exit code never lies', () => {
  test.each<[string, number, Case, Partial<Gate>, boolean]>([
    ['everything passed', 0, { pass: 18 }, {}, false],
    ['one failure', 100, { pass: 17, fail: { low: 1 } }, {}, false],
    ['a failure beats an unknown', 100, { fail: { low: 1 }, unknown: 3 }, {}, false],
    ['an unknown', 101, { pass: 17, unknown: 1 }, {}, false],
    ['an unknown that is allowed', 0, { pass: 17, unknown: 1 }, { allowUnknown: true }, false],
    ['a host that was not reached', 101, { pass: 18, unreachable: 1 }, {}, false],
    ['no host reached', 69, { unknown: 18, reached: 0, unreachable: 1 }, {}, false],
    [
      'no host reached, unknown allowed',
      69,
      { unknown: 18, reached: 0, unreachable: 1 },
      { allowUnknown: true },
      false,
    ],
    ['no finding at all', 70, {}, {}, false],
    ['nothing but not-applicable', 70, { na: 18 }, { allowUnknown: true }, false],
    ['interrupted beats a failure', 75, { fail: { critical: 1 } }, {}, true],
    ['below the gate', 0, { pass: 1, fail: { medium: 1 } }, { failOn: 'high' }, false],
    ['at the gate', 100, { pass: 1, fail: { high: 1 } }, { failOn: 'high' }, false],
    ['above the gate', 100, { pass: 1, fail: { critical: 1 } }, { failOn: 'high' }, false],
    ['no gate, but unknown', 101, { fail: { critical: 1 }, unknown: 1 }, { failOn: 'none' }, false],
    ['no gate', 0, { fail: { critical: 1 } }, { failOn: 'none' }, false],
  ])('%s: %i', (_name, code, given, gate, interrupted) => {
    const ending = endingOf(summary(given), { ...any, ...gate }, interrupted);
    expect(ending.code).toBe(code);
    expect(ending.because).toMatch(/^[A-Z0-9].*\.$/);
  });
});
