import { expect, test } from 'vitest';
import { factMemory, isSame } from '../../src/facts/identity.ts';
import { absent, known } from '../../src/model/fact.ts';

test('the same inputs give the fact that was read from them', () => {
  const memory = factMemory();
  const fact = memory.keep('1', known({ ports: [22] }));
  expect(memory.recall('1')).toBe(fact);
  expect(memory.recall('2')).toBeUndefined();
});

test('equal facts of other inputs become one object; others do not', () => {
  const memory = factMemory();
  const fact = memory.keep('1', known({ ports: [22] }));
  expect(memory.keep('2', known({ ports: [22] }))).toBe(fact);
  expect(memory.recall('2')).toBe(fact);
  expect(memory.keep('3', known({ ports: [23] }))).not.toBe(fact);
  expect(memory.keep('4', absent('none'))).toEqual(absent('none'));
});

test.each([
  ['NaN and null', { a: Number.NaN }, { a: null }],
  ['a member that is undefined and none', { a: undefined }, {}],
  ['minus nothing', { a: -0 }, { a: 0 }],
  ['sets', { a: new Set([1]) }, { a: new Set([2]) }],
  ['an array and an object', { a: [] }, { a: {} }],
])('facts whose JSON is alike stay apart: %s', (_, one, other) => {
  const memory = factMemory();
  const fact = memory.keep('1', known(one));
  expect(memory.keep('2', known(other))).not.toBe(fact);
});

test.each([
  [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, true],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [[1, 2], [1, 2, 3], false],
  [{ a: 1 }, { a: '1' }, false],
  [{ a: 1 }, { b: 1 }, false],
  [{ __proto__: { a: 1 } }, {}, false],
  [null, {}, false],
])('isSame(%j, %j) is %s', (one, other, expected) => {
  expect(isSame(one, other)).toBe(expected);
});

test('forgets what was met long ago', () => {
  const memory = factMemory();
  for (let at = 0; at < 3000; at += 1) memory.keep(`inputs ${at}`, known({ text: `${at}`.repeat(100) }));
  expect(memory.recall('inputs 2999')).toBeDefined();
  expect(memory.recall('inputs 0')).toBeUndefined();
});
