import { describe, expect, test } from 'vitest';
import { newTally } from '../../src/evaluate/summary.ts';
import type { Baseline } from '../../src/model/baseline.ts';
import type { Finding, HostEntry } from '../../src/model/finding.ts';
import type { Status } from '../../src/model/verdict.ts';

const host: HostEntry = {
  name: 'web-1',
  address: '203.0.113.10',
  port: 22,
  outcome: 'assessed',
  os: null,
  loginUser: 'audit',
  privilege: 'sudo',
  hostKey: null,
  clockOffsetSeconds: null,
  cost: { connections: 1, execs: 1, bytesOut: 10, bytesIn: 20, ms: 30 },
};

function finding(check: string, status: Status): Finding {
  const unknown = status === 'unknown' ? { reason: 'timeout' as const } : {};
  const verdict = status === 'waived' ? 'fail' : status === 'attested' ? 'unknown' : status;
  return {
    id: `web-1/${check}`,
    host: 'web-1',
    subject: 'web-1',
    check,
    verdict,
    status,
    severity: 'high',
    because: '',
    expected: '',
    actual: '',
    evidence: [],
    ...unknown,
  };
}

function baseline(checks: readonly string[]): Baseline {
  const control = { id: 'c-1', title: 'C', requirement: 'R', source: 'S', method: 'test' as const };
  return {
    id: 'b',
    title: 'B',
    version: '1',
    sha256: '',
    controls: [{ ...control, checks: checks.map((check) => ({ check, params: {} })) }],
  };
}

describe('a control is', () => {
  test.each([
    ['satisfied', ['a', 'b'], [finding('a', 'pass'), finding('b', 'pass')]],
    ['satisfied', ['a', 'b'], [finding('a', 'pass'), finding('b', 'not-applicable')]],
    ['satisfied', ['a'], [finding('a', 'waived')]],
    ['not-satisfied', ['a', 'b'], [finding('a', 'fail'), finding('b', 'unknown')]],
    ['undetermined', ['a', 'b'], [finding('a', 'pass'), finding('b', 'unknown')]],
    ['undetermined', ['a', 'b'], [finding('a', 'pass')]],
    ['undetermined', ['a'], [finding('a', 'not-applicable')]],
    ['undetermined', [], [finding('a', 'pass')]],
    ['undetermined', ['a'], []],
  ] as const)('%s with checks %j', (result, checks, findings) => {
    const tally = newTally();
    tally.add(host, findings);
    expect(tally.controls([baseline(checks)])[0]?.result).toBe(result);
  });
});

describe('the summary', () => {
  test('counts, and never rounds coverage up', () => {
    const tally = newTally();
    for (let at = 0; at < 9999; at += 1) tally.add(host, [finding('a', 'pass')]);
    tally.add({ ...host, outcome: 'unreachable' }, [finding('a', 'unknown'), finding('b', 'fail')]);
    const summary = tally.summary();
    expect(summary.hosts).toEqual({ total: 10_000, assessed: 9999, partial: 0, unreachable: 1 });
    expect(summary.byStatus).toMatchObject({ pass: 9999, fail: 1, unknown: 1 });
    expect(summary.bySeverity.high).toBe(1);
    expect(summary.byReason).toEqual({ timeout: 1 });
    expect(summary.coverage).toBe(0.9999);
    expect(summary.cost).toMatchObject({ connections: 10_000, bytesIn: 200_000 });
  });

  test('nothing measured is no coverage', () => {
    expect(newTally().summary().coverage).toBe(0);
  });

  test('is the same bytes in whatever order hosts come in', () => {
    const results = [finding('a', 'unknown'), { ...finding('a', 'unknown'), reason: 'auth' as const }];
    const summaryOf = (list: readonly Finding[]) => {
      const tally = newTally();
      for (const one of list) tally.add(host, [one]);
      return JSON.stringify(tally.summary());
    };
    expect(summaryOf(results)).toBe(summaryOf(results.toReversed()));
  });
});
