import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { parseFrames } from '../../src/collect/frames.ts';
import { programOf } from '../../src/collect/program.ts';
import type { Probe } from '../../src/model/probe.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const CAP = 1000;

test.each([
  [CAP - 1, 'ran'],
  [CAP, 'ran'],
  // The exit code behind the output is cut, in part or whole.
  [CAP + 1, 'truncated'],
  [CAP + 34, 'truncated'],
  [CAP + 35, 'truncated'],
  [CAP + 5000, 'truncated'],
])('%i bytes: %s', (length, state) => {
  const argv = ['head', '-c', String(length), '/dev/zero'] as const;
  const probes: Probe[] = [{ id: 'zeroes', purpose: 'Test.', as: 'user', argv, maxBytes: CAP }];
  const { stdout, stderr } = spawnSync('sh', { input: programOf(probes, NONCE) });
  const [output] = parseFrames(stdout, stderr, NONCE, probes).outputs;
  expect(output?.state).toBe(state);
  expect(output?.stdout).toBe('\0'.repeat(Math.min(length, CAP)));
  expect(output?.stdoutBytes).toBe(Math.min(length, CAP));
});
