import type { Baseline } from '../model/baseline.ts';
import type { ControlEntry, Finding, HostEntry, Summary } from '../model/finding.ts';
import type { Cost } from '../model/host.ts';
import { type ControlResult, REASONS, type Reason, type Severity, type Status } from '../model/verdict.ts';

/** Adds hosts up one by one, so that a run of any size needs the memory of one host. */
export interface Tally {
  add(host: HostEntry, findings: readonly Finding[]): void;
  summary(): Summary;
  /** Over everything added so far. */
  controls(baselines: readonly Baseline[]): ControlEntry[];
}

export function newTally(): Tally {
  const hosts = { total: 0, assessed: 0, partial: 0, unreachable: 0 };
  const byStatus: Record<Status, number> = {
    pass: 0,
    fail: 0,
    unknown: 0,
    'not-applicable': 0,
    waived: 0,
    attested: 0,
  };
  const bySeverity: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  const byReason: Partial<Record<Reason, number>> = {};
  const byCheck = new Map<string, Record<Status, number>>();
  const cost = { connections: 0, execs: 0, bytesOut: 0, bytesIn: 0, ms: 0 };
  let findingCount = 0;
  return {
    add(host, findings) {
      hosts.total += 1;
      hosts[host.outcome] += 1;
      addCost(cost, host.cost);
      for (const finding of findings) {
        findingCount += 1;
        byStatus[finding.status] += 1;
        if (finding.status === 'fail') bySeverity[finding.severity] += 1;
        if (finding.reason !== undefined) byReason[finding.reason] = (byReason[finding.reason] ?? 0) + 1;
        const counts = byCheck.get(finding.check) ?? {
          pass: 0,
          fail: 0,
          unknown: 0,
          'not-applicable': 0,
          waived: 0,
          attested: 0,
        };
        counts[finding.status] += 1;
        byCheck.set(finding.check, counts);
      }
    },
    summary: () => ({
      hosts,
      findings: findingCount,
      byStatus,
      bySeverity,
      // Not in the order in which hosts came in, which differs from run to run.
      byReason: Object.fromEntries(
        REASONS.flatMap((reason) => (reason in byReason ? [[reason, byReason[reason]]] : [])),
      ),
      // Four digits: enough for a person, and the same bytes everywhere.
      coverage:
        findingCount === 0 ? 0 : Math.floor(((findingCount - byStatus.unknown) / findingCount) * 10_000) / 10_000,
      cost,
    }),
    controls: (baselines) =>
      baselines.flatMap((baseline) =>
        baseline.controls.map((control) => ({
          id: control.id,
          baseline: baseline.id,
          title: control.title,
          requirement: control.requirement,
          source: control.source,
          method: control.method,
          checks: control.checks.map((selected) => selected.check),
          result: resultOf(control.checks.map((selected) => byCheck.get(selected.check))),
        })),
      ),
  };
}

/**
 * One failure is enough for not-satisfied. Satisfied needs every check to have looked, with at least one
 * affirmative result; a control without a check is undetermined, and so is one where everything is not applicable.
 */
function resultOf(checks: readonly (Record<Status, number> | undefined)[]): ControlResult {
  if (checks.some((counts) => counts !== undefined && counts.fail > 0)) return 'not-satisfied';
  if (checks.length === 0) return 'undetermined';
  if (checks.some((counts) => counts === undefined || counts.unknown > 0)) return 'undetermined';
  const affirmed = checks.some((counts) => counts !== undefined && counts.pass + counts.attested + counts.waived > 0);
  return affirmed ? 'satisfied' : 'undetermined';
}

function addCost(total: { -readonly [K in keyof Cost]: number }, cost: Cost): void {
  total.connections += cost.connections;
  total.execs += cost.execs;
  total.bytesOut += cost.bytesOut;
  total.bytesIn += cost.bytesIn;
  total.ms += cost.ms;
}
