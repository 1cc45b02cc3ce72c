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
const judged = { findings, written: Promise.resolve() };

test('a host is judged and kept, and what is told of it is only how it ended', async () => {
  const kept: Capture[] = [];
  const draft = { addCapture: async (one: Capture) => void kept.push(one) };
  expect(await judgeAndKeepOne(capture, { take: () => judged }, draft)).toEqual({
    kind: 'end',
    host: 'web-1',
    outcome: 'assessed',
    fails: true,
  });
  expect(kept).toEqual([capture]);
});

test('a host on which judging fails inside is one that was not assessed, judged and kept as such', async () => {
  const kept: Capture[] = [];
  const taken: Capture[] = [];
  const take = (one: Capture) => {
    taken.push(one);
    if (taken.length === 1) throw new RangeError('Invalid time value');
    return { ...judged, findings: [] };
  };
  const event = await judgeAndKeepOne(capture, { take }, { addCapture: async (one) => void kept.push(one) });
  expect(event).toMatchObject({ outcome: 'unreachable', fails: false });
  expect(kept).toEqual([taken[1]]);
  expect(kept[0]).toMatchObject({
    outcome: 'unreachable',
    reason: 'internal',
    message: 'The scanner failed on this host: Invalid time value',
    hostEpoch: null,
    outputs: [],
  });
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
  await expect(judgeAndKeepOne(capture, { take: () => ({ findings, written }) }, full)).rejects.toThrow(/is full/);
  expect(isWritten).toBe(true);
});
