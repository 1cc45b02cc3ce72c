import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Evidence, Finding, HostEntry } from '../../src/model/finding.ts';
import type { Fleet } from '../fleet/fleet.ts';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '../../bin/fleetproof.js');

export interface ScanReport {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The run folder. */
  readonly folder: string;
  readonly hosts: readonly HostEntry[];
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
}

/** Runs the command line that a user would type, from inside the scanner's network. */
export async function scanFleet(fleet: Fleet, options: readonly string[] = []): Promise<ScanReport> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetproof-real-'));
  const inventory = join(folder, 'fleet.yaml');
  const key = fleet.keys.audit;
  const hosts = fleet.hosts.map(({ name, address, behind }) => {
    const jump = behind === null ? '' : `, jump: [${behind}]`;
    return `  - { name: ${name}, address: ${address}${jump} }`;
  });
  await writeFile(inventory, `defaults: { user: audit, identity: ${key} }\nhosts:\n${hosts.join('\n')}\n`);
  const argv = [
    process.execPath,
    PROGRAM,
    'scan',
    '-i',
    inventory,
    '-o',
    join(folder, 'runs'),
    '--known-hosts',
    fleet.knownHosts,
  ];
  const ran = await run(fleet.wrap([...argv, '--format', 'json', '--json', ...options]), folder);
  const summary = JSON.parse(ran.stdout === '' ? '{}' : ran.stdout) as { folder?: string };
  if (summary.folder === undefined) throw new Error(`The scan wrote no run:\n${ran.stderr}`);
  const report = JSON.parse(await readFile(join(summary.folder, 'report.json'), 'utf8')) as Omit<ScanReport, 'folder'>;
  return { ...ran, ...report, folder: summary.folder };
}

/** Verdicts of one host by check; `unknown:<reason>`; with several subjects the worst. */
export function verdictsOf(report: ScanReport, host: string): Record<string, string> {
  const rank = ['not-applicable', 'pass', 'unknown', 'fail'];
  const worst: Record<string, string> = {};
  for (const finding of report.findings.filter((candidate) => candidate.host === host)) {
    const verdict = finding.reason === undefined ? finding.verdict : `${finding.verdict}:${finding.reason}`;
    const before = worst[finding.check];
    const rankOf = (text: string) => rank.indexOf(text.split(':')[0] ?? '');
    if (before === undefined || rankOf(verdict) > rankOf(before)) worst[finding.check] = verdict;
  }
  return worst;
}

function run(
  argv: readonly [string, ...string[]],
  home: string,
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const [file, ...args] = argv;
  // A home without keys, agent or configuration: what the tester has must not decide.
  const env = { PATH: process.env['PATH'], HOME: home, CI: '1' };
  return new Promise((resolve) => {
    execFile(file, args, { env, cwd: home, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : 70, stdout, stderr });
    });
  });
}
