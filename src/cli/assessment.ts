import { checks as catalogue } from '../../checks/index.ts';
import { type Assignment, evaluateHost } from '../evaluate/engine.ts';
import { newTally } from '../evaluate/summary.ts';
import { evidenceText, hostEntryOf } from '../evidence/records.ts';
import type { Spool } from '../evidence/spool.ts';
import { factsOf } from '../facts/derive.ts';
import { recordNames } from '../facts/evidence.ts';
import type { Baseline } from '../model/baseline.ts';
import type { Check } from '../model/check.ts';
import type { FactName } from '../model/facts/index.ts';
import type { CheckEntry, CommandEntry, Finding, ReportHead, RunEntry, View } from '../model/finding.ts';
import type { Capture } from '../model/host.ts';

/** Facts → findings → spool, one host at a time, in whatever order the hosts come in. */
export interface Assessment {
  /** A host on which judging fails inside is one that could not be assessed; the others stand. */
  take(capture: Capture): Assessed;
  head(run: RunEntry, commands: readonly CommandEntry[]): ReportHead;
}

export interface Assessed {
  readonly outcome: Capture['outcome'];
  readonly findings: readonly Finding[];
  /** Resolves when the results can be read from the spool. */
  readonly written: Promise<void>;
}

export function newAssessment(baselines: readonly Baseline[], view: View, spool: Pick<Spool, 'append'>): Assessment {
  const assignments = assignmentsOf(baselines, view);
  const tally = newTally();
  const take = (capture: Capture): Assessed => {
    const facts = factsOf(capture);
    const findings = evaluateHost(capture, assignments, facts).sort(inOrder);
    const os = facts.get('os');
    const host = hostEntryOf(capture, os.state === 'known' ? { id: os.value.id, versionId: os.value.versionId } : null);
    const evidence = evidenceText(capture, recordNames(capture), findings);
    const written = spool.append({ host, findings, evidence });
    // Last: nothing is counted of a host that is judged again.
    tally.add(host, findings);
    return { outcome: capture.outcome, findings, written };
  };
  return {
    take(capture) {
      try {
        return take(capture);
      } catch (error) {
        return take(notJudged(capture, error));
      }
    },
    head: (run, commands) => ({
      schemaVersion: '1.0',
      run,
      commands,
      controls: tally.controls(baselines),
      checks: assignments.map(({ check, severity }) => checkEntryOf(check, severity)),
      summary: tally.summary(),
    }),
  };
}

function notJudged(capture: Capture, error: unknown): Capture {
  const message = `The scanner failed on this host: ${error instanceof Error ? error.message : String(error)}`;
  return { ...capture, outcome: 'unreachable', reason: 'internal', message, hostEpoch: null, outputs: [] };
}

/** The facts that the selected checks read; `os` always, because every report names the system. */
export function factNamesOf(baselines: readonly Baseline[], view: View): Set<FactName> {
  const assignments = assignmentsOf(baselines, view);
  const sites: FactName[] = assignments.some(({ check }) => check.per === 'site') ? ['sites'] : [];
  return new Set<FactName>(['os', ...sites, ...assignments.flatMap(({ check }) => check.needs)]);
}

/** Checks of the baselines that this view cannot judge: no finding of theirs is in the run, and that is said. */
export function checksLeftOut(baselines: readonly Baseline[], view: View): string[] {
  const judged = new Set(assignmentsOf(baselines, view).map(({ check }) => check.id));
  return assignmentsOf(baselines, 'both').flatMap(({ check }) => (judged.has(check.id) ? [] : [check.id]));
}

/** Every selected check once, in the order of the catalogue. Baselines were checked for contradictions before. */
function assignmentsOf(baselines: readonly Baseline[], view: View): Assignment[] {
  const selected = new Map(
    baselines.flatMap(({ controls }) =>
      controls.flatMap(({ checks }) => checks.map((item) => [item.check, item] as const)),
    ),
  );
  return catalogue.flatMap((check) => {
    const item = selected.get(check.id);
    if (view === 'inside' && check.view === 'network') return [];
    if (view === 'outside' && check.per !== 'site') return [];
    return item === undefined ? [] : [{ check, params: item.params, severity: item.severity ?? check.severity }];
  });
}

function checkEntryOf(check: Check, severity: CheckEntry['severity']): CheckEntry {
  const { id, title, rationale, remediation, limits, mappings } = check;
  return { id, title, severity, rationale, remediation, ...(limits === undefined ? {} : { limits }), mappings };
}

/** Subject, then check, by code unit: the same on every machine. */
function inOrder(a: Finding, b: Finding): number {
  if (a.subject !== b.subject) {
    // The host itself comes before its parts.
    if (a.subject === a.host) return -1;
    if (b.subject === b.host) return 1;
    return a.subject < b.subject ? -1 : 1;
  }
  return a.check < b.check ? -1 : a.check > b.check ? 1 : 0;
}
