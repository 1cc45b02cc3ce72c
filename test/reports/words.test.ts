import { expect, test } from 'vitest';
import { between, bytes, count, duration, instant, percent, thousands } from '../../reports/words.ts';

test.each([
  [thousands(999), '999'],
  [thousands(1_234_567), '1,234,567'],
  [count(1, 'host'), '1 host'],
  [count(5000, 'host'), '5,000 hosts'],
  [percent(1), '100 %'],
  [percent(0.9999), '99.9 %'],
  [percent(0.58), '58 %'],
  [percent(0), '0 %'],
  [duration(830), '0.8 s'],
  [duration(12_480), '12 s'],
  [duration(59_600), '1 min 00 s'],
  [duration(185_000), '3 min 05 s'],
  [duration(7_440_000), '2 h 04 min'],
  [bytes(999), '999 B'],
  [bytes(18_400), '18.4 kB'],
  [bytes(999_999), '1.0 MB'],
  [instant('2026-11-22T01:00:00.000Z'), '2026-11-22 01:00:00 UTC'],
  [instant('yesterday'), 'yesterday'],
  [between('2026-11-22T01:00:00Z', '2026-11-22T01:00:02Z'), 2000],
  [between('x', '2026-11-22T01:00:02Z'), 0],
])('%s is %s', (shown, expected) => expect(shown).toBe(expected));
