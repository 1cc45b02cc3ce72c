import { expect, test } from 'vitest';
import { factMemory, isSame } from '../../src/facts/identity.ts';
import { absent, known } from '../../src/model/fact.ts';

const ports = (port: number) => known({ ports: [port] });

test('the same inputs give the fact that was read from them, once its value was met', () => {
  const memory = factMemory();
  expect(memory.keep('1', true, ports(22))).toMatchObject({ isCommon: false });
  expect(memory.recall('1')).toBeUndefined();
  const { fact, isCommon } = memory.keep('1', true, ports(22));
  expect(isCommon).toBe(true);
  expect(memory.recall('1')?.fact).toBe(fact);
  expect(memory.recall('2')).toBeUndefined();
});

test('equal facts of other inputs become one object; others do not', () => {
  const memory = factMemory();
  memory.keep('1', true, ports(22));
  const { fact } = memory.keep('2', true, ports(22));
  expect(memory.keep('3', true, ports(22)).fact).toBe(fact);
  expect(memory.recall('3')?.fact).toBe(fact);
  for (const time of [1, 2, 3]) expect(memory.keep(`other ${time}`, true, ports(23)).fact).not.toBe(fact);
  expect(memory.keep('4', true, absent('none')).fact).toEqual(absent('none'));
});

test('inputs that cannot come again are not remembered, the value is', () => {
  const memory = factMemory();
  memory.keep('1', false, ports(22));
  const { fact } = memory.keep('2', false, ports(22));
  expect(memory.recall('2')).toBeUndefined();
  expect(memory.keep('3', false, ports(22)).fact).toBe(fact);
});

test.each([
  ['NaN and null', { a: Number.NaN }, { a: null }],
  ['a member that is undefined and none', { a: undefined }, {}],
  ['minus nothing', { a: -0 }, { a: 0 }],
  ['sets', { a: new Set([1]) }, { a: new Set([2]) }],
  ['an array and an object', { a: [] }, { a: {} }],
])('facts whose JSON is alike stay apart: %s', (_, one, other) => {
  const memory = factMemory();
  memory.keep('1', true, known(one));
  const { fact } = memory.keep('2', true, known(one));
  for (const inputs of ['3', '4']) expect(memory.keep(inputs, true, known(other)).fact).not.toBe(fact);
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
  for (let at = 0; at < 3000; at += 1)
    for (const _ of [1, 2]) memory.keep(`inputs ${at}`, true, known({ text: `${at}`.repeat(100) }));
  expect(memory.recall('inputs 2999')).toBeDefined();
  expect(memory.recall('inputs 0')).toBeUndefined();
});
