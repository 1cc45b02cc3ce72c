import { REASONS } from '../../src/model/verdict.ts';
import { type CheckTally, type Digest, failingChecks, failures, type Group } from '../digest.ts';
import { terminalText } from '../safe.ts';
import { count, REASON, thousands } from '../words.ts';
import { type Page, placesText, shortened } from './page.ts';

/** Findings with other details of one check, and causes of one reason, that are quoted. */
const QUOTED = 5;
const QUOTED_LARGE = 3;
const LARGE = 40;
/** Hosts named per finding. */
const NAMES = 6;

/** What failed and why, worst first; the same finding on many hosts stands once. */
export function failedChecks(page: Page, digest: Digest): void {
  const failing = failingChecks(digest);
  if (failing.length === 0) return;
  page.heading('What failed, worst first');
  for (const tally of failing) failedCheck(page, tally, digest.hosts.length);
}

function failedCheck(page: Page, tally: CheckTally, hosts: number): void {
  const { check, failingHosts } = tally;
  const groups = failures(tally);
  const severity = groups[0]?.severity ?? check.severity;
  page.lines.push('');
  page.text(`${severity}: ${check.id}, on ${thousands(failingHosts)} of ${count(hosts, 'host')}`, '  ');
  const line = page.lines.pop() ?? '';
  page.lines.push(
    line.replace(severity, (word) =>
      page.paint(word.toUpperCase(), 'bold', severity === 'critical' || severity === 'high' ? 'red' : 'yellow'),
    ),
  );
  page.text(`Required: ${check.title}.`, '  ');
  const quoted = groups.filter((group) => group.because !== '').slice(0, quotedOf(hosts));
  withSteps(quoted, check.remediation, page, failedGroup);
  remaining(page, groups, quoted);
}

/** Each group, with its own steps or, behind the last one that has none, those that hold for all of these. */
function withSteps(
  groups: readonly Group[],
  general: string,
  page: Page,
  write: (page: Page, group: Group) => void,
): void {
  const last = groups.findLast((group) => group.remediation === undefined);
  for (const group of groups) {
    write(page, group);
    if (group.remediation !== undefined) page.steps(group.remediation);
    else if (group === last) page.steps(general);
  }
}

function failedGroup(page: Page, group: Group): void {
  const at = page.lines.length;
  page.text(shortened(group.because), '    ✗ ');
  page.lines[at] = (page.lines[at] ?? '').replace('✗', page.paint('✗', 'red'));
  page.field('on', placesText(group, NAMES));
  page.field('expected', group.expected);
  page.field('actual', group.actual);
}

function remaining(page: Page, groups: readonly Group[], quoted: readonly Group[]): void {
  const rest = groups.filter((group) => !quoted.includes(group));
  const findings = rest.reduce((sum, group) => sum + group.findings, 0);
  const hosts = new Set(rest.flatMap((group) => group.places.map((place) => place.host)));
  if (findings > 0)
    page.text(`and ${count(findings, 'more finding')} with other details on ${count(hosts.size, 'host')}.`, '    … ');
}

function quotedOf(hosts: number): number {
  return hosts > LARGE ? QUOTED_LARGE : QUOTED;
}

/** What could not be determined on hosts that were reached, by reason. */
export function unknownFindings(page: Page, { unknowns, hosts }: Digest): void {
  if (unknowns.length === 0) return;
  page.heading('What could not be determined');
  for (const reason of REASONS) {
    const groups = unknowns.filter((group) => group.reason === reason);
    if (groups.length === 0) continue;
    const findings = groups.reduce((sum, group) => sum + group.findings, 0);
    page.lines.push('');
    page.text(`${reason}, ${count(findings, 'finding')}: ${REASON[reason].means}`, '  ');
    const quoted = groups.filter((group) => group.because !== '').slice(0, quotedOf(hosts.length) * 2);
    withSteps(quoted, REASON[reason].next, page, unknownGroup);
    remaining(page, groups, quoted);
  }
}

function unknownGroup(page: Page, group: Group): void {
  const at = page.lines.length;
  page.text(shortened(group.because), '    ? ');
  page.lines[at] = (page.lines[at] ?? '').replace('?', page.paint('?', 'yellow'));
  page.field('on', placesText(group, NAMES));
  page.field(group.checks.length === 1 ? 'check' : 'checks', terminalText(group.checks.join(', ')));
}
