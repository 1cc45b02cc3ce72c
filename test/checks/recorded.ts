import { readFileSync } from 'node:fs';
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

/** What real hosts brought back, by the collector itself; see test/captures/ssh/README.md. */
export function recording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`../captures/ssh/${name}.json`, import.meta.url), 'utf8')) as Recording;
}

export function captureOf({ now, outputs }: Recording, host: { readonly provider?: string } = {}): Capture {
  return {
    captureVersion: 1,
    host: {
      name: 'web-1',
      address: '192.0.2.1',
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
      source: 'arguments',
      ...host,
    },
    startedAt: '2026-11-22T00:00:00.000Z',
    finishedAt: '2026-11-22T00:00:01.000Z',
    outcome: 'assessed',
    session: { loginUser: 'audit', privilege: 'sudo', hostKey: null, banner: null, clockOffsetSeconds: 0 },
    hostEpoch: now,
    outputs,
    cost: { connections: 1, execs: 1, bytesOut: 0, bytesIn: 0, ms: 0 },
  };
}

/** Capture → facts → findings, the way a scan goes. */
export function judged(check: Check, capture: Capture, params: Readonly<Record<string, unknown>> = {}): Finding[] {
  const defaults = Object.fromEntries(Object.entries(check.params).map(([name, param]) => [name, param.default]));
  return evaluateHost(
    capture,
    [{ check, params: { ...defaults, ...params }, severity: check.severity }],
    factsOf(capture),
  );
}

/** `verdict`, `account:alice verdict`, or `unknown no-privilege` with its reason, of each finding. */
export function verdicts(findings: readonly Finding[]): string[] {
  return findings.map(({ subject, host, verdict, reason }) =>
    [subject === host ? undefined : subject, verdict, reason].filter((part) => part !== undefined).join(' '),
  );
}

/** A recording with some outputs in another state, as when a tool is not there. */
export function without(name: string, state: Output['state'], probes: readonly string[]): Recording {
  const { now, outputs } = recording(name);
  return {
    now,
    outputs: outputs.map((output) =>
      probes.includes(output.probe) ? { ...output, state, exitCode: null, stdout: '', stderr: '' } : output,
    ),
  };
}
