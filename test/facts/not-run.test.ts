import { describe, expect, test } from 'vitest';
import { factsOf } from '../../src/facts/derive.ts';
import type { Capture } from '../../src/model/host.ts';
import { recordedHosts } from '../checks/hosts.ts';

const whole = recordedHosts().get('compliant') as Capture;
const without = (probe: string, more: Partial<Capture> = {}): Capture => ({
  ...whole,
  outcome: 'assessed',
  ...more,
  outputs: whole.outputs.filter((output) => output.probe !== probe),
});

describe('a probe without a record', () => {
  const cut = without('os-release', { outcome: 'partial', reason: 'truncated', message: 'It stopped.' });

  test('was not asked for, where the collection was whole', () => {
    expect(factsOf(without('os-release')).get('os')).toEqual({
      state: 'unknown',
      reason: 'not-observable',
      message: 'os-release was not asked for in this run.',
      remedy: 'Scan again with this baseline.',
    });
  });

  test('was not reached, where it was cut; what was read of the other host is not taken for it', () => {
    expect(factsOf(without('os-release')).get('os')).toMatchObject({ reason: 'not-observable' });
    expect(factsOf(cut).get('os')).toMatchObject({
      reason: 'truncated',
      message: 'os-release was not reached before the collection ended.',
    });
  });

  test('was not asked for, where sudo refused others', () => {
    const denied = without('os-release', { outcome: 'partial', reason: 'no-privilege', message: 'Refused.' });
    expect(factsOf(denied).get('os')).toMatchObject({ reason: 'not-observable' });
  });
});
