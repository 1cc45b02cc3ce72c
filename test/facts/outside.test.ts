import { expect, test } from 'vitest';
import { factsOf } from '../../src/facts/derive.ts';
import { outsidePlanOf } from '../../src/facts/outside.ts';
import { captureOf } from '../checks/recorded.ts';
import { recorded, stdoutOf } from './firewall/recorded.ts';

test('of the ports that are sent on, the first ones of every range are tried', () => {
  const save = stdoutOf(recorded('dnat-style'), 'iptables-save');
  const state = recorded('dnat-style', {
    'iptables-save': save.replace('-m tcp --dport 5432 -j DNAT', '-m multiport ! --dports 22 -j DNAT'),
  });
  const { ports } = outsidePlanOf(factsOf(captureOf(state)), ['tcp'], [443]);
  const from = (first: number): number[] => Array.from({ length: 16 }, (_, at) => first + at);
  expect(ports).toEqual([...from(1), ...from(23), 443]);
});
