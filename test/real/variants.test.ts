import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, startFleet, whyNoFleet } from '../fleet/fleet.ts';
import { compliant, suites } from './expected.ts';
import { type ScanReport, scanFleet, verdictsOf } from './scan.ts';
import { variants } from './variants.ts';

const BATCH = 16;
const rows = suites.flatMap((suite) =>
  Object.entries(variants)
    .filter(([, { on }]) => on === undefined || on.includes(suite))
    .map(([name, variant], at) => ({ host: `h${at + 1}-${suite}`, name, suite, variant })),
);
const batches = Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, at) =>
  rows.slice(at * BATCH, (at + 1) * BATCH),
);

describe.skipIf(whyNoFleet().length > 0)('verdicts on real hosts', () => {
  describe.each(batches.map((batch, at) => ({ at: at + 1, batch })))('batch $at', ({ batch }) => {
    let fleet: Fleet;
    let report: ScanReport;

    beforeAll(async () => {
      fleet = await startFleet(batch.map(({ host, name, suite }) => `${host} ${suite} ${name}`));
      report = await scanFleet(fleet, ['-c', '6', '--host-timeout', '60s']);
    }, 600_000);

    afterAll(async () => {
      await fleet?.down();
    }, 120_000);

    test.each(batch)('$name on $suite', ({ host, suite, variant }) => {
      const expected = { ...compliant(suite), ...variant.expect(suite) };
      const seen = verdictsOf(report, host);
      const because = report.findings.filter(
        (finding) => finding.host === host && seen[finding.check] !== expected[finding.check],
      );
      expect(seen, because.map((finding) => `${finding.check}: ${finding.because}`).join('\n')).toEqual(expected);
    });
  });
});
