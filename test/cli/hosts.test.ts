import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { checks } from '../../checks/index.ts';
import { newKey } from '../../src/demo/server.ts';
import {
  fleetproof,
  folderFor,
  knownLine,
  place,
  type Ran,
  type Report,
  recording,
  replaying,
  reportIn,
  runsIn,
  SCAN,
  talking,
} from './support.ts';

describe('a fleet with hosts of every kind', () => {
  let ran: Ran;
  let report: Report;
  let folder: string;
  let run: string;
  const of = (name: string) => report.hosts.find((host) => host.name === name);

  beforeAll(async () => {
    const model = recording('web-1');
    const [good, stranger, changed, locked] = await Promise.all([
      replaying(model),
      replaying(model),
      replaying(model),
      replaying(model, { clientKey: newKey().parsed }),
    ]);
    const hosts = {
      good: place(good),
      'unknown-key': place(stranger),
      'changed-key': place(changed),
      'key-refused': place(locked),
      unresolvable: 'no-such-host.invalid',
      refused: '127.0.0.1, port: 1',
      'web-server': place(await talking('HTTP/1.1 400 Bad Request\r\n\r\n')),
      silent: place(await talking('')),
    };
    folder = folderFor(hosts, knownLine(good) + knownLine(locked) + knownLine(changed, newKey().publicLine));
    ran = await fleetproof([...SCAN, '--handshake-timeout', '3s'], { cwd: folder });
    report = reportIn(folder);
    [run = ''] = runsIn(folder);
  }, 60_000);

  test('all of them stand in the report, and the good one was judged', () => {
    const names = ['changed-key', 'good', 'key-refused', 'refused', 'silent', 'unknown-key', 'unresolvable'];
    expect(report.hosts.map((host) => host.name)).toEqual([...names, 'web-server']);
    expect(of('good')).toMatchObject({ outcome: 'assessed', privilege: 'sudo', cost: { connections: 1, execs: 1 } });
    expect(report.findings.filter(({ host, verdict }) => host === 'good' && verdict === 'pass').length).toBeGreaterThan(
      8,
    );
    expect(ran.code).toBe(101);
    expect(ran.stderr).toMatch(/fleetproof: exit 101\. .*7 hosts not reached\.\n$/);
  });

  test.each([
    ['unknown-key', 'host-key', /SHA256:.*ssh-keyscan/s],
    ['changed-key', 'host-key', /SHA256:/],
    ['key-refused', 'auth', /authorized_keys of audit/],
    ['unresolvable', 'unreachable', /no-such-host\.invalid/],
    ['refused', 'unreachable', /refused/i],
    ['web-server', 'unreachable', /not an SSH server: it answered "HTTP/],
    ['silent', 'timeout', /3 s/],
  ] as const)('%s is unreachable (%s), with the cause', (name, reason, message) => {
    expect(of(name)).toMatchObject({ outcome: 'unreachable', reason });
    expect(of(name)?.message).toMatch(message);
    const findings = report.findings.filter((finding) => finding.host === name);
    expect(findings.length).toBeGreaterThan(0);
    for (const finding of findings) expect(finding).toMatchObject({ verdict: 'unknown', reason });
    expect(ran.stdout).toContain(name);
  });

  test('the same evidence judged again gives the same findings, byte for byte', async () => {
    const again = await fleetproof(['evaluate', `runs/${run}`, '-o', 'again'], { cwd: folder });
    const [second = ''] = runsIn(folder, 'again');
    const findings = (path: string) => readFileSync(join(folder, path, 'findings.ndjson'), 'utf8');
    expect(findings(`again/${second}`)).toBe(findings(`runs/${run}`));
    expect(again.code).toBe(ran.code);
    const source = readFileSync(join(folder, 'runs', run, 'run.json'));
    const sha256 = createHash('sha256').update(source).digest('hex');
    const { tool, startedAt } = JSON.parse(source.toString('utf8')).run;
    const { run: entry } = JSON.parse(readFileSync(join(folder, 'again', second, 'report.json'), 'utf8'));
    expect(entry).toMatchObject({ id: second, tool, startedAt, judgedAgain: { tool, from: { id: run, sha256 } } });
    expect(Date.parse(entry.judgedAgain.at)).toBeGreaterThanOrEqual(Date.parse(startedAt));
    expect(again.stdout).toMatch(/^Judged again: .* by fleetproof/m);
    expect(ran.stdout).not.toContain('Judged again');
    expect(readFileSync(join(folder, 'again', second, 'report.html'), 'utf8')).toContain('<dt>Judged again</dt>');
  });

  test.each(['json', 'html'])('the %s report can be written later, and is the same', async (format) => {
    const later = await fleetproof(['report', `runs/${run}`, '--format', format], { cwd: folder });
    expect(later.code).toBe(0);
    expect(later.stdout === readFileSync(join(folder, 'runs', run, `report.${format}`), 'utf8')).toBe(true);
    const kept = await fleetproof(['report', `runs/${run}`, '--format', format, '-o', `x.${format}`], { cwd: folder });
    expect(kept).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(join(folder, `x.${format}`), 'utf8') === later.stdout).toBe(true);
  });

  test('a run that is not there, or not whole, is not judged', async () => {
    const { code, stderr } = await fleetproof(['evaluate', 'runs/nowhere'], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 66, stderr: expect.stringContaining('runs/nowhere') });
  });
});

test('a run that is judged by a baseline with more checks says what was not asked for', async () => {
  const server = await replaying(recording('web-1'));
  const cwd = folderFor({ 'web-1': place(server) }, knownLine(server));
  writeFileSync(join(cwd, 'narrow.yaml'), NARROW);
  await fleetproof([...SCAN, '-b', 'narrow.yaml'], { cwd });
  const [run = ''] = runsIn(cwd);
  const again = await fleetproof(['evaluate', `runs/${run}`, '-b', 'cleavr', '--json'], { cwd });
  expect(again.code).toBe(101);
  expect(JSON.parse(again.stdout).summary.byReason.truncated).toBeUndefined();
  const told = await fleetproof(['evaluate', `runs/${run}`, '-b', 'cleavr'], { cwd });
  expect(told.stdout.replace(/\s+/g, ' ')).toContain('was not asked for in this run.');
  expect(told.stdout).toContain('Scan again with this baseline.');
});

test('a site that no check looks at is not assessed, and no gate passes over it', async () => {
  const server = await replaying(recording('web-1'));
  const cwd = folderFor({ 'web-1': place(server) }, knownLine(server));
  writeFileSync(join(cwd, 'narrow.yaml'), NARROW);
  const args = ['scan', '-i', 'fleet.yaml', '--known-hosts', 'known_hosts', '-b', 'narrow.yaml'];
  const { code, stderr } = await fleetproof([...args, '--site', 'https://127.0.0.77:9443'], { cwd });
  expect(code).toBe(101);
  expect(stderr).toContain('1 host not reached');
  const { hosts } = reportIn(cwd);
  expect(hosts.find(({ name }) => name !== 'web-1')).toMatchObject({
    outcome: 'unreachable',
    reason: 'not-observable',
    message: 'Nothing was looked at: no check of the baselines looks at sites from outside.',
  });
  expect(hosts.find(({ name }) => name === 'web-1')).toMatchObject({ outcome: 'assessed' });
});

const NARROW = `id: narrow
title: One control
version: "1"
controls:
  narrow-1:
    title: fail2ban runs
    requirement: It runs.
    source: none
    checks:
      fail2ban-active: {}
`;

test('a scan of one host given as an argument prints what it found as JSON, and nothing else', async () => {
  const server = await replaying(recording('web-2'));
  const cwd = folderFor({}, knownLine(server).replace('127.0.0.1', '127.0.0.1'));
  const args = ['scan', `audit@127.0.0.1:${server.port}`, '--known-hosts', 'known_hosts', '--no-network', '--json'];
  const judged = checks.filter(({ view }) => view !== 'network').length;
  const ran = await fleetproof(args, { cwd });
  // No identity is named: ssh's own default is looked for, in vain.
  expect(ran.code).toBe(69);
  expect(JSON.parse(ran.stdout)).toMatchObject({ exitCode: 69, summary: { byReason: { auth: judged } } });
  expect(server.seen.connections).toBe(0);
});
