import { describe, expect, test } from 'vitest';
import { progressLine } from '../../reports/progress.ts';

const state = { total: 200, done: 50, running: 32, failed: 7, unreachable: 0, elapsedMs: 30_000 };

describe('progressLine', () => {
  test.each([
    [state, '[###.........] 50/200 hosts · 32 running · 7 failed · 0:30 elapsed, about 1:30 left'],
    [{ ...state, done: 0 }, '[............] 0/200 hosts · 32 running · 7 failed · 0:30 elapsed'],
    [
      { ...state, done: 200, running: 0, elapsedMs: 3_723_000 },
      '[############] 200/200 hosts · 0 running · 7 failed · 1:02:03 elapsed',
    ],
  ])('%j', (given, line) => expect(progressLine(given, 100)).toBe(line));

  test('tells hosts that were not reached', () => {
    expect(progressLine({ ...state, unreachable: 3 }, 120)).toContain(' · 7 failed · 3 not reached · ');
  });

  test('an empty fleet is done', () => expect(progressLine({ ...state, total: 0, done: 0 })).toContain('0/0 hosts'));

  test.each([80, 60, 40, 20, 8])('is at most %i columns wide', (width) => {
    for (const done of [0, 1, 4999, 5000]) {
      const line = progressLine(
        { ...state, total: 5000, done, failed: 1234, unreachable: 2000, elapsedMs: 8e6 },
        width,
      );
      expect([...line].length).toBeLessThanOrEqual(width);
    }
  });
});
