import type { Cost, Outcome } from './host.ts';
import type { ControlResult, Reason, Severity, Status, Verdict } from './verdict.ts';

/** One check on one subject of one host. */
export interface Finding {
  /** `<host>/<check>` or `<host>/<check>/<subject>`; stable from run to run. */
  readonly id: string;
  readonly host: string;
  /** The host's name, `account:alice`, `sshd:addr=10.0.0.9`, … */
  readonly subject: string;
  readonly check: string;
  readonly verdict: Verdict;
  readonly status: Status;
  /** Exactly when the verdict is `unknown`. */
  readonly reason?: Reason;
  readonly severity: Severity;
  readonly because: string;
  readonly expected: string;
  readonly actual: string;
  /** What to do, where it is more exact than the check's own text. */
  readonly remediation?: string;
  /** The applicability rule behind `not-applicable`. */
  readonly rule?: string;
  /** Ids of evidence records. */
  readonly evidence: readonly string[];
}

export interface Excerpt {
  /** Of the whole (redacted) text, hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly excerpt: string;
  /** The excerpt or the recording is shorter than what the command printed. */
  readonly truncated: boolean;
}

/** One command that ran (or did not), as an auditor can repeat it. */
export interface Evidence {
  readonly id: string;
  readonly host: string;
  readonly probe: string;
  readonly state: string;
  readonly argv: readonly string[];
  readonly uid: number | null;
  /** ISO 8601, the host's clock; null where nothing ran. */
  readonly startedAt: string | null;
  readonly ms: number | null;
  readonly exitCode: number | null;
  readonly stdout: Excerpt;
  readonly stderr: Excerpt;
  readonly redactions: number;
}

export interface HostEntry {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly outcome: Outcome;
  readonly reason?: Reason;
  readonly message?: string;
  readonly os: { readonly id: string; readonly versionId: string } | null;
  readonly loginUser: string;
  readonly privilege: 'root' | 'sudo' | 'none';
  readonly hostKey: string | null;
  readonly clockOffsetSeconds: number | null;
  readonly cost: Cost;
  /** What the outside view took; missing where it was not asked for. */
  readonly outside?: OutsideEntry;
}

export interface OutsideEntry {
  readonly taken: boolean;
  /** Why not; empty when it was taken. */
  readonly because: string;
  readonly exchanges: number;
  /** Spent in exchanges, added up; the pauses between them are not. */
  readonly ms: number;
}

/** Everything the reports say about one host. */
export interface HostResult {
  readonly host: HostEntry;
  readonly findings: readonly Finding[];
  readonly evidence: readonly Evidence[];
}

export interface ControlEntry {
  readonly id: string;
  readonly baseline: string;
  readonly title: string;
  readonly requirement: string;
  readonly source: string;
  readonly method: 'test' | 'attestation';
  readonly checks: readonly string[];
  readonly result: ControlResult;
}

export interface CheckEntry {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly rationale: string;
  readonly remediation: string;
  readonly limits?: string;
  readonly mappings: Readonly<Record<string, readonly string[]>>;
}

/** `inside`: what hosts say of themselves. `outside`: what the network shows of their sites. */
export type View = 'both' | 'inside' | 'outside';

interface Tool {
  readonly name: string;
  readonly version: string;
}

/** When and by what recorded evidence was judged again, and whose evidence it is. */
export interface JudgedAgain {
  /** ISO 8601. */
  readonly at: string;
  readonly tool: Tool;
  /** The run that has the evidence, and the SHA-256 of its `run.json`. */
  readonly from: { readonly id: string; readonly sha256: string };
}

export interface RunEntry {
  readonly id: string;
  /** What collected the evidence. */
  readonly tool: Tool;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** True when the run was stopped before every host was finished. */
  readonly interrupted: boolean;
  readonly view: View;
  /** Ids of checks of the baselines that this view left out: nothing was judged by them. */
  readonly checksLeftOut: readonly string[];
  /** SHA-256 of everything that may run on a host; `plan --json` prints the same value. */
  readonly commandSetSha256: string;
  readonly baselines: readonly {
    readonly id: string;
    readonly title: string;
    readonly version: string;
    readonly sha256: string;
  }[];
  readonly inventorySha256: string;
  /** Hosts of the inventory that the scan left out on purpose (HOST arguments, `--limit`): nothing is known about them. */
  readonly excludedHosts: readonly string[];
  readonly previousRunId: string | null;
  /** Missing for a scan: its evidence was judged when it was collected. */
  readonly judgedAgain?: JudgedAgain;
}

export interface Summary {
  readonly hosts: Readonly<Record<Outcome | 'total', number>>;
  readonly findings: number;
  readonly byStatus: Readonly<Record<Status, number>>;
  /** Failing findings only. */
  readonly bySeverity: Readonly<Record<Severity, number>>;
  readonly byReason: Readonly<Partial<Record<Reason, number>>>;
  /** Findings with a verdict other than unknown ÷ all findings; 0 when there are none. */
  readonly coverage: number;
  readonly cost: Cost;
}

/** One command of the set that this run sent to its hosts. Records of evidence name it as their probe. */
export interface CommandEntry {
  readonly id: string;
  readonly purpose: string;
  /** `root`: through sudo, unless the login user is root. */
  readonly as: 'user' | 'root';
  /** A glob is expanded on the host; `(snippet <id>)` stands for `snippet`. */
  readonly argv: readonly string[];
  /** The text of a POSIX sh script. */
  readonly snippet?: string;
  /** Lists further arguments: a POSIX sh script, and whether its lines make one run together or one each. */
  readonly items?: { readonly snippet: string; readonly limit: number; readonly together: boolean };
}

/** The head of a report: all but the hosts, which are streamed. */
export interface ReportHead {
  readonly schemaVersion: '1.0';
  readonly run: RunEntry;
  /** Empty where nobody logged in, or where the run does not say. */
  readonly commands: readonly CommandEntry[];
  readonly controls: readonly ControlEntry[];
  readonly checks: readonly CheckEntry[];
  readonly summary: Summary;
}

/** What every report writer reads. Hosts come in the report's order; nothing needs them all in memory. */
export interface ReportSource {
  readonly head: ReportHead;
  hosts(): AsyncIterable<HostResult>;
  /**
   * Optional short cut for writers that only copy: the same hosts in the same order, as the JSON text of one part in
   * UTF-8, without active characters; `findings` and `evidence` without their brackets.
   */
  rawHosts?(part: RawPart): AsyncIterable<Uint8Array>;
}

export type RawPart = 'host' | 'findings' | 'evidence';
