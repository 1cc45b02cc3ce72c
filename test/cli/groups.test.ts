import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inGroups } from '../../src/cli/groups.ts';

const LONG = 60_000;

test('a group starts when it is full, in the order in which its things came', async () => {
  const groups: (readonly number[])[] = [];
  const add = inGroups<number>(3, LONG, async (things) => {
    groups.push(things);
  });
  await Promise.all([1, 2, 3, 4, 5, 6].map(add));
  expect(groups).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

test('nothing waits for long: what is there starts without the rest, and the next group has its own time', async () => {
  const groups: (readonly number[])[] = [];
  const add = inGroups<number>(3, 5, async (things) => {
    groups.push(things);
  });
  await Promise.all([add(1), add(2)]);
  await add(3);
  expect(groups).toEqual([[1, 2], [3]]);
});

test('each thing is done when its group is, and not before', async () => {
  const ends: (() => void)[] = [];
  const done: number[] = [];
  const add = inGroups<number>(2, LONG, () => new Promise<void>((resolve) => ends.push(resolve)));
  const all = [1, 2, 3, 4].map(async (thing) => {
    await add(thing);
    done.push(thing);
  });
  await wait(1);
  expect(done).toEqual([]);
  ends[1]?.();
  await wait(1);
  expect(done).toEqual([3, 4]);
  ends[0]?.();
  await Promise.all(all);
  expect(done).toEqual([3, 4, 1, 2]);
});

test('what goes wrong with a group is said of all of it, and of no other', async () => {
  const add = inGroups<number>(2, LONG, async (things) => {
    if (things.includes(2)) throw new Error('the disk is full');
  });
  const ends = await Promise.allSettled([1, 2, 3, 4].map(add));
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
});
