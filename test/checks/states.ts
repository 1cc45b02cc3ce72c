import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { evaluateHost } from '../../src/evaluate/engine.ts';
import { factsOf } from '../../src/facts/derive.ts';
import type { Check } from '../../src/model/check.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Capture } from '../../src/model/host.ts';
import type { Output } from '../../src/model/probe.ts';

interface Recording {
  readonly now: number;
  readonly outputs: readonly Output[];
}

/** What differs from the recording, for states that no host can be put into, and for parameters. */
export interface Changes {
  readonly params?: Readonly<Record<string, unknown>>;
  /** By probe: what it brought back instead. */
  readonly outputs?: Readonly<Record<string, Partial<Output>>>;
  /** Seconds later than the recording. */
  readonly later?: number;
  readonly clockOffsetSeconds?: number;
}

/**
 * Judges one check on a recorded state, through the facts and the engine. `state` is `SUITE/NAME`: a whole capture
 * of test/captures/hosts (bookworm only), or what test/captures/states has of it, over that suite's compliant host.
 */
export function judgeState(check: Check, state: string, changes: Changes = {}): Finding {
  const [suite = '', name = ''] = state.split('/');
  const compliant = read(`${suite}/compliant`);
  const own = name === 'compliant' ? compliant : read(state);
  const differing = new Set(own.outputs.map(({ probe }) => probe));
  const outputs = [...own.outputs, ...compliant.outputs.filter(({ probe }) => !differing.has(probe))];
  const params = Object.fromEntries(Object.entries(check.params).map(([key, param]) => [key, param.default]));
  const changed = outputs.map((output) => ({ ...output, ...changes.outputs?.[output.probe] }));
  const capture = captureOf(changed, own.now, changes);
  const assignment = { check, params: { ...params, ...changes.params }, severity: check.severity };
  const [finding, ...others] = evaluateHost(capture, [assignment], factsOf(capture));
  if (finding === undefined || others.length > 0) throw new Error(`${check.id} made ${others.length + 1} findings.`);
  return finding;
}

/** `pass`, `fail`, `not-applicable`, or `unknown:REASON`. */
export function verdictOf({ verdict, reason }: Finding): string {
  return reason === undefined ? verdict : `${verdict}:${reason}`;
}

/** Epoch seconds of the recording, on its host's clock. */
export function recordedAt(state: string): number {
  return read(state).now;
}

/** What a probe printed in the recording, for a test that changes a part of it. */
export function recordedText(state: string, probe: string): string {
  const output = read(state).outputs.find((one) => one.probe === probe);
  if (output === undefined) throw new Error(`${state} has no output of ${probe}.`);
  return output.stdout;
}

function read(state: string): Recording {
  const whole = new URL(`../captures/hosts/${state.replace('bookworm/', '')}.json.gz`, import.meta.url);
  if (!state.endsWith('/compliant') && existsSync(whole)) {
    const capture = JSON.parse(gunzipSync(readFileSync(whole)).toString('utf8')) as Capture;
    return { now: capture.hostEpoch ?? 0, outputs: capture.outputs };
  }
  return JSON.parse(readFileSync(new URL(`../captures/states/${state}.json`, import.meta.url), 'utf8')) as Recording;
}

function captureOf(outputs: readonly Output[], now: number, changes: Changes): Capture {
  return {
    captureVersion: 1,
    host: {
      name: 'web-1',
      address: '203.0.113.10',
      port: 22,
      user: 'audit',
      identities: [],
      identitiesOnly: false,
      jump: [],
      knownHostsFiles: [],
      groups: [],
      tags: [],
      sites: [],
      params: {},
      source: 'fleet.yaml:3',
    },
    startedAt: new Date(now * 1000).toISOString(),
    finishedAt: new Date(now * 1000).toISOString(),
    outcome: 'assessed',
    session: {
      loginUser: 'audit',
      privilege: 'sudo',
      hostKey: null,
      banner: null,
      clockOffsetSeconds: changes.clockOffsetSeconds ?? 0,
    },
    hostEpoch: now + (changes.later ?? 0),
    outputs,
    cost: { connections: 1, execs: 1, bytesOut: 0, bytesIn: 0, ms: 0 },
  };
}
