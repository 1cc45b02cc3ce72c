import { expect, test } from 'vitest';
import { judgeShared } from '../../src/evaluate/judge.ts';
import type { Check, Facts, Judgement, Scope } from '../../src/model/check.ts';
import { defineCheck } from '../../src/model/check.ts';
import { absent, type Fact, known, unknown } from '../../src/model/fact.ts';
import type { FactName, FactTypes } from '../../src/model/facts/index.ts';

const scope: Scope = {
  now: 1,
  clockOffsetSeconds: 0,
  host: { name: 'a', address: 'a', port: 22, user: 'u', tags: [], groups: [] },
};

type Own = { readonly [K in FactName]?: Fact<unknown> };

/** A check that counts how often it is evaluated. */
function counted(evaluate: (facts: Facts<FactName>, scope: Scope) => string, rare = new Set<FactName>()) {
  let times = 0;
  const check: Check = defineCheck({
    id: 'test-check',
    title: 'It holds',
    severity: 'high',
    rationale: '',
    remediation: '',
    mappings: {},
    needs: ['os', 'provider', 'ufw'],
    params: {},
    evaluate(facts, _params, where): Judgement {
      times += 1;
      const because = evaluate(facts, where);
      return { verdict: 'pass', because, expected: '', actual: '' };
    },
  });
  const assigned = { check, params: {} };
  return {
    times: () => times,
    judge: (facts: Own, at: Scope = scope) =>
      judgeShared(
        assigned,
        {
          get: <K extends FactName>(name: K) => facts[name] as Fact<FactTypes[K]>,
          isCommon: (name) => !rare.has(name),
        },
        at,
      ),
  };
}

const os = known({ id: 'debian' });
const other = known({ id: 'debian' });

test('the very same facts are judged once', () => {
  const { judge, times } = counted((facts) => JSON.stringify(facts.get('os')));
  expect(judge({ os })).toEqual(judge({ os }));
  expect(times()).toBe(1);
});

test('nothing is remembered for a fact that no other host has', () => {
  const { judge, times } = counted((facts) => JSON.stringify(facts.get('os')), new Set<FactName>(['os']));
  judge({ os });
  judge({ os });
  expect(times()).toBe(2);
});

test('a fact that only looks the same is judged anew', () => {
  const { judge, times } = counted((facts) => JSON.stringify(facts.get('os')));
  judge({ os });
  judge({ os: other });
  expect(times()).toBe(2);
});

test('what a check asks for depends on what it was told before, and each way is remembered', () => {
  const { judge, times } = counted((facts) => {
    if (facts.get('os') === os.value) return facts.absence('ufw');
    return JSON.stringify(facts.get('provider'));
  });
  const [none, gone] = [absent('there is none'), absent('it is gone')];
  const hosts: readonly [Own, string, readonly FactName[]][] = [
    [{ os, ufw: none, provider: known('x') }, 'there is none', ['os', 'ufw']],
    [{ os: other, ufw: none, provider: known('x') }, '"x"', ['os', 'provider']],
    [{ os, ufw: gone, provider: known('y') }, 'it is gone', ['os', 'ufw']],
    [{ os: other, ufw: gone, provider: known('y') }, '"y"', ['os', 'provider']],
  ];
  for (const round of [1, 2, 3]) {
    for (const [facts, because, read] of hosts)
      expect(judge(facts), `round ${round}`).toMatchObject({ judged: [{ because }], read });
    expect(times()).toBe(round === 1 ? 4 : 4 + 0);
  }
});

test.each(['now', 'host', 'clockOffsetSeconds'] as const)('who looks at %s is asked for every host', (member) => {
  const { judge, times } = counted(
    (facts, where) => `${facts.get('os') !== undefined} ${JSON.stringify(where[member])}`,
  );
  judge({ os });
  const second = judge({ os }, { now: 2, clockOffsetSeconds: 9, host: { ...scope.host, name: 'b' } });
  expect(times()).toBe(2);
  expect(JSON.stringify(second.judged)).toMatch(/2|9|\\"b\\"/);
});

test('ignorance is remembered with its fact; a defect never', () => {
  const denied = unknown('no-privilege', 'sudo refused.');
  const { judge, times } = counted((facts) => String(facts.get('os')));
  expect(judge({ os: denied }).judged).toBe(denied);
  expect(judge({ os: denied }).judged).toBe(denied);
  expect(times()).toBe(1);
  const broken = counted((facts) => {
    facts.get('os');
    throw new Error('broken');
  });
  for (const time of [1, 2]) {
    expect(broken.judge({ os }).judged).toMatchObject({ reason: 'internal' });
    expect(broken.times()).toBe(time);
  }
});
