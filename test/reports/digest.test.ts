import { describe, expect, test } from 'vitest';
import { digestOf, failingChecks } from '../../reports/digest.ts';
import { worstFirst } from '../../reports/host-lines.ts';
import { assessed, entryOf, fails, sourceOf, unknownFor } from './fixture.ts';
import { CHECKS } from './fixture-catalogue.ts';
import { fleetHost, largeFleet, mixedFleet } from './fleets.ts';

describe('digestOf', () => {
  test('equal findings of several hosts stand together', async () => {
    const digest = await digestOf(sourceOf(mixedFleet()));
    const active = digest.checks.find(({ check }) => check.id === 'firewall-active');
    expect(active?.failingHosts).toBe(3);
    expect(active?.groups.filter(({ status }) => status === 'fail')).toMatchObject([
      { because: 'ufw is installed but inactive.', hosts: 2, places: [{ host: 'web-2' }, { host: 'web-3' }] },
      { because: 'ufw is not installed.', hosts: 1 },
    ]);
  });

  test('several subjects of one host are one host', async () => {
    const digest = await digestOf(sourceOf(mixedFleet()));
    const secrets = digest.checks.find(({ check }) => check.id === 'secrets-permissions');
    expect(secrets).toMatchObject({ failingHosts: 1, counts: { fail: 2 } });
  });

  test('unknowns with one cause are one group over their checks', async () => {
    const { unknowns } = await digestOf(sourceOf(mixedFleet()));
    expect(unknowns).toMatchObject([
      { reason: 'no-privilege', severity: 'critical', findings: 5, hosts: 1, checks: { length: 5 } },
      { reason: 'no-privilege', findings: 2, checks: ['ssh-key-only', 'ssh-root-login'] },
      { reason: 'unparseable', findings: 1 },
    ]);
  });

  test('a host that was not reached is counted per check, but has no cause per check', async () => {
    const digest = await digestOf(sourceOf(mixedFleet()));
    expect(digest.unknowns.flatMap(({ places }) => places.map(({ host }) => host))).not.toContain('gw-1');
    expect(digest.checks.every(({ counts }) => counts.unknown >= 2)).toBe(true);
  });

  test('a finding of an undefined check is not lost', async () => {
    const host = assessed(entryOf('a', '203.0.113.1'));
    const stray = {
      ...fails('Seen.', 'x', 'y'),
      id: 'a/stray',
      host: 'a',
      subject: 'a',
      check: 'stray',
      severity: 'low' as const,
      evidence: [],
    };
    const digest = await digestOf(
      sourceOf([
        {
          ...host,
          findings: [
            ...host.findings,
            { ...stray, because: 'Seen.', verdict: 'fail', status: 'fail', expected: 'x', actual: 'y' },
          ],
        },
      ]),
    );
    expect(failingChecks(digest).map(({ check }) => check.id)).toEqual(['stray']);
    expect(digest.hosts[0]?.cells.map((cell) => cell?.status)).toEqual([...CHECKS.map(() => 'pass'), 'fail']);
  });

  test('reads the source once, however many reports ask', async () => {
    let passes = 0;
    const source = sourceOf(mixedFleet());
    const counted = {
      ...source,
      hosts() {
        passes += 1;
        return source.hosts();
      },
    };
    const [first, second] = await Promise.all([digestOf(counted), digestOf(counted)]);
    expect(first).toBe(second);
    expect(passes).toBe(1);
  });

  test('keeps a bounded number of texts and records, and still counts everything', async () => {
    const hosts = Array.from({ length: 1000 }, (_, index) =>
      assessed(entryOf(`h-${index}`, '203.0.113.1'), {
        'updates-pending': fails(`${index} updates wait.`, 'none', String(index)),
        'os-supported': unknownFor('unparseable', `Line ${index} is odd.`),
      }),
    );
    const digest = await digestOf(sourceOf(hosts));
    const pending = digest.checks.find(({ check }) => check.id === 'updates-pending');
    for (const groups of [pending?.groups ?? [], digest.unknowns]) {
      expect(groups.length).toBe(201);
      expect(groups.at(-1)).toMatchObject({ because: '', findings: 800, hosts: 800 });
      expect(groups.reduce((sum, group) => sum + group.findings, 0)).toBe(1000);
      expect(groups.reduce((sum, group) => sum + group.samples.length, 0)).toBe(150);
    }
  });
});

test('worstFirst: severities from the top, then not reached, then unknown', async () => {
  const { hosts } = await digestOf(sourceOf(mixedFleet()));
  expect(worstFirst(hosts).map(({ host }) => host.name)).toEqual([
    'web-2',
    'web-3',
    'alpine-1',
    'db-2',
    'gw-1',
    'web-4',
    'db-1',
    'web-1',
  ]);
});

test('failingChecks: by severity, then by hosts', async () => {
  const digest = await digestOf(sourceOf(largeFleet(100)));
  expect(failingChecks(digest).map(({ check }) => check.severity)).toEqual([
    'critical',
    'critical',
    'critical',
    'high',
    'medium',
  ]);
  expect(fleetHost(5).host.outcome).toBe('unreachable');
});
