import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newKey } from '../../src/demo/server.ts';
import { type Fleet, startFleet, whyNoFleet } from '../fleet/fleet.ts';
import { compliant, type Suite, suites } from './expected.ts';
import { entryOf, type ScanReport, scanFleet, scratch, verdictsOf } from './scan.ts';

const SPEC = [
  'bastion bookworm compliant',
  'inner trixie compliant behind=bastion',
  'direct bullseye compliant',
  'hanging bookworm hang-banner',
];
/** Seconds; far more than a log-in here takes, far less than a test may. */
const CONNECT = 4;
const HANDSHAKE = 6;

describe.skipIf(whyNoFleet().length > 0)('a fleet that is not all within reach', () => {
  let fleet: Fleet;
  let report: ScanReport;
  const entry = (name: string, of: string, more: Partial<Fleet['hosts'][number]> = {}) =>
    entryOf({ ...fleet.host(of), name, ...more });
  const hostOf = (name: string) => report.hosts.find((host) => host.name === name);

  beforeAll(async () => {
    fleet = await startFleet(SPEC);
    const { address6 } = fleet.host('direct');
    const hosts = [
      ...SPEC.map((line) => entry(line.split(' ')[0] ?? '', line.split(' ')[0] ?? '')),
      entry('by-ipv6', 'direct', { address: address6 }),
      // Through two hosts that have another address, a user's key and a host key each.
      entry('two-hops', 'inner', { address: fleet.host('inner').address6, behind: 'by-ipv6, bastion' }),
      entry('closed', 'direct').replace(' }', ', port: 443 }'),
      entry('filtered', 'direct').replace(' }', ', port: 2222 }'),
      entry('nobody', 'direct', { address: '10.77.0.250' }),
      entry('behind-closed', 'inner', { address: '10.78.0.250', behind: 'closed' }),
      entry('inner-nobody', 'inner', { address: '10.78.0.251' }),
    ];
    const limits = ['--connect-timeout', `${CONNECT}s`, '--handshake-timeout', `${HANDSHAKE}s`];
    report = await scanFleet(fleet, [...limits, '-c', '4'], { hosts });
  }, 300_000);

  afterAll(async () => {
    await fleet?.down();
  }, 120_000);

  test.each<[string, Suite, number]>([
    ['direct', 'bullseye', 1],
    ['bastion', 'bookworm', 1],
    ['by-ipv6', 'bullseye', 1],
    ['inner', 'trixie', 2],
    ['two-hops', 'trixie', 3],
  ])('%s is judged as if nothing else were wrong', (name, suite, connections) => {
    expect(hostOf(name)).toMatchObject({ outcome: 'assessed', privilege: 'sudo', cost: { connections, execs: 1 } });
    expect(verdictsOf(report, name)).toEqual(compliant(suite));
  });

  test.each([
    ['hanging', 'timeout', `sent no SSH identification within ${HANDSHAKE} s`],
    ['closed', 'unreachable', 'refused'],
    ['filtered', 'unreachable', `${CONNECT} s`],
    ['nobody', 'unreachable', '10.77.0.250'],
    ['behind-closed', 'unreachable', 'Jump host closed'],
    ['inner-nobody', 'unreachable', '10.78.0.251'],
  ])('%s is not reached (%s), and the report says why', (name, reason, message) => {
    expect(hostOf(name)).toMatchObject({ outcome: 'unreachable', reason, cost: { execs: 0 } });
    expect(hostOf(name)?.message).toContain(message);
    expect(new Set(Object.values(verdictsOf(report, name)))).toEqual(new Set([`unknown:${reason}`]));
  });

  test('the exit code tells what failed, and a host that hangs holds up nobody', () => {
    // The support of bullseye has ended.
    expect(report.exitCode).toBe(100);
    expect(hostOf('hanging')?.cost.ms).toBeLessThan((HANDSHAKE + 3) * 1000);
  });

  test('nothing ran on the jump hosts but their forwarding', async () => {
    const log = await fleet.exec('bastion', ['journalctl', '-q', '-o', 'cat', '-t', 'sshd']);
    const logins = log.stdout.split('\n').filter((line) => line.startsWith('Accepted publickey for audit'));
    expect(logins.length).toBeGreaterThan(2);
    const sudo = await fleet.exec('bastion', ['journalctl', '-q', '-o', 'cat', '-t', 'sudo', '--grep=iptables-save']);
    // Its own scan, once: per command a line of sudo and two of PAM at most.
    expect(
      sudo.stdout
        .split('\n')
        .filter((line) => line.endsWith('COMMAND=/usr/bin/timeout -k 2 10 /usr/sbin/iptables-save')),
    ).toHaveLength(1);
  });
});

describe.skipIf(whyNoFleet().length > 0)('a scanner that comes again and again', () => {
  let fleet: Fleet;
  const runs: { readonly kind: 'right' | 'wrong'; readonly report: ScanReport }[] = [];

  beforeAll(async () => {
    fleet = await startFleet(suites.map((suite) => `${suite} ${suite} compliant`));
    const folder = await scratch();
    const wrong = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => {
        const path = join(folder, name);
        await writeFile(path, newKey().privateKey);
        await chmod(path, 0o600);
        return path;
      }),
    );
    for (const kind of ['right', 'right', 'wrong', 'right', 'wrong', 'right'] as const) {
      const identity = kind === 'right' ? fleet.keys.audit : `[${wrong.join(', ')}]`;
      runs.push({ kind, report: await scanFleet(fleet, ['-c', '3'], { identity }) });
    }
  }, 400_000);

  afterAll(async () => {
    await fleet?.down();
  }, 120_000);

  describe.each(suites)('to %s', (suite) => {
    test('gets in every time with its key, also after keys were refused', () => {
      const seen = runs.map(({ kind, report }) => {
        const host = report.hosts.find(({ name }) => name === suite);
        return `${kind}: ${host?.outcome} ${host?.reason ?? ''}`.trim();
      });
      const [right, wrong] = ['right: assessed', 'wrong: unreachable auth'];
      expect(seen).toEqual([right, right, wrong, right, wrong, right]);
    });

    test('says which keys were refused, and offers three at most', () => {
      const host = runs.find(({ kind }) => kind === 'wrong')?.report.hosts.find(({ name }) => name === suite);
      expect(host?.message).toMatch(/did not let audit in \(it takes publickey\): it refused .*1 more key \(at most 3/);
    });

    test('is nobody that fail2ban or sshd would ban', async () => {
      const status = await fleet.exec(suite, ['fail2ban-client', 'status', 'sshd']);
      expect(status.stdout).toMatch(/Total banned:\s+0$/m);
      const log = await fleet.exec(suite, ['journalctl', '-q', '-o', 'cat', '-u', 'ssh']);
      expect(log.stdout).toContain('Accepted publickey for audit');
      expect(log.stdout).not.toMatch(/Too many authentication failures|maximum authentication attempts|penalty/);
    });
  });
});
