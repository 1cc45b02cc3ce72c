import { describe, expect, test } from 'vitest';
import { evaluateHost, type FactBase } from '../../src/evaluate/engine.ts';
import { type Check, defineCheck, judge, notApplicable } from '../../src/model/check.ts';
import { absent, cannotTell, type Fact, known, unknown } from '../../src/model/fact.ts';
import type { FactName, FactTypes } from '../../src/model/facts/index.ts';
import type { Capture } from '../../src/model/host.ts';

const capture: Capture = {
  captureVersion: 1,
  host: {
    name: 'web-1',
    address: '203.0.113.10',
    port: 22,
    user: 'audit',
    identities: [],
    identitiesOnly: true,
    jump: [],
    knownHostsFiles: [],
    groups: [],
    tags: [],
    sites: [],
    params: {},
    source: 'fleet.yaml:3',
  },
  startedAt: '2026-11-22T01:00:00.000Z',
  finishedAt: '2026-11-22T01:00:01.000Z',
  outcome: 'assessed',
  session: { loginUser: 'audit', privilege: 'sudo', hostKey: 'SHA256:abc', banner: null, clockOffsetSeconds: 0 },
  hostEpoch: 1_795_309_200,
  outputs: [],
  cost: { connections: 1, execs: 1, bytesOut: 1, bytesIn: 1, ms: 1000 },
};

const os = known({ id: 'debian', versionId: '12' }) as unknown as Fact<FactTypes['os']>;

function base(facts: Partial<{ [K in FactName]: Fact<FactTypes[K]> }>): FactBase {
  return {
    get: (name) => facts[name] ?? unknown('internal', 'no such fact in this test'),
    isCommon: () => true,
    evidence: (names) => names.map((name) => `web-1/${name}`),
  };
}

function check(evaluate: Check['evaluate']): Check {
  return defineCheck({
    id: 'test-check',
    title: 'The condition holds',
    severity: 'high',
    rationale: 'Because.',
    remediation: 'Mend it.',
    mappings: {},
    needs: ['os', 'provider'],
    params: {},
    evaluate,
  });
}

function run(evaluate: Check['evaluate'], facts: FactBase, over: Partial<Capture> = {}) {
  return evaluateHost({ ...capture, ...over }, [{ check: check(evaluate), params: {}, severity: 'high' }], facts);
}

const pass = { because: 'It holds.', expected: 'it holds' };

describe('the engine', () => {
  test('a pass names the evidence of exactly the facts that were read', () => {
    const [finding] = run((facts) => {
      facts.get('os');
      return judge(pass, []);
    }, base({ os }));
    expect(finding).toMatchObject({
      verdict: 'pass',
      status: 'pass',
      because: 'It holds.',
      evidence: ['web-1/os'],
      id: 'web-1/test-check',
    });
  });

  test('reading an unknown fact ends as unknown with its reason and remedy, whatever the check would say', () => {
    const denied = unknown('no-privilege', 'sudo refused.', 'Allow it.');
    const [finding] = run(
      (facts) => {
        facts.get('os');
        return judge(pass, []);
      },
      base({ os: denied }),
    );
    expect(finding).toMatchObject({
      verdict: 'unknown',
      reason: 'no-privilege',
      because: 'sudo refused.',
      remediation: 'Allow it.',
    });
  });

  test('damning evidence that is read first fails although another fact is unknown', () => {
    const [finding] = run(
      (facts) =>
        judge(pass, [
          () => (facts.get('os') === undefined ? undefined : { because: 'It is wrong.', actual: 'wrong' }),
          () => void facts.get('provider'),
        ]),
      base({ os, provider: unknown('timeout', 'too late') }),
    );
    expect(finding).toMatchObject({ verdict: 'fail', because: 'It is wrong.', actual: 'wrong' });
  });

  test('conditions: ignorance beats pass, in whatever order', () => {
    for (const order of [0, 1]) {
      const conditions = [() => undefined, () => cannotTell('unparseable', 'Cannot read it.')];
      const [finding] = run(() => judge(pass, order === 0 ? conditions : conditions.reverse()), base({}));
      expect(finding).toMatchObject({ verdict: 'unknown', reason: 'unparseable' });
    }
  });

  test('an absent fact is knowledge', () => {
    const [finding] = run(
      (facts) =>
        judge(pass, [
          () => (facts.get('os') === undefined ? { because: `${facts.absence('os')}.`, actual: 'absent' } : undefined),
        ]),
      base({ os: absent('it is not there') }),
    );
    expect(finding).toMatchObject({ verdict: 'fail', because: 'it is not there.' });
  });

  test('an exception inside a check is unknown(internal), never a skip', () => {
    const [finding] = run(() => {
      throw new TypeError('boom');
    }, base({}));
    expect(finding).toMatchObject({ verdict: 'unknown', reason: 'internal' });
    expect(finding?.because).toContain('boom');
  });

  test('a check that says nothing is unknown(internal)', () => {
    expect(run(() => [], base({}))[0]).toMatchObject({ verdict: 'unknown', reason: 'internal' });
  });

  test('not-applicable carries its rule', () => {
    const [finding] = run(() => notApplicable('no-ipv6', 'There is no IPv6.', 'it holds'), base({}));
    expect(finding).toMatchObject({ verdict: 'not-applicable', rule: 'no-ipv6' });
  });

  test('several subjects are several findings', () => {
    const findings = run(() => [judge(pass, []), { ...judge(pass, []), subject: 'account:alice' }], base({}));
    expect(findings.map(({ id, subject }) => [id, subject])).toEqual([
      ['web-1/test-check', 'web-1'],
      ['web-1/test-check/account:alice', 'account:alice'],
    ]);
  });

  test('a host that was not reached has one unknown per check, with the reason it was not reached', () => {
    const [finding] = run(() => judge(pass, []), base({ os }), {
      hostEpoch: null,
      outcome: 'unreachable',
      reason: 'host-key',
      message: 'The host key is unknown.',
    });
    expect(finding).toMatchObject({ verdict: 'unknown', reason: 'host-key', because: 'The host key is unknown.' });
  });

  test('a host that was not reached is unknown for that reason from outside as well, where only sites are looked at', () => {
    const lost: Capture = {
      ...capture,
      hostEpoch: null,
      outcome: 'unreachable',
      reason: 'host-key',
      message: 'The host key is unknown.',
      outside: { taken: true, because: '', exchanges: [] },
    };
    const outside: Check = { ...check(() => judge(pass, [])), view: 'network' };
    const [finding] = evaluateHost(lost, [{ check: outside, params: {}, severity: 'high' }], base({ os }));
    expect(finding).toMatchObject({ verdict: 'unknown', reason: 'host-key', because: 'The host key is unknown.' });
  });

  test('parameters of the host win over those of the baseline', () => {
    const host = { ...capture.host, params: { 'test-check': { limit: 2 } } };
    let seen: unknown;
    const subject = check((_facts, params) => {
      seen = params;
      return judge(pass, []);
    });
    evaluateHost({ ...capture, host }, [{ check: subject, params: { limit: 1, other: 3 }, severity: 'low' }], base({}));
    expect(seen).toEqual({ limit: 2, other: 3 });
  });
});
