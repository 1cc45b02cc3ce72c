import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  folderFor,
  knownLine,
  place,
  type Ran,
  recording,
  replaying,
  reportIn,
  runsIn,
  SCAN,
  start,
  talking,
  until,
} from './support.ts';

/** One host that answers and six that hang, two at a time. */
async function scene() {
  const good = await replaying(recording('web-1'));
  const hanging = await talking('');
  const hosts = { good: place(good), ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`h-${n}`, place(hanging)])) };
  return { cwd: folderFor(hosts, knownLine(good)), hanging };
}

const ARGS = [...SCAN, '-c', '2', '--handshake-timeout', '50s', '--host-timeout', '55s'];

/** Starts a scan and waits until the good host is in the draft and the two slots hang. */
async function underWay(args: readonly string[]) {
  const { cwd, hanging } = await scene();
  const { pid, ended } = start(args, { cwd });
  const collected = () =>
    existsSync(join(cwd, 'runs')) &&
    runsIn(cwd).some(
      (name) => (statSync(join(cwd, 'runs', name, 'captures.ndjson'), { throwIfNoEntry: false })?.size ?? 0) > 0,
    );
  await until('the good host was collected and the others hang', () => collected() && hanging.open.size === 2);
  return { cwd, hanging, pid, ended };
}

async function stopped(names: readonly NodeJS.Signals[]) {
  const scan = await underWay(ARGS);
  const at = Date.now();
  for (const name of names) process.kill(scan.pid, name);
  const ran: Ran = await scan.ended;
  return { ...scan, ran, ms: Date.now() - at };
}

describe('a scan that is interrupted', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'by %s writes what it has, marked interrupted, and ends with 75',
    async (signal) => {
      const { cwd, hanging, ran, ms } = await stopped([signal]);
      expect(ran.code).toBe(75);
      expect(ran.stderr).toMatch(/stopping; .*fleetproof: exit 75\. The scan was interrupted; 1 of 7 hosts/s);
      expect(ms).toBeLessThan(20_000);
      const [run = '', ...more] = runsIn(cwd);
      expect(more).toEqual([]);
      const { run: entry, hosts, findings } = reportIn(cwd);
      expect(entry.interrupted).toBe(true);
      expect(hosts).toHaveLength(7);
      expect(findings.filter(({ host, verdict }) => host === 'good' && verdict === 'pass').length).toBeGreaterThan(8);
      for (const host of hosts.filter(({ name }) => name !== 'good'))
        expect(host).toMatchObject({
          outcome: 'unreachable',
          reason: 'stopped',
          message: expect.stringContaining('interrupted'),
        });
      expect(readFileSync(join(cwd, 'runs', run, 'report.html'), 'utf8')).toMatch(/interrupted/i);
      // Old connections are closed, and no further host was asked.
      await until('the connections are closed', () => hanging.open.size === 0);
      expect(hosts.reduce((sum, { cost }) => sum + cost.connections, 0)).toBeLessThanOrEqual(3);
    },
  );

  // Two of the same signal at once would count as one.
  test('twice ends at once, and leaves nothing that looks like a run', async () => {
    const { cwd, ran, ms } = await stopped(['SIGINT', 'SIGTERM']);
    expect(ran.code).toBe(75);
    expect(ms).toBeLessThan(5000);
    expect(ran.stdout).toBe('');
    expect(runsIn(cwd).every((name) => /^\..*\.partial$/.test(name))).toBe(true);
  });
});

test('a run that reaches its own time limit is not interrupted, and says of each host why it is unknown', async () => {
  const { cwd } = await scene();
  const began = Date.now();
  const { code, stdout, stderr } = await start([...ARGS, '--run-timeout', '6s'], { cwd }).ended;
  expect(code).toBe(101);
  expect(stderr).toMatch(/exit 101\./);
  expect(Date.now() - began).toBeLessThan(30_000);
  const { run, hosts } = reportIn(cwd);
  expect(run.interrupted).toBe(false);
  expect(hosts.find(({ name }) => name === 'good')).toMatchObject({ outcome: 'assessed' });
  const others = hosts.filter(({ name }) => name !== 'good');
  expect(others).toHaveLength(6);
  for (const host of others)
    expect(host).toMatchObject({
      outcome: 'unreachable',
      reason: 'stopped',
      message: expect.stringContaining('time limit of the whole run'),
    });
  expect(stdout).toContain('Out of time: the run reached its time limit before every host was finished.');
});
