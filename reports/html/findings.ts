import type { ControlEntry } from '../../src/model/finding.ts';
import { REASONS, type Reason } from '../../src/model/verdict.ts';
import { type CheckTally, type Digest, failingChecks, failures, type Group } from '../digest.ts';
import { count, REASON, STATUS, thousands } from '../words.ts';
import type { EvidenceBook, EvidenceView } from './evidence.ts';
import { anchor, type Budget, type PlacesView, placesView, type Span, type Step, spans, steps } from './parts.ts';

/** Findings that say the same, as one case. */
interface CaseView {
  readonly status: string;
  readonly glyph: string;
  readonly word: string;
  readonly because: readonly Span[];
  readonly scope: string;
  readonly places: PlacesView;
  readonly checks: readonly string[];
  readonly compare: boolean;
  readonly expected: string;
  readonly actual: string;
  readonly rule: string;
  readonly steps: readonly Step[];
  readonly evidence: EvidenceView | null;
}

/** A case in one line. */
type BriefView = Pick<CaseView, 'status' | 'glyph' | 'word' | 'because' | 'places'>;

interface CasesView {
  readonly cases: readonly CaseView[];
  readonly briefs: readonly BriefView[];
  readonly briefTitle: string;
  /** What is not shown, in words; empty when everything is. */
  readonly rest: string;
}

export interface Pen {
  readonly book: EvidenceBook;
  readonly budget: Budget;
}

/** Records of so many hosts stand under a case while there is room; later only of one, then of none. */
const SAMPLES = [5, 1, 0] as const;

/** So many cases of one check are shown in full; the others take one line each. */
const FULL = 25;

/** Cases in order, each with as much evidence as still fits; what does not fit at all is counted. */
function casesOf(groups: readonly Group[], { book, budget }: Pen, compare = true): CasesView {
  const cases: CaseView[] = [];
  const briefs: BriefView[] = [];
  const left: Group[] = [];
  for (const group of groups) {
    const view = cases.length < FULL ? fittingCase(group, book, budget, compare) : undefined;
    const brief = briefOf(group);
    if (view !== undefined) cases.push(view);
    else if (group.because !== '' && budget.take(brief)) briefs.push(brief);
    else left.push(group);
  }
  return { cases, briefs, briefTitle: count(briefs.length, 'more case'), rest: restOf(left) };
}

function restOf(left: readonly Group[]): string {
  const findings = left.reduce((sum, group) => sum + group.findings, 0);
  if (findings === 0) return '';
  const hosts = new Set(left.flatMap((group) => group.places.map((place) => place.host)));
  const verb = findings === 1 ? 'is' : 'are';
  return `${count(findings, 'further finding')} with other details on ${count(hosts.size, 'host')} ${verb} not shown here. The full list stands in report.json.`;
}

function briefOf(group: Group): BriefView {
  const { glyph, past } = STATUS[group.status];
  const places = placesView(group.places, 3, 0);
  return { status: group.status, glyph, word: past, because: spans(group.because), places };
}

function fittingCase(group: Group, book: EvidenceBook, budget: Budget, compare: boolean): CaseView | undefined {
  const base = caseOf(group, compare);
  if (group.because === '' || !budget.take(base)) return undefined;
  for (const limit of SAMPLES) {
    const text = group.samples.slice(0, limit).map(({ evidence }) => evidence);
    // Charged before it is numbered: a record that is not shown gets no number.
    if (limit > 0 && budget.take(text)) return { ...base, evidence: book.view(group, limit) };
  }
  return base;
}

function caseOf(group: Group, compare: boolean): CaseView {
  const { glyph, past } = STATUS[group.status];
  return {
    status: group.status,
    glyph,
    word: past,
    because: spans(group.because),
    scope: count(group.hosts, 'host'),
    places: placesView(group.places),
    checks: compare ? [] : group.checks,
    compare,
    expected: group.expected,
    actual: group.actual,
    rule: group.rule ?? '',
    steps: group.remediation === undefined ? [] : steps(group.remediation),
    evidence: null,
  };
}

/** Controls that a check contributes to. */
function controlsOf(check: string, controls: readonly ControlEntry[]): readonly string[] {
  return [...new Set(controls.filter((control) => control.checks.includes(check)).map(({ id }) => id))];
}

export function failedView(digest: Digest, pen: Pen) {
  const cards = failingChecks(digest).map((tally) => {
    const groups = failures(tally);
    const severity = groups[0]?.severity ?? tally.check.severity;
    return {
      id: anchor('fail', tally.check.id),
      check: tally.check.id,
      definition: anchor('check', tally.check.id),
      severity,
      title: tally.check.title,
      controls: controlsOf(tally.check.id, digest.head.controls),
      scope: `Fails on ${thousands(tally.failingHosts)} of ${count(digest.hosts.length, 'host')}.`,
      rationale: spans(tally.check.rationale),
      ...casesOf(groups, pen),
      steps: groups.every((group) => group.remediation !== undefined) ? [] : steps(tally.check.remediation),
      stepsLabel: groups.some((group) => group.remediation !== undefined)
        ? 'What to do in the cases without steps of their own'
        : 'What to do',
    };
  });
  return { cards, any: cards.length > 0 };
}

export function unknownView(digest: Digest, pen: Pen) {
  const reasons = REASONS.flatMap((reason) => {
    const groups = digest.unknowns.filter((group) => group.reason === reason);
    if (groups.length === 0) return [];
    const findings = groups.reduce((sum, group) => sum + group.findings, 0);
    return [{ ...reasonOf(reason, findings), ...casesOf(groups, pen, false) }];
  });
  return { ...unreachedView(digest, pen), reasons, any: reasons.length > 0 };
}

function reasonOf(reason: Reason, findings: number) {
  return {
    id: anchor('unknown', reason),
    reason,
    title: REASON[reason].title,
    amount: count(findings, 'finding'),
    means: REASON[reason].means,
    next: spans(REASON[reason].next),
  };
}

/** Hosts whose message is quoted; the others are named with their reason. */
const QUOTED = 200;

function unreachedView({ hosts }: Digest, { budget }: Pen) {
  const missing = hosts.filter(({ host }) => host.outcome === 'unreachable');
  const unreached = missing.slice(0, QUOTED).flatMap(({ host, counts }) => {
    const reason = host.reason ?? 'unreachable';
    const view = {
      host: host.name,
      where: host.address.includes(':') ? `[${host.address}]:${host.port}` : `${host.address}:${host.port}`,
      reason,
      message: spans(host.message ?? `${REASON[reason].means} ${REASON[reason].next}`),
      cost: counts.unknown > 0 ? `${count(counts.unknown, 'finding')} unknown` : '',
    };
    return budget.take(view) ? [view] : [];
  });
  const named = missing
    .slice(unreached.length)
    .map(({ host }) => ({ host: host.name, subject: host.reason ?? 'unreachable' }));
  return {
    unreached,
    anyUnreached: missing.length > 0,
    unreachedCount: count(missing.length, 'host'),
    // All of them: a host that was not reached stands in every report, however many there are.
    moreUnreached: named.length > 0 ? placesView(named, undefined, named.length) : null,
  };
}

/** Everything that is neither failed nor unknown: an auditor wants the measurement behind a pass as well. */
export function passedView(digest: Digest, pen: Pen) {
  const cards = digest.checks.flatMap((tally) => {
    const groups = tally.groups.filter(({ status }) => status !== 'fail' && status !== 'unknown');
    if (groups.length === 0) return [];
    return [{ check: tally.check.id, title: tally.check.title, scope: scopeOf(tally), ...casesOf(groups, pen) }];
  });
  return { cards, any: cards.length > 0 };
}

function scopeOf({ counts }: CheckTally): string {
  return (['pass', 'not-applicable', 'waived', 'attested'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${thousands(counts[status])} ${STATUS[status].past}`)
    .join(', ');
}
