import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { Evidence, Finding, HostEntry, Summary } from '../../src/model/finding.ts';
import type { Fleet, Ran } from '../fleet/fleet.ts';

export const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '../../bin/fleetproof.js');

export interface ScanReport {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The run folder. */
  readonly folder: string;
  readonly hosts: readonly HostEntry[];
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
  readonly summary: Summary;
}

export interface ScanTarget {
  /** Default: every host of the fleet at its IPv4 address, as `audit`. One line of YAML per host. */
  readonly hosts?: readonly string[];
  readonly user?: string;
  readonly identity?: string;
  /** Takes the outside view too. Default: false, for it is slow and has a suite of its own. */
  readonly network?: boolean;
  /** What a user would type in front of `scan`; default: this source tree's program. */
  readonly program?: readonly [string, ...string[]];
}

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A folder that is gone when the tests of the file are over. */
export async function scratch(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fleetproof-real-'));
  folders.push(folder);
  return folder;
}

/** Runs the command line that a user would type, from inside the scanner's network. */
export async function scanFleet(
  fleet: Fleet,
  options: readonly string[] = [],
  target: ScanTarget = {},
): Promise<ScanReport> {
  const folder = await scratch();
  const inventory = join(folder, 'fleet.yaml');
  const { user = 'audit', identity = fleet.keys.audit, hosts = fleet.hosts.map(entryOf) } = target;
  await writeFile(inventory, `defaults: { user: ${user}, identity: ${identity} }\nhosts:\n${hosts.join('\n')}\n`);
  const program = target.program ?? [process.execPath, PROGRAM];
  const argv = ['scan', '-i', inventory, '-o', join(folder, 'runs'), '--known-hosts', fleet.knownHosts];
  const view = target.network === true ? '--network' : '--no-network';
  const ran = await runIn(folder, fleet.wrap([...program, ...argv, view, '--format', 'json', '--json', ...options]));
  const summary = JSON.parse(ran.stdout === '' ? '{}' : ran.stdout) as { folder?: string };
  if (summary.folder === undefined) throw new Error(`The scan wrote no run:\n${ran.stderr}`);
  const report = JSON.parse(await readFile(join(summary.folder, 'report.json'), 'utf8')) as Omit<ScanReport, 'folder'>;
  return { ...ran, ...report, folder: summary.folder };
}

/** The line of the inventory for one host of the fleet. */
export function entryOf({
  name,
  address,
  behind,
}: Pick<Fleet['hosts'][number], 'name' | 'address' | 'behind'>): string {
  return `  - { name: ${name}, address: "${address}"${behind === null ? '' : `, jump: [${behind}]`} }`;
}

/** Verdicts of one host by check; `unknown:<reason>`; with several subjects (of those that are asked for) the worst. */
export function verdictsOf(
  report: Pick<ScanReport, 'findings'>,
  host: string,
  about: (subject: string) => boolean = () => true,
): Record<string, string> {
  const rank = ['not-applicable', 'pass', 'unknown', 'fail'];
  const worst: Record<string, string> = {};
  for (const finding of report.findings.filter((one) => one.host === host && about(one.subject))) {
    const verdict = finding.reason === undefined ? finding.verdict : `${finding.verdict}:${finding.reason}`;
    const before = worst[finding.check];
    const rankOf = (text: string) => rank.indexOf(text.split(':')[0] ?? '');
    if (before === undefined || rankOf(verdict) > rankOf(before)) worst[finding.check] = verdict;
  }
  return worst;
}

/** Runs a program with a home without keys, agent or configuration: what the tester has must not decide. */
export function runIn(home: string, argv: readonly [string, ...string[]]): Promise<Ran> {
  const [file, ...args] = argv;
  const env = { PATH: process.env.PATH, HOME: home, CI: '1' };
  return new Promise((resolve) => {
    execFile(file, args, { env, cwd: home, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ exitCode: typeof error?.code === 'number' ? error.code : error === null ? 0 : 70, stdout, stderr });
    });
  });
}
