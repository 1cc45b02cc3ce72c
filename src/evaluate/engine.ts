import type { Check, Judgement, Scope } from '../model/check.ts';
import { type Fact, type Unknown, unknown } from '../model/fact.ts';
import type { FactName, FactTypes } from '../model/facts/index.ts';
import type { Finding } from '../model/finding.ts';
import type { Capture } from '../model/host.ts';
import { type Site, siteSubject } from '../model/site.ts';
import type { Severity } from '../model/verdict.ts';
import { judge, judgeShared } from './judge.ts';

/** The facts of one host: derived on first use, kept, and with the evidence they rest on. */
export interface FactBase {
  get<K extends FactName>(name: K): Fact<FactTypes[K]>;
  /** True for a fact that other hosts may have too, as this very object. */
  isCommon(name: FactName): boolean;
  /** Ids of the evidence records that these facts were read from, each once. */
  evidence(names: readonly FactName[], site?: string): readonly string[];
}

/** A check as a baseline selects it. */
export interface Assignment {
  readonly check: Check;
  readonly params: Readonly<Record<string, unknown>>;
  readonly severity: Severity;
}

/**
 * Judges one host. Pure: the same capture, assignments and code give the same findings, byte for byte.
 * A host that was not reached gets one `unknown` finding per check of its own facts, with the reason it was not reached.
 */
export function evaluateHost(capture: Capture, assignments: readonly Assignment[], facts: FactBase): Finding[] {
  return assignments.flatMap((assignment) => {
    const { view, per } = assignment.check;
    // Nobody logs in there: only its sites are in scope.
    if (capture.host.outsideOnly === true && per !== 'site') return [];
    // Of a host that nobody could log in to, at most its sites are looked at from outside.
    if (capture.hostEpoch === null && (view === undefined || (view === 'network' && per !== 'site')))
      return [findingOfUnknown(capture, assignment, unreached(capture))];
    if (view === 'network' && capture.outside === undefined) {
      const why =
        capture.hostEpoch === null ? unreached(capture) : unknown('not-observable', 'The outside view was not taken.');
      return [findingOfUnknown(capture, assignment, why)];
    }
    return per === 'site' ? judgeSites(capture, assignment, facts) : judgeOne(capture, assignment, facts);
  });
}

/** One finding per site. What may hide sites is said of the host, so that nothing passes for complete that is not. */
function judgeSites(capture: Capture, assignment: Assignment, base: FactBase): Finding[] {
  const fact = base.get('sites');
  const evidence = base.evidence(['sites']);
  if (fact.state === 'unknown') return [findingOfUnknown(capture, assignment, fact, evidence)];
  const { sites, doubts: told } = fact.state === 'known' ? fact.value : { sites: [], doubts: [] };
  // Whoever could not log in knows of declared sites only.
  const doubts = capture.hostEpoch === null && capture.host.outsideOnly !== true ? [unreached(capture)] : told;
  const [doubt] = doubts;
  // That there is no site was read from something, too.
  if (sites.length === 0 && doubt === undefined)
    return judgeOne(capture, assignment, base).map((finding) => ({ ...finding, evidence }));
  return [
    ...sites.flatMap((site) => {
      if (site.unobservable === undefined) return judgeOne(capture, assignment, base, site);
      const ignorance = unknown('not-observable', site.unobservable);
      return [findingOfUnknown(capture, assignment, ignorance, evidence, siteSubject(site))];
    }),
    ...(doubt === undefined ? [] : [findingOfUnknown(capture, assignment, together(doubt, doubts), evidence)]),
  ];
}

function together(first: Unknown, all: readonly Unknown[]): Unknown {
  const message = [...new Set(all.map((each) => each.message))].join(' ');
  return { ...first, message };
}

function judgeOne(capture: Capture, assignment: Assignment, base: FactBase, site?: Site): Finding[] {
  const { check } = assignment;
  const own = capture.host.params[check.id];
  const subject = site === undefined ? undefined : siteSubject(site);
  const scope: Scope = {
    // A host that was not logged in to has no clock that we know; the scanner's stands in.
    now: capture.hostEpoch ?? Math.floor(Date.parse(capture.finishedAt) / 1000),
    clockOffsetSeconds: capture.session.clockOffsetSeconds,
    host: capture.host,
    ...(site === undefined ? {} : { site }),
  };
  const { judged, read } =
    own === undefined && site === undefined
      ? judgeShared(assignment, base, scope)
      : judge({ ...assignment, params: { ...assignment.params, ...own } }, (name) => base.get(name), scope);
  const evidence = base.evidence(read, site?.url);
  return 'state' in judged
    ? [findingOfUnknown(capture, assignment, judged, evidence, subject)]
    : judged.map((judgement) =>
        findingOf(capture, assignment, subject === undefined ? judgement : { ...judgement, subject }, evidence),
      );
}

function findingOf(
  capture: Capture,
  { check, severity }: Assignment,
  judgement: Judgement,
  evidence: readonly string[],
): Finding {
  const { subject, verdict, because, expected, actual, rule } = judgement;
  const remediation = judgement.alsoGeneral ? `${judgement.remediation}\n${check.remediation}` : judgement.remediation;
  return {
    id: idOf(capture.host.name, check.id, subject),
    host: capture.host.name,
    subject: subject ?? capture.host.name,
    check: check.id,
    verdict,
    status: verdict,
    severity,
    because,
    expected,
    actual,
    ...(remediation === undefined ? {} : { remediation }),
    ...(rule === undefined ? {} : { rule }),
    evidence,
  };
}

function findingOfUnknown(
  capture: Capture,
  { check, severity }: Assignment,
  ignorance: Unknown,
  evidence: readonly string[] = [],
  subject: string = capture.host.name,
): Finding {
  return {
    id: idOf(capture.host.name, check.id, subject),
    host: capture.host.name,
    subject,
    check: check.id,
    verdict: 'unknown',
    status: 'unknown',
    reason: ignorance.reason,
    severity,
    because: ignorance.message,
    expected: `${check.title}.`,
    actual: `unknown (${ignorance.reason})`,
    ...(ignorance.remedy === undefined ? {} : { remediation: ignorance.remedy }),
    evidence,
  };
}

function unreached(capture: Capture): Unknown {
  return unknown(capture.reason ?? 'unreachable', capture.message ?? 'The host was not reached.');
}

function idOf(host: string, check: string, subject: string | undefined): string {
  return subject === undefined || subject === host ? `${host}/${check}` : `${host}/${check}/${subject}`;
}
