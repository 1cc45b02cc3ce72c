import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, nearest } from '../../src/inputs/suggest.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['abc', 'abc', 0],
    ['abc', 'abd', 1],
    ['abc', 'ab', 1],
    ['ab', 'abc', 1],
    ['abc', 'acb', 1],
    ['ca', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['hosts', 'hots', 1],
    ['jump', 'jmup', 1],
  ])('%s → %s: %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });

  it('stops counting above the limit', () => {
    expect(editDistance('kitten', 'sitting', 1)).toBe(2);
    expect(editDistance('a', 'abcdefgh', 2)).toBe(3);
  });
});

describe('nearest', () => {
  it.each([
    ['hots', ['groups', 'hosts', 'host'], ['host', 'hosts']],
    ['HOSTS', ['hosts'], ['hosts']],
    ['fire', ['firewall-active', 'fail2ban-active'], ['firewall-active']],
    ['xyz', ['hosts', 'groups'], []],
    ['a', ['b', 'c', 'd', 'e'], ['b', 'c', 'd']],
    ['', ['hosts'], []],
  ])('%s', (given, candidates, near) => {
    expect(nearest(given, candidates)).toEqual(near);
  });
});

it('asks in one sentence, or not at all', () => {
  expect(didYouMean('hots', ['hosts', 'host'])).toEqual({ suggestion: 'Did you mean "host" or "hosts"?' });
  expect(didYouMean('xyz', ['hosts'])).toEqual({});
});
