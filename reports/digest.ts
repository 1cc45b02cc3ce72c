import type { CheckEntry, Evidence, Finding, HostResult, ReportHead, ReportSource } from '../src/model/finding.ts';
import type { Reason, Severity, Status } from '../src/model/verdict.ts';
import { STATUSES } from '../src/model/verdict.ts';
import { type HostLine, newLines, zeroes } from './host-lines.ts';
import { severityRank } from './words.ts';

/** What people's reports show, gathered in one pass: bounded by hosts × checks in single characters, not by texts. */
export interface Digest {
  readonly head: ReportHead;
  /** In the report's order. */
  readonly hosts: readonly HostLine[];
  /** Per check, in the catalogue's order. */
  readonly checks: readonly CheckTally[];
  /** What could not be determined on hosts that were reached; most findings first. */
  readonly unknowns: readonly Group[];
}

export interface CheckTally {
  readonly check: CheckEntry;
  /** Findings per status. */
  readonly counts: Readonly<Record<Status, number>>;
  /** Hosts on which it fails. */
  readonly failingHosts: number;
  /** Equal findings of different hosts stand together; most hosts first. Unknown ones stand in `Digest.unknowns`. */
  readonly groups: readonly Group[];
}

/** Findings that say the same. */
export interface Group {
  readonly status: Status;
  readonly reason?: Reason;
  readonly severity: Severity;
  /** Empty for the group that holds what differs too much to be told apart here. */
  readonly because: string;
  readonly expected: string;
  readonly actual: string;
  readonly remediation?: string;
  readonly rule?: string;
  /** Ids; one, unless the group is of `Digest.unknowns`. */
  readonly checks: readonly string[];
  readonly findings: number;
  /** Distinct hosts. */
  readonly hosts: number;
  /** Distinct, in order. */
  readonly places: readonly Place[];
  /** The first few findings with their evidence. */
  readonly samples: readonly Sample[];
}

export interface Place {
  readonly host: string;
  /** Empty when the finding is about the host itself. */
  readonly subject: string;
}

export interface Sample {
  readonly finding: Finding;
  readonly evidence: readonly Evidence[];
}

/** Limits per check and status (and for unknowns per reason); beyond them findings are counted, not quoted. */
const GROUPS = 200;
const SAMPLES_PER_GROUP = 5;
const SAMPLES = 150;

/** One pass serves every report of a run: a source is read once, however many writers ask. */
const DIGESTS = new WeakMap<ReportSource, Promise<Digest>>();

/** Consumes `source.hosts()` once. */
export function digestOf(source: ReportSource): Promise<Digest> {
  const digest = DIGESTS.get(source) ?? readDigest(source);
  DIGESTS.set(source, digest);
  return digest;
}

async function readDigest(source: ReportSource): Promise<Digest> {
  const tallies = new Map(source.head.checks.map((check, position) => [check.id, tallyOf(check, position)]));
  const unknowns = new Map<string, Bucket>();
  const hosts: HostLine[] = [];
  for await (const result of source.hosts()) {
    const lines = newLines(result.host);
    for (const finding of result.findings) {
      // A finding without a definition is still a finding.
      const tally = tallies.get(finding.check) ?? tallyOf(undefinedCheck(finding), tallies.size);
      tallies.set(finding.check, tally);
      tally.counts[finding.status] += 1;
      lines.add(finding, tally.position);
      if (finding.status !== 'unknown') put(tally.buckets, finding.status, finding, result);
      // A host that was not reached says so once, not once per check.
      else if (result.host.outcome !== 'unreachable') put(unknowns, finding.reason ?? 'internal', finding, result);
    }
    const line = lines.end();
    for (const tally of tallies.values()) if (line.cells[tally.position]?.status === 'fail') tally.failingHosts += 1;
    hosts.push(line);
  }
  return {
    head: source.head,
    hosts,
    checks: [...tallies.values()].map(({ check, counts, failingHosts, buckets }) => ({
      check,
      counts,
      failingHosts,
      groups: groupsOf(buckets),
    })),
    unknowns: groupsOf(unknowns),
  };
}

function tallyOf(check: CheckEntry, position: number) {
  return { check, position, counts: zeroes(), failingHosts: 0, buckets: new Map<string, Bucket>() };
}

function undefinedCheck({ check, severity }: Finding): CheckEntry {
  return { id: check, title: check, severity, rationale: '', remediation: '', mappings: {} };
}

/** Checks that fail somewhere: by severity, then by hosts. */
export function failingChecks(digest: Digest): CheckTally[] {
  const worst = (tally: CheckTally) => Math.min(...failures(tally).map((group) => severityRank(group.severity)));
  return digest.checks
    .filter((tally) => tally.counts.fail > 0)
    .sort((a, b) => worst(a) - worst(b) || b.failingHosts - a.failingHosts);
}

export function failures(tally: CheckTally): Group[] {
  return tally.groups.filter((group) => group.status === 'fail');
}

interface Bucket {
  readonly groups: Map<string, Filling>;
  samples: number;
}

type Filling = { -readonly [K in keyof Omit<Group, 'checks' | 'places' | 'samples'>]: Group[K] } & {
  readonly checks: Set<string>;
  readonly places: Place[];
  readonly samples: Sample[];
};

function put(buckets: Map<string, Bucket>, name: string, finding: Finding, result: HostResult): void {
  const { host } = result;
  const bucket = buckets.get(name) ?? { groups: new Map<string, Filling>(), samples: 0 };
  buckets.set(name, bucket);
  const group = groupFor(bucket, finding);
  const subject = finding.subject === host.name ? '' : finding.subject;
  const last = group.places.at(-1);
  group.findings += 1;
  group.checks.add(finding.check);
  if (severityRank(finding.severity) < severityRank(group.severity)) group.severity = finding.severity;
  if (last?.host !== host.name) group.hosts += 1;
  if (last?.host !== host.name || last.subject !== subject) group.places.push({ host: host.name, subject });
  if (group.because === '' || group.samples.length >= SAMPLES_PER_GROUP || bucket.samples >= SAMPLES) return;
  if (group.samples.some((sample) => sample.finding.host === host.name && sameEvidence(sample.finding, finding)))
    return;
  bucket.samples += 1;
  group.samples.push({ finding, evidence: result.evidence.filter((record) => finding.evidence.includes(record.id)) });
}

function sameEvidence(one: Finding, other: Finding): boolean {
  return one.evidence.length === other.evidence.length && one.evidence.every((id) => other.evidence.includes(id));
}

function groupFor(bucket: Bucket, finding: Finding): Filling {
  const { status, severity, reason, because, expected, actual, remediation, rule } = finding;
  const what = status === 'unknown' ? [because, remediation] : [severity, because, expected, actual, remediation, rule];
  const full = bucket.groups.size >= GROUPS;
  const key = JSON.stringify(what);
  const known = bucket.groups.get(key) ?? (full ? bucket.groups.get('') : undefined);
  if (known !== undefined) return known;
  const text = full
    ? { because: '', expected: '', actual: '' }
    : {
        because,
        expected,
        actual,
        ...(remediation === undefined ? {} : { remediation }),
        ...(rule === undefined ? {} : { rule }),
      };
  const group: Filling = {
    status,
    severity,
    ...(reason === undefined ? {} : { reason }),
    ...text,
    checks: new Set<string>(),
    findings: 0,
    hosts: 0,
    places: [],
    samples: [],
  };
  bucket.groups.set(full ? '' : key, group);
  return group;
}

function groupsOf(buckets: ReadonlyMap<string, Bucket>): Group[] {
  return [...buckets.values()]
    .flatMap((bucket) => [...bucket.groups.values()])
    .map((group) => ({ ...group, checks: [...group.checks] }))
    .sort(
      (a, b) =>
        STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status) ||
        severityRank(a.severity) - severityRank(b.severity) ||
        Number(a.because === '') - Number(b.because === '') ||
        b.hosts - a.hosts ||
        b.findings - a.findings,
    );
}
