import { createHash } from 'node:crypto';
import type {
  CommandEntry,
  ControlEntry,
  Evidence,
  Excerpt,
  Finding,
  HostEntry,
  HostResult,
  ReportSource,
  Summary,
} from '../../src/model/finding.ts';
import type { ControlResult, Reason, Severity, Status } from '../../src/model/verdict.ts';
import { CHECKS, CONTROLS } from './fixture-catalogue.ts';

/** What differs from a pass. */
export type Deviation = Partial<Omit<Finding, 'id' | 'host' | 'check' | 'evidence'>>;

const UFW_ACTIVE = `Status: active
Logging: on (low)
Default: deny (incoming), allow (outgoing), disabled (routed)
New profiles: skip

To                         Action      From
--                         ------      ----
22/tcp                     ALLOW IN    Anywhere
80/tcp                     ALLOW IN    Anywhere
443/tcp                    ALLOW IN    Anywhere
22/tcp (v6)                ALLOW IN    Anywhere (v6)
80/tcp (v6)                ALLOW IN    Anywhere (v6)
443/tcp (v6)               ALLOW IN    Anywhere (v6)
`;
const SSHD = `usepam yes
permitrootlogin without-password
pubkeyauthentication yes
passwordauthentication no
kbdinteractiveauthentication no
authenticationmethods any
`;
const JAIL = 'Status for the jail: sshd\n|- Filter\n|  |- Currently failed:\t0\n|  `- File list:\t/var/log/auth.log\n';
const APT = 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n';

/** Probe of each check family: argv, uid, standard output. */
const PROBES: Readonly<Record<string, readonly [argv: readonly string[], uid: number, stdout: string]>> = {
  'ufw-status': [['/usr/bin/sudo', '-n', '--', '/usr/sbin/ufw', 'status', 'verbose'], 0, UFW_ACTIVE],
  'sshd-config': [['/usr/bin/sudo', '-n', '--', '/usr/sbin/sshd', '-T'], 0, SSHD],
  'sshd-contexts.list': [[], 1000, ''],
  'fail2ban-jail': [['/usr/bin/sudo', '-n', '--', '/usr/bin/fail2ban-client', 'status', 'sshd'], 0, JAIL],
  'apt-config': [['/usr/bin/apt-config', 'dump'], 1000, APT],
  'os-release': [['/usr/bin/cat', '/etc/os-release'], 1000, 'ID=debian\nVERSION_ID="12"\n'],
};

const COMMANDS: readonly CommandEntry[] = [
  ...Object.entries(PROBES)
    .filter(([id]) => !id.includes('.'))
    .map(
      ([id, [argv, uid]]): CommandEntry => ({
        id,
        purpose: `What ${id} says.`,
        as: uid === 0 ? 'root' : 'user',
        argv: argv.filter((word) => !/sudo$|^-n$|^--$/.test(word)),
      }),
    ),
  {
    id: 'apt-pending',
    purpose: 'Which packages <wait>.',
    as: 'user',
    argv: ['sh', '-c', '(snippet apt-pending)'],
    snippet: 'for f in /var/lib/apt/lists/*; do\n  echo "$f"\ndone\n',
  },
  {
    id: 'sshd-contexts',
    purpose: 'What holds in each Match context.',
    as: 'root',
    argv: ['sshd', '-T', '-C'],
    items: { snippet: 'echo user=root', limit: 16, together: false },
  },
];

function probeOf(check: string): string {
  if (check.startsWith('firewall')) return 'ufw-status';
  if (check.startsWith('ssh')) return 'sshd-config';
  if (check.startsWith('fail2ban')) return 'fail2ban-jail';
  return check.startsWith('updates') ? 'apt-config' : 'os-release';
}

function excerpt(text: string): Excerpt {
  return {
    sha256: createHash('sha256').update(text).digest('hex'),
    bytes: Buffer.byteLength(text),
    excerpt: text,
    truncated: false,
  };
}

function evidenceOf(host: string, overrides: Readonly<Record<string, Partial<Evidence>>>): Evidence[] {
  return Object.entries(PROBES).map(([probe, [argv, uid, stdout]], index) => ({
    id: `${host}/${probe}`,
    host,
    probe,
    state: 'ran',
    argv,
    uid,
    startedAt: `2026-11-22T01:00:0${index}.250Z`,
    ms: 12 + index * 7,
    exitCode: 0,
    stdout: excerpt(stdout),
    stderr: excerpt(''),
    redactions: 0,
    ...overrides[probe],
  }));
}

const PASSED: Deviation = { verdict: 'pass', status: 'pass' };

function finding(host: string, check: string, deviation: Deviation | undefined, evidence: boolean): Finding {
  const entry = CHECKS.find((known) => known.id === check);
  const subject = deviation?.subject ?? host;
  const sentence = `${entry?.title ?? check}.`;
  return {
    id: subject === host ? `${host}/${check}` : `${host}/${check}/${subject}`,
    host,
    check,
    severity: entry?.severity ?? 'medium',
    because: sentence,
    expected: 'the documented safeguard',
    actual: 'the documented safeguard',
    verdict: 'pass',
    status: 'pass',
    ...(deviation ?? PASSED),
    subject,
    evidence: evidence ? [`${host}/${probeOf(check)}`] : [],
  };
}

export function fails(because: string, expected: string, actual: string, more: Deviation = {}): Deviation {
  return { verdict: 'fail', status: 'fail', because, expected, actual, ...more };
}

export function unknownFor(reason: Reason, because: string, remediation?: string): Deviation {
  return {
    verdict: 'unknown',
    status: 'unknown',
    reason,
    because,
    expected: 'a measurement',
    actual: 'not determined',
    ...(remediation === undefined ? {} : { remediation }),
  };
}

export function entryOf(name: string, address: string, more: Partial<HostEntry> = {}): HostEntry {
  return {
    name,
    address,
    port: 22,
    outcome: 'assessed',
    os: { id: 'debian', versionId: '12' },
    loginUser: 'audit',
    privilege: 'sudo',
    hostKey: `SHA256:${createHash('sha256').update(name).digest('base64').slice(0, 43)}`,
    clockOffsetSeconds: 0,
    cost: { connections: 1, execs: 1, bytesOut: 18_400, bytesIn: 61_250, ms: 1840 },
    ...more,
  };
}

/** One finding per check (or several, per subject), all evidence of the host. */
export function assessed(
  host: HostEntry,
  deviations: Readonly<Record<string, Deviation | readonly Deviation[]>> = {},
  evidence: Readonly<Record<string, Partial<Evidence>>> = {},
): HostResult {
  const findings = CHECKS.flatMap(({ id }) =>
    [deviations[id] ?? PASSED].flat().map((deviation) => finding(host.name, id, deviation, true)),
  );
  return { host, findings, evidence: evidenceOf(host.name, evidence) };
}

/** A host that was never reached: every check is unknown, for the host's reason. */
export function unreached(name: string, address: string, reason: Reason, message: string): HostResult {
  const host = entryOf(name, address, {
    outcome: 'unreachable',
    reason,
    message,
    os: null,
    privilege: 'none',
    hostKey: null,
    clockOffsetSeconds: null,
    cost: { connections: 1, execs: 0, bytesOut: 0, bytesIn: 0, ms: 10_000 },
  });
  return {
    host,
    findings: CHECKS.map(({ id }) => finding(name, id, unknownFor(reason, message), false)),
    evidence: [],
  };
}

const STATUS_COUNTS = (): Record<Status, number> => ({
  pass: 0,
  fail: 0,
  unknown: 0,
  'not-applicable': 0,
  waived: 0,
  attested: 0,
});

function summarise(hosts: readonly HostResult[]): Summary {
  const byStatus = STATUS_COUNTS();
  const bySeverity: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 };
  const byReason: Partial<Record<Reason, number>> = {};
  const outcomes = { assessed: 0, partial: 0, unreachable: 0, total: hosts.length };
  const cost = { connections: 0, execs: 0, bytesOut: 0, bytesIn: 0, ms: 0 };
  let findings = 0;
  for (const result of hosts) {
    outcomes[result.host.outcome] += 1;
    for (const key of ['connections', 'execs', 'bytesOut', 'bytesIn', 'ms'] as const)
      cost[key] += result.host.cost[key];
    for (const each of result.findings) {
      findings += 1;
      byStatus[each.status] += 1;
      if (each.status === 'fail') bySeverity[each.severity] += 1;
      if (each.reason !== undefined) byReason[each.reason] = (byReason[each.reason] ?? 0) + 1;
    }
  }
  const coverage = findings === 0 ? 0 : (findings - byStatus.unknown) / findings;
  return { hosts: outcomes, findings, byStatus, bySeverity, byReason, coverage, cost };
}

function resultOf(checks: readonly string[], hosts: readonly HostResult[]): ControlResult {
  const statuses = hosts.flatMap((host) => host.findings.filter((f) => checks.includes(f.check)).map((f) => f.status));
  if (statuses.includes('fail')) return 'not-satisfied';
  return statuses.length === 0 || statuses.includes('unknown') ? 'undetermined' : 'satisfied';
}

/** A complete report source over ready host results. */
export function sourceOf(hosts: readonly HostResult[], run: Partial<ReportSource['head']['run']> = {}): ReportSource {
  const controls: ControlEntry[] = CONTROLS.map(([id, title, requirement, checks]) => ({
    id,
    baseline: 'cleavr',
    title,
    requirement,
    source: 'Cleavr, Security Measures',
    method: id === 'cleavr-9' ? 'attestation' : 'test',
    checks,
    result: resultOf(checks, hosts),
  }));
  return {
    head: {
      schemaVersion: '1.0',
      commands: COMMANDS,
      run: {
        id: '20261122T010000Z-9f2c41d7',
        tool: { name: 'fleetproof', version: '0.1.0' },
        startedAt: '2026-11-22T01:00:00.000Z',
        finishedAt: '2026-11-22T01:00:12.480Z',
        interrupted: false,
        view: 'both',
        checksLeftOut: [],
        excludedHosts: [],
        commandSetSha256: createHash('sha256').update('commands').digest('hex'),
        baselines: [
          {
            id: 'cleavr',
            title: 'Cleavr security measures',
            version: '1.0.0',
            sha256: createHash('sha256').update('cleavr').digest('hex'),
          },
        ],
        inventorySha256: createHash('sha256').update('inventory').digest('hex'),
        previousRunId: null,
        ...run,
      },
      controls,
      checks: CHECKS,
      summary: summarise(hosts),
    },
    async *hosts() {
      yield* hosts;
    },
  };
}
