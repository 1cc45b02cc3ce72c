import { expect, test } from 'vitest';
import { RELEASES, supportOf } from '../../src/model/releases.ts';

test.each([
  ['debian', '13', '2026-11-22', 'supported'],
  ['debian', '12', '2026-11-22', 'supported'],
  ['debian', '11', '2026-11-22', 'extended'],
  ['debian', '11', '2026-08-31', 'supported'],
  ['debian', '11', '2026-09-01', 'extended'],
  ['debian', '11', '2031-07-01', 'ended'],
  ['debian', '8', '2026-11-22', 'ended'],
  ['ubuntu', '20.04', '2026-11-22', 'extended'],
  ['ubuntu', '22.04', '2026-11-22', 'supported'],
  ['ubuntu', '25.04', '2026-11-22', 'ended'],
  ['rocky', '9.4', '2026-11-22', undefined],
])('%s %s on %s is %s', (id, versionId, day, expected) => {
  const noon = Date.parse(`${day}T12:00:00Z`) / 1000;
  expect(supportOf({ id, versionId }, noon, RELEASES)).toBe(expected);
});

test('a given row wins over the table', () => {
  const now = Date.parse('2026-11-22T12:00:00Z') / 1000;
  const given = { ...RELEASES, 'rocky/9.4': { until: '2032-05-31' }, 'debian/12': { until: '2026-01-01' } };
  expect(supportOf({ id: 'rocky', versionId: '9.4' }, now, given)).toBe('supported');
  expect(supportOf({ id: 'debian', versionId: '12' }, now, given)).toBe('ended');
});

test('a date that is none is an error, not a verdict', () => {
  expect(() => supportOf({ id: 'x', versionId: '1' }, 0, { 'x/1': { until: 'soon' } })).toThrow(RangeError);
});
