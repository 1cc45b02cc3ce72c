import type { ControlEntry, ReportHead, ReportSource } from '../src/model/finding.ts';
import type { ControlResult, Status } from '../src/model/verdict.ts';
import { CONTROL_RESULTS, REASONS, SEVERITIES, STATUSES } from '../src/model/verdict.ts';
import { type Digest, digestOf } from './digest.ts';
import { failedChecks, unknownFindings } from './terminal/findings.ts';
import { hostLines, unreachedHosts } from './terminal/hosts.ts';
import { newPage, type Page } from './terminal/page.ts';
import { type Colour, padded } from './text.ts';
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
  thousands,
  viewText,
} from './words.ts';

export interface TerminalOptions {
  /** Columns; default 80. */
  readonly width?: number;
  /** Default: no colour. */
  readonly colour?: boolean;
  /** The run folder; null or absent when nothing is kept. */
  readonly folder?: string | null;
  /** File names of the reports in it. */
  readonly reports?: readonly string[];
}

/**
 * The summary an operator reads: per host a line, what failed and why, what to do, what nobody could see, totals.
 * Ends with a newline. Host text cannot move the cursor, colour or reorder anything, nor start a CI command.
 */
export async function terminalSummary(source: ReportSource, options: TerminalOptions = {}): Promise<string> {
  const digest = await digestOf(source);
  const page = newPage(options.width ?? 80, options.colour ?? false);
  opening(page, digest.head);
  hostLines(page, digest);
  failedChecks(page, digest);
  unknownFindings(page, digest);
  unreachedHosts(page, digest);
  controls(page, digest);
  totals(page, digest);
  whereabouts(page, options);
  return `${page.lines.join('\n')}\n`;
}

function opening(page: Page, { run, summary }: ReportHead): void {
  const took = duration(between(run.startedAt, run.finishedAt));
  page.text(`${run.tool.name} ${run.tool.version}, run ${run.id}`);
  page.text(`${instant(run.startedAt)}, ${took}`);
  const again = againText(run);
  if (again !== '') page.text(`Judged again: ${again}`);
  for (const { id, title, version } of run.baselines) page.text(`Baseline ${id} ${version}: ${title}`);
  page.text(`Looked at: ${viewText(run)}`);
  const early = earlyEnd(run, summary);
  if (early !== '') {
    page.lines.push('');
    page.lines.push(page.paint(`${early} before every host was finished.`, 'bold', 'yellow'));
  }
}

const CONTROL_COLOUR: Readonly<Record<ControlResult, Colour>> = {
  satisfied: 'green',
  'not-satisfied': 'red',
  undetermined: 'yellow',
};

function controls(page: Page, { head, checks }: Digest): void {
  const tally = CONTROL_RESULTS.map((result) => {
    const amount = head.controls.filter((control) => control.result === result).length;
    return `${amount} ${CONTROL[result].word}`;
  });
  page.heading(`Controls: ${tally.join(', ')}`);
  const width = Math.max(0, ...head.controls.map(({ id }) => id.length));
  const counts = new Map(checks.map((tally) => [tally.check.id, tally.counts]));
  for (const control of head.controls) {
    const { glyph } = CONTROL[control.result];
    const at = page.lines.length;
    const first = `  ${glyph} ${padded(control.id, width)}  `;
    page.text(`${control.title}: ${standing(control, counts, head.run.checksLeftOut)}`, first);
    const painted = page.paint(glyph, CONTROL_COLOUR[control.result]);
    page.lines[at] = (page.lines[at] ?? '').replace(glyph, painted);
  }
}

type Counts = ReadonlyMap<string, Readonly<Record<Status, number>>>;

function standing({ result, checks, method }: ControlEntry, counts: Counts, leftOut: readonly string[]): string {
  const { word } = CONTROL[result];
  if (checks.length === 0) {
    return method === 'attestation'
      ? `${word}, because a person has to attest it and no check looks at it`
      : `${word}, because no check looks at it`;
  }
  if (result === 'satisfied') return word;
  const decisive = result === 'not-satisfied' ? 'fail' : 'unknown';
  const named = checks.filter((check) => (counts.get(check)?.[decisive] ?? 0) > 0);
  const missing = result === 'undetermined' ? checks.filter((check) => leftOut.includes(check)) : [];
  const idle = named.length === 0 && missing.length === 0 && checks.some((check) => counts.get(check) !== undefined);
  const why = [
    ...(idle ? ['not applicable on any host'] : []),
    ...(named.length === 0 ? [] : [`${decisive}: ${named.join(', ')}`]),
    ...(missing.length === 0
      ? []
      : [missing.length === checks.length ? 'left out' : `left out: ${missing.join(', ')}`]),
  ];
  return why.length === 0 ? word : `${word} (${why.join('; ')})`;
}

function totals(page: Page, { head: { summary }, hosts: lines }: Digest): void {
  const { byStatus, bySeverity, byReason, findings, cost, hosts } = summary;
  page.heading('Totals');
  const statuses = STATUSES.filter((status) => byStatus[status] > 0 || status === 'fail' || status === 'pass');
  const counts = statuses.map((status) => `${thousands(byStatus[status])} ${STATUS[status].past}`);
  page.field('findings', `${thousands(findings)}: ${counts.join(', ')}`);
  const severities = SEVERITIES.filter((severity) => bySeverity[severity] > 0);
  if (severities.length > 0) {
    page.field('failed', severities.map((severity) => `${thousands(bySeverity[severity])} ${severity}`).join(', '));
  }
  const reasons = REASONS.filter((reason) => (byReason[reason] ?? 0) > 0);
  if (reasons.length > 0) {
    page.field('unknown', reasons.map((reason) => `${thousands(byReason[reason] ?? 0)} ${reason}`).join(', '));
  }
  const determined = findings - byStatus.unknown;
  page.field(
    'coverage',
    `${percent(summary.coverage)}: ${thousands(determined)} of ${thousands(findings)} findings were determined`,
  );
  const traffic = `${bytes(cost.bytesOut)} sent, ${bytes(cost.bytesIn)} received`;
  const each = hosts.total > 0 ? `; ${duration(cost.ms / hosts.total)} per host` : '';
  page.field('cost', `${count(cost.connections, 'connection')}, ${count(cost.execs, 'exec')}, ${traffic}${each}`);
  const outside = lines.reduce((sum, { host }) => sum + (host.outside?.exchanges ?? 0), 0);
  if (outside > 0) page.field('outside', `${count(outside, 'exchange')} with the network, without logging in`);
}

function whereabouts(page: Page, { folder, reports = [] }: TerminalOptions): void {
  if (folder === undefined || folder === null) return;
  page.heading('Reports');
  // Never wrapped: a path is to be copied.
  const paths = reports.length === 0 ? [folder] : reports.map((file) => `${folder.replace(/\/$/, '')}/${file}`);
  for (const path of paths) page.lines.push(`  ${path}`);
}
