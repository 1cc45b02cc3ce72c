import type { ControlEntry, ReportHead } from '../../src/model/finding.ts';
import { CONTROL_RESULTS, SEVERITIES, STATUSES } from '../../src/model/verdict.ts';
import { type CheckTally, type Digest, failingChecks, failures } from '../digest.ts';
import { WORST_FIRST, worstFirst } from '../host-lines.ts';
import {
  againText,
  between,
  bytes,
  CONTROL,
  count,
  duration,
  earlyEnd,
  instant,
  percent,
  STATUS,
  scopeText,
  thousands,
  viewText,
} from '../words.ts';
import { anchor, bar, spans, steps } from './parts.ts';

const TOP = 6;

export function headView({ head }: Digest, css: string, cssHash: string) {
  const { run } = head;
  const again = againText(run);
  const names = run.baselines.map(({ id, version }) => `${id} ${version}`).join(', ');
  return {
    css,
    cssHash,
    title: `Security baseline assessment: ${names}, run ${run.id}`,
    headline: run.baselines.map(({ title }) => title).join(', '),
    complete: completeness(head),
    interrupted: earlyEnd(run, head.summary) !== '',
    facts: [
      { name: 'Run', value: run.id },
      { name: 'Started', value: instant(run.startedAt) },
      { name: 'Ended', value: instant(run.finishedAt) },
      { name: 'Took', value: duration(between(run.startedAt, run.finishedAt)) },
      { name: 'Looked at', value: viewText(run) },
      { name: 'Tool', value: `${run.tool.name} ${run.tool.version}` },
      ...(again === '' ? [] : [{ name: 'Judged again', value: again }]),
      ...(run.previousRunId === null ? [] : [{ name: 'Previous run', value: run.previousRunId }]),
    ],
    digests: [
      ...run.baselines.map(({ id, version, sha256 }) => ({ name: `Baseline ${id} ${version}`, hash: sha256 })),
      { name: 'Command set', hash: run.commandSetSha256 },
      { name: 'Inventory', hash: run.inventorySha256 },
      ...(run.judgedAgain === undefined ? [] : [{ name: 'Evidence', hash: run.judgedAgain.from.sha256 }]),
    ],
  };
}

function completeness({ summary, run }: ReportHead): string {
  const { hosts } = summary;
  const early = earlyEnd(run, summary);
  const reached = `${thousands(hosts.assessed + hosts.partial)} of ${count(hosts.total, 'host')} reached`;
  const scope = scopeText(run, hosts.total);
  const told = scope === '' ? reached : `${reached}; ${scope}`;
  if (early !== '') return `Not complete. ${early}; ${told}`;
  if (hosts.unreachable > 0) return `Not complete: ${told}`;
  return scope === '' ? `Complete: ${told}` : `In part: ${told}`;
}

export function summaryView(digest: Digest) {
  const { head } = digest;
  const { hosts, byStatus, bySeverity, findings, coverage, cost } = head.summary;
  return {
    ...conclusion(head),
    hosts: bar([
      { kind: 'pass', glyph: '✓', amount: hosts.assessed, words: 'assessed' },
      { kind: 'unknown', glyph: '?', amount: hosts.partial, words: 'assessed in part' },
      { kind: 'fail', glyph: '!', amount: hosts.unreachable, words: 'not reached' },
    ]),
    hostTotal: thousands(hosts.total),
    controls: bar(
      CONTROL_RESULTS.map((result) => ({
        kind: result === 'satisfied' ? 'pass' : result === 'not-satisfied' ? 'fail' : 'unknown',
        glyph: CONTROL[result].glyph,
        amount: head.controls.filter((control) => control.result === result).length,
        words: CONTROL[result].word,
      })),
    ),
    controlTotal: thousands(head.controls.length),
    findings: bar(
      STATUSES.filter(
        (status) => byStatus[status] > 0 || status === 'pass' || status === 'fail' || status === 'unknown',
      ).map((status) => ({
        kind: status,
        glyph: STATUS[status].glyph,
        amount: byStatus[status],
        words: STATUS[status].past,
      })),
    ),
    findingTotal: thousands(findings),
    severities: SEVERITIES.map((severity) => ({
      severity,
      amount: thousands(bySeverity[severity]),
      some: bySeverity[severity] > 0,
    })),
    failed: count(byStatus.fail, 'failed finding'),
    coverage: percent(coverage),
    determined: `${thousands(findings - byStatus.unknown)} of ${count(findings, 'finding')} came to a result.`,
    worstChecks: failingChecks(digest)
      .slice(0, TOP)
      .map((tally) => ({
        link: anchor('fail', tally.check.id),
        severity: failures(tally)[0]?.severity ?? tally.check.severity,
        title: tally.check.title,
        scope: `${thousands(tally.failingHosts)} of ${count(digest.hosts.length, 'host')}`,
      })),
    worstHosts: worstFirst(digest.hosts.filter(({ counts }) => counts.fail > 0))
      .slice(0, TOP)
      .map(({ host, counts, fails }) => ({
        host: host.name,
        severity: SEVERITIES[fails.findIndex((amount) => amount > 0)] ?? 'info',
        scope: `${counts.fail} failed${counts.unknown > 0 ? `, ${counts.unknown} unknown` : ''}`,
      })),
    cost: `${count(cost.connections, 'connection')} and ${count(cost.execs, 'command execution')} over the whole fleet; ${bytes(cost.bytesOut)} sent, ${bytes(cost.bytesIn)} received.`,
  };
}

/** The result in one line. Only full knowledge and no failure is "met". */
function conclusion({ controls, run, summary }: ReportHead) {
  const scope = scopeText(run, summary.hosts.total);
  const of = scope === '' ? '' : ` This says nothing of the rest: ${scope}.`;
  const amount = (result: ControlEntry['result']) => controls.filter((control) => control.result === result).length;
  const [failed, open, all] = [amount('not-satisfied'), amount('undetermined'), controls.length];
  if (failed > 0) {
    const also = open > 0 ? `; ${thousands(open)} could not be determined` : '';
    return {
      kind: 'fail',
      glyph: '✗',
      verdict: 'Not met',
      sentence: `${thousands(failed)} of ${count(all, 'control')} ${failed === 1 ? 'is' : 'are'} not satisfied${also}.${of}`,
    };
  }
  if (open > 0 || all === 0) {
    return {
      kind: 'unknown',
      glyph: '?',
      verdict: 'Not proven',
      sentence: `Nothing failed, but ${thousands(open)} of ${count(all, 'control')} could not be determined.${of}`,
    };
  }
  const satisfied = all === 1 ? 'The one control is satisfied.' : `All ${thousands(all)} controls are satisfied.`;
  return { kind: 'pass', glyph: '✓', verdict: scope === '' ? 'Met' : 'Met in part', sentence: `${satisfied}${of}` };
}

export function controlsView({ head, checks }: Digest) {
  const tallies = new Map(checks.map((tally) => [tally.check.id, tally]));
  return {
    several: head.run.baselines.length > 1,
    rows: head.controls.map((control) => ({
      id: control.id,
      baseline: control.baseline,
      title: control.title,
      requirement: control.requirement,
      source: control.source,
      kind: control.result === 'satisfied' ? 'pass' : control.result === 'not-satisfied' ? 'fail' : 'unknown',
      glyph: CONTROL[control.result].glyph,
      word: CONTROL[control.result].word,
      none:
        control.checks.length > 0
          ? ''
          : control.method === 'attestation'
            ? 'No check looks at it: a person has to attest it.'
            : 'No check looks at it.',
      checks: control.checks.map((id) => {
        const tally = tallies.get(id);
        // What was left out has no definition to lead to.
        const link = tally === undefined ? '' : anchor('check', id);
        return { id, link, ...standing(tally, head.run.checksLeftOut.includes(id)) };
      }),
    })),
  };
}

function standing(tally: CheckTally | undefined, isLeftOut: boolean) {
  if (tally === undefined) {
    const words = isLeftOut ? 'left out: this run did not look from where it can be seen' : 'was not evaluated';
    return { kind: 'unknown', glyph: '?', words };
  }
  const { counts } = tally;
  const worst = WORST_FIRST.find((status) => counts[status] > 0);
  const status = worst ?? 'not-applicable';
  const words = WORST_FIRST.filter((each) => counts[each] > 0).map(
    (each) => `${thousands(counts[each])} ${STATUS[each].past}`,
  );
  return { kind: status, glyph: STATUS[status].glyph, words: words.join(', ') || 'was not evaluated' };
}

/** The catalogue: what was asked, and what each check does not see. */
export function checksView({ checks }: Digest) {
  return {
    checks: checks.map(({ check }) => ({
      id: check.id,
      anchor: anchor('check', check.id),
      title: check.title,
      severity: check.severity,
      rationale: spans(check.rationale),
      limits: check.limits === undefined ? null : spans(check.limits),
      steps: steps(check.remediation),
      mappings: Object.entries(check.mappings).map(([framework, ids]) => ({ framework, ids: ids.join(', ') })),
    })),
  };
}
