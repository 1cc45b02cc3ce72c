import { expect, test } from 'vitest';
import { newAssessment } from '../../src/cli/assessment.ts';
import { builtinBaselines } from '../../src/cli/builtin.ts';
import type { HostEntry, RunEntry } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import { recordedHosts } from '../checks/hosts.ts';

test('a host on which judging fails inside is one that was not assessed, counted once, and the others stand', async () => {
  const whole = recordedHosts().get('compliant') as Capture;
  // No clock shows this; a date of it cannot be written.
  const [first, ...rest] = whole.outputs;
  const broken = {
    ...whole,
    host: { ...whole.host, name: 'broken' },
    outputs: [{ ...first, startedAt: 1e15 }, ...rest],
  };
  const hosts: HostEntry[] = [];
  const assessment = newAssessment(builtinBaselines(), 'inside', {
    append: async ({ host }) => void hosts.push(host),
  });
  const failed = assessment.take(broken as Capture);
  const judged = assessment.take(whole);
  await Promise.all([failed.written, judged.written]);
  expect(failed.outcome).toBe('unreachable');
  expect(new Set(failed.findings.map(({ verdict, reason }) => `${verdict} ${reason}`))).toEqual(
    new Set(['unknown internal']),
  );
  expect(hosts).toMatchObject([
    {
      name: 'broken',
      outcome: 'unreachable',
      reason: 'internal',
      message: expect.stringMatching(/^The scanner failed/),
    },
    { name: whole.host.name, outcome: whole.outcome },
  ]);
  const { summary } = assessment.head({} as RunEntry, []);
  expect(summary.hosts).toMatchObject({ total: 2, unreachable: 1 });
  expect(summary.byStatus.unknown).toBeGreaterThanOrEqual(failed.findings.length);
  expect(judged.findings.some(({ verdict }) => verdict === 'pass')).toBe(true);
});
