/** The closed vocabularies of a finding. Source: docs/architecture.md, "Words". */

export const VERDICTS = ['pass', 'fail', 'unknown', 'not-applicable'] as const;
/** What was measured; nothing ever changes it. */
export type Verdict = (typeof VERDICTS)[number];

export const STATUSES = [...VERDICTS, 'waived', 'attested'] as const;
/** The verdict after governance. */
export type Status = (typeof STATUSES)[number];

export const REASONS = [
  'unreachable',
  'stopped',
  'host-key',
  'auth',
  'timeout',
  'no-privilege',
  'tool-missing',
  'unreadable',
  'unparseable',
  'truncated',
  'not-observable',
  'needs-attestation',
  'attestation-expired',
  'internal',
] as const;
/** Why something is `unknown`. Every unknown has exactly one. */
export type Reason = (typeof REASONS)[number];

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
/** Worst first. Never changes a verdict. */
export type Severity = (typeof SEVERITIES)[number];

export const CONTROL_RESULTS = ['satisfied', 'not-satisfied', 'undetermined'] as const;
/** The roll-up of one control over the fleet. */
export type ControlResult = (typeof CONTROL_RESULTS)[number];
