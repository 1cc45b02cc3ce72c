import type { Params } from './check.ts';
import type { Severity } from './verdict.ts';

/** A baseline after `extends`, defaults and overrides are resolved. */
export interface Baseline {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  /** Hex SHA-256 of the resolved content. */
  readonly sha256: string;
  readonly controls: readonly BaselineControl[];
}

export interface BaselineControl {
  readonly id: string;
  readonly title: string;
  readonly requirement: string;
  readonly source: string;
  readonly method: 'test' | 'attestation';
  readonly checks: readonly SelectedCheck[];
}

export interface SelectedCheck {
  readonly check: string;
  /** Complete: defaults filled in, validated. */
  readonly params: Params;
  readonly severity?: Severity;
}
