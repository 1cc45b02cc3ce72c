import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { within } from '../../../src/collect/ssh/deadline.ts';
import { SshFailure } from '../../../src/collect/ssh/outcome.ts';

const late = () => new SshFailure('timeout', 'late');

describe('a deadline', () => {
  it.each([
    ['a value', 0, (done: (value: string) => void) => done('yes'), 'yes'],
    ['a late value', 1000, (done: (value: string) => void) => setTimeout(done, 5, 'yes'), 'yes'],
    ['nothing in time', 10, () => undefined, 'late'],
    ['an error', 1000, (_done: unknown, fail: (error: Error) => void) => fail(new Error('no')), 'no'],
    [
      'an exception',
      1000,
      () => {
        throw new Error('thrown');
      },
      'thrown',
    ],
  ])('%s', async (_what, ms, start, result) => {
    const { signal } = new AbortController();
    const settled = await within<string>(ms, late, signal, start).catch((error: Error) => error.message);
    expect(settled).toBe(result);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ends with the reason of the signal, at once and also when that came before', async () => {
    const controller = new AbortController();
    const waiting = within(60_000, late, controller.signal, () => undefined);
    controller.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    let started = false;
    const after = within(0, late, controller.signal, () => {
      started = true;
    });
    await expect(after).rejects.toThrow('stop');
    expect(started).toBe(false);
  });
});
