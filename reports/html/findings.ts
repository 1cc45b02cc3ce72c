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

/** Records of one host stand under every case before any case gets those of more. */
const SAMPLES = [1, 5] as const;

/** So many cases of one check are shown in full; the others take one line each. */
const FULL = 25;

/** A card on its way: what is told of it, and of how many hosts there is room for evidence. */
interface Draft {
  readonly cases: { readonly group: Group; readonly base: CaseView; samples: number }[];
  readonly briefs: BriefView[];
  readonly left: Group[];
}

/**
 * The cases of all cards of a section. Room is given out in turns, the next case of every card before the one after it
 * of any, and for evidence only when every case is told: no card takes the room of those behind it.
 */
function cardsOf(cards: readonly (readonly Group[])[], { book, budget }: Pen, compare = true): CasesView[] {
  const drafts = cards.map((): Draft => ({ cases: [], briefs: [], left: [] }));
  const most = Math.max(0, ...cards.map((groups) => groups.length));
  for (let turn = 0; turn < most; turn++)
    for (const [position, draft] of drafts.entries()) {
      const group = cards[position]?.[turn];
      if (group !== undefined) tell(group, draft, budget, compare);
    }
  for (const limit of SAMPLES)
    for (const each of drafts.flatMap(({ cases }) => cases))
      if (book.reserve(each.group, limit, budget)) each.samples = limit;
  return drafts.map(({ cases, briefs, left }) => ({
    cases: cases.map(({ group, base, samples }) => ({ ...base, evidence: book.view(group, samples) })),
    briefs,
    briefTitle: count(briefs.length, 'more case'),
    rest: restOf(left),
  }));
}

/** In full, in one line, or not at all: as there is room. */
function tell(group: Group, { cases, briefs, left }: Draft, budget: Budget, compare: boolean): void {
  const isTold = group.because !== '';
  const base = caseOf(group, compare);
  const brief = briefOf(group);
  if (isTold && cases.length < FULL && budget.take(base)) cases.push({ group, base, samples: 0 });
  else if (isTold && budget.take(brief)) briefs.push(brief);
  else left.push(group);
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
  const failing = failingChecks(digest);
  const told = cardsOf(failing.map(failures), pen);
  const cards = failing.map((tally, position) => {
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
      ...told[position],
      steps: groups.every((group) => group.remediation !== undefined) ? [] : steps(tally.check.remediation),
      stepsLabel: groups.some((group) => group.remediation !== undefined)
        ? 'What to do in the cases without steps of their own'
        : 'What to do',
    };
  });
  return { cards, any: cards.length > 0 };
}

export function unknownView(digest: Digest, pen: Pen) {
  const unreached = unreachedView(digest, pen);
  const causes = REASONS.flatMap((reason) => {
    const groups = digest.unknowns.filter((group) => group.reason === reason);
    return groups.length === 0 ? [] : [{ reason, groups }];
  });
  const told = cardsOf(
    causes.map(({ groups }) => groups),
    pen,
    false,
  );
  const reasons = causes.map(({ reason, groups }, position) => ({
    ...reasonOf(
      reason,
      groups.reduce((sum, group) => sum + group.findings, 0),
    ),
    ...told[position],
  }));
  return { ...unreached, reasons, any: reasons.length > 0 };
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
  const determined = digest.checks.flatMap((tally) => {
    const groups = tally.groups.filter(({ status }) => status !== 'fail' && status !== 'unknown');
    return groups.length === 0 ? [] : [{ tally, groups }];
  });
  const told = cardsOf(
    determined.map(({ groups }) => groups),
    pen,
  );
  const cards = determined.map(({ tally }, position) => ({
    check: tally.check.id,
    title: tally.check.title,
    scope: scopeOf(tally),
    ...told[position],
  }));
  return { cards, any: cards.length > 0 };
}

function scopeOf({ counts }: CheckTally): string {
  return (['pass', 'not-applicable', 'waived', 'attested'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `${thousands(counts[status])} ${STATUS[status].past}`)
    .join(', ');
}
