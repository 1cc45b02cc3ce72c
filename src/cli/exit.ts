import type { Summary } from '../model/finding.ts';
import { SEVERITIES, type Severity } from '../model/verdict.ts';

/** sysexits(3) and our own gate codes; docs/exit-codes.md. */
export const EXIT = {
  ok: 0,
  failed: 100,
  unknown: 101,
  usage: 64,
  data: 65,
  missing: 66,
  unavailable: 69,
  internal: 70,
  create: 73,
  io: 74,
  interrupted: 75,
  config: 78,
} as const;

export const FAIL_ON = ['any', ...SEVERITIES, 'none'] as const;
/** `any`, `none`, or the lowest severity that fails the gate. */
export type FailOn = (typeof FAIL_ON)[number];

export interface Gate {
  readonly failOn: FailOn;
  readonly allowUnknown: boolean;
}

export interface Ending {
  readonly code: number;
  /** One sentence: why the code is what it is. */
  readonly because: string;
}

/** The exit code of a finished assessment. Error > failed > unknown > ok; nothing measured is never ok. */
export function endingOf(summary: Summary, gate: Gate, interrupted: boolean): Ending {
  const { hosts, byStatus } = summary;
  if (interrupted) {
    return {
      code: EXIT.interrupted,
      because: `The scan was interrupted; ${hosts.assessed + hosts.partial} of ${plural(hosts.total, 'host')} had been reached.`,
    };
  }
  if (hosts.total > 0 && hosts.unreachable === hosts.total) {
    return {
      code: EXIT.unavailable,
      because: hosts.total === 1 ? 'The only host was not reached.' : `None of ${hosts.total} hosts was reached.`,
    };
  }
  const failures = gateFailures(summary, gate.failOn);
  if (failures > 0) {
    const which = gate.failOn === 'any' ? '' : ` of severity ${gate.failOn} or worse`;
    return { code: EXIT.failed, because: `${plural(failures, 'finding')}${which} failed.` };
  }
  if (
    summary.findings === 0 ||
    byStatus.pass + byStatus.fail + byStatus.unknown + byStatus.waived + byStatus.attested === 0
  ) {
    return { code: EXIT.internal, because: 'Nothing was measured: no check came to a pass or a fail.' };
  }
  const open = [
    ...(byStatus.unknown > 0 ? [`${plural(byStatus.unknown, 'finding')} unknown`] : []),
    ...(hosts.unreachable > 0 ? [`${plural(hosts.unreachable, 'host')} not reached`] : []),
  ].join(', ');
  const below = byStatus.fail > 0 ? ` (${plural(byStatus.fail, 'failure')} below --fail-on ${gate.failOn})` : '';
  if (open !== '' && !gate.allowUnknown)
    return { code: EXIT.unknown, because: `Nothing failed the gate${below}, but: ${open}.` };
  if (open !== '') return { code: EXIT.ok, because: `The gate passed${below}; allowed by --allow-unknown: ${open}.` };
  return { code: EXIT.ok, because: `The gate passed${below}: every check looked.` };
}

function gateFailures({ bySeverity }: Summary, failOn: FailOn): number {
  if (failOn === 'none') return 0;
  const last = failOn === 'any' ? SEVERITIES.length - 1 : SEVERITIES.indexOf(failOn as Severity);
  return SEVERITIES.slice(0, last + 1).reduce((sum, severity) => sum + bySeverity[severity], 0);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
