import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OwnOutputs, outputsOf } from '../../src/facts/outputs.ts';
import type { Output } from '../../src/model/probe.ts';
import { captureOf } from '../checks/recorded.ts';

export const DISTROS = ['debian11', 'debian12', 'debian13', 'ubuntu2004', 'ubuntu2204', 'ubuntu2404'] as const;
export type Distro = (typeof DISTROS)[number];

/** Seconds since the epoch on the day of the recordings: 2026-11-22 02:00 UTC. */
export const RECORDED_AT = 1_795_312_800;

const samples = fileURLToPath(new URL('../captures/samples/', import.meta.url));

/** A recording of one distro; where it has none of its own, it printed the same as Debian 12. */
export function sample(area: 'fail2ban' | 'firewall' | 'updates', distro: Distro, name: string): string {
  const own = join(samples, area, distro, `${name}.txt`);
  return readFileSync(existsSync(own) ? own : join(samples, area, 'debian12', `${name}.txt`), 'utf8');
}

/** The lines from the first one that matches `from` up to the next one that matches `to`. */
export function section(text: string, from: RegExp, to: RegExp): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => from.test(line));
  if (start < 0) throw new Error(`The recording has no line like ${from}.`);
  const length = lines.slice(start + 1).findIndex((line) => to.test(line));
  return `${lines.slice(start, length < 0 ? undefined : start + 1 + length).join('\n')}\n`;
}

/** What a probe brought back; by default it ran to its end with exit code 0. */
export function output(probe: string, stdout: string, changes: Partial<Output> = {}): Output {
  return {
    probe,
    state: 'ran',
    argv: [`/usr/bin/${probe}`],
    uid: 0,
    exitCode: 0,
    startedAt: RECORDED_AT,
    ms: 1,
    stdout,
    stderr: '',
    stdoutBytes: stdout.length,
    stderrBytes: 0,
    redactions: 0,
    ...changes,
  };
}

export function outputs(...records: readonly Output[]): OwnOutputs {
  const capture = captureOf({ now: RECORDED_AT, outputs: records });
  return outputsOf(capture, ({ probe }) => `sudoers line of ${probe}`);
}

export const SHELLS = ['dash', 'bash', 'busybox ash'].filter(
  (shell) => spawnSync('which', [shell.split(' ')[0] ?? '']).status === 0,
);

/** Runs a probe's snippet as a host would, with recordings in place of the tools it calls. */
export function runSnippet(snippet: string, shell: string, tools: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-snippet-'));
  try {
    for (const [tool, says] of Object.entries(tools)) {
      writeFileSync(join(folder, `${tool}.txt`), says);
      writeFileSync(join(folder, tool), `#!/bin/sh\ncat '${join(folder, tool)}.txt'\n`);
      chmodSync(join(folder, tool), 0o755);
    }
    const [command = 'sh', ...words] = shell.split(' ');
    const run = spawnSync(command, [...words, '-c', snippet], {
      env: { PATH: `${folder}:${process.env.PATH}`, LC_ALL: 'C' },
      encoding: 'utf8',
    });
    if (run.status !== 0) throw new Error(`The snippet ended with ${run.status}: ${run.stderr}`);
    return run.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
