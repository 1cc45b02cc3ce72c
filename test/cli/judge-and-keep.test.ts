import { expect, test } from 'vitest';
import { judgeAndKeepOne } from '../../src/cli/judge-and-keep.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';

const capture = {
  host: { name: 'web-1' },
  outcome: 'assessed',
  hostEpoch: 1,
  outputs: [{ probe: 'ufw-status' }],
} as unknown as Capture;

const findings = [{ status: 'fail' }] as unknown as readonly Finding[];
const judged = { outcome: 'partial', findings, written: Promise.resolve() } as const;

test('a host is judged and kept, and what is told of it is only how it ended', async () => {
  const kept: Capture[] = [];
  const draft = { addCapture: async (one: Capture) => void kept.push(one) };
  expect(await judgeAndKeepOne(capture, { take: () => judged }, draft)).toEqual({
    kind: 'end',
    host: 'web-1',
    outcome: 'partial',
    fails: true,
  });
  expect(kept).toEqual([capture]);
});

test('when one write fails, the other one ends first', async () => {
  let isWritten = false;
  const written = new Promise<void>((resolve) => {
    setTimeout(() => {
      isWritten = true;
      resolve();
    }, 20);
  });
  const full = { addCapture: () => Promise.reject(new Error('the disk is full')) };
  await expect(judgeAndKeepOne(capture, { take: () => ({ ...judged, written }) }, full)).rejects.toThrow(/is full/);
  expect(isWritten).toBe(true);
});
