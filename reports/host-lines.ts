import type { Finding, HostEntry } from '../src/model/finding.ts';
import type { Reason, Severity, Status } from '../src/model/verdict.ts';
import { SEVERITIES } from '../src/model/verdict.ts';
import { severityRank } from './words.ts';

/** What one host, or one site of it, came to. */
export interface Tallied {
  readonly counts: Readonly<Record<Status, number>>;
  /** Failing findings per severity, worst first. */
  readonly fails: readonly number[];
  /** One status per check in the catalogue's order (the worst of its subjects); undefined: no finding. */
  readonly cells: readonly (Cell | undefined)[];
}

export interface HostLine extends Tallied {
  readonly host: HostEntry;
  /** Sites of the host that have findings; their findings count for the host as well. */
  readonly sites: readonly SiteLine[];
}

export interface SiteLine extends Tallied {
  /** `https://example.org:443`. */
  readonly url: string;
}

interface Cell {
  readonly status: Status;
  readonly reason?: Reason;
}

/** What the cell of a check with several subjects shows: the first of these that occurs. */
export const WORST_FIRST: readonly Status[] = ['fail', 'unknown', 'waived', 'attested', 'pass', 'not-applicable'];

const SITE = 'site:';

/** Adds up the findings of one host; `position` is the column of the check. */
export function newLines(host: HostEntry): { add(finding: Finding, position: number): void; end(): HostLine } {
  const whole = newTallied();
  const sites = new Map<string, ReturnType<typeof newTallied>>();
  return {
    add(finding, position) {
      whole.add(finding, position);
      if (!finding.subject.startsWith(SITE)) return;
      const url = finding.subject.slice(SITE.length);
      const site = sites.get(url) ?? newTallied();
      sites.set(url, site);
      site.add(finding, position);
    },
    end: () => ({
      host,
      ...whole.tallied,
      sites: [...sites].map(([url, { tallied }]) => ({ url, ...tallied })),
    }),
  };
}

function newTallied() {
  const counts = zeroes();
  const fails = SEVERITIES.map(() => 0);
  const cells: (Cell | undefined)[] = [];
  return {
    tallied: { counts, fails, cells },
    add({ status, reason, severity }: Finding, position: number) {
      counts[status] += 1;
      const rank = severityRank(severity);
      if (status === 'fail') fails[rank] = (fails[rank] ?? 0) + 1;
      cells[position] = worse(cells[position], status, reason);
    },
  };
}

export function zeroes(): Record<Status, number> {
  return { pass: 0, fail: 0, unknown: 0, 'not-applicable': 0, waived: 0, attested: 0 };
}

function worse(shown: Cell | undefined, status: Status, reason: Reason | undefined): Cell {
  if (shown !== undefined && WORST_FIRST.indexOf(shown.status) <= WORST_FIRST.indexOf(status)) return shown;
  return { status, ...(reason === undefined ? {} : { reason }) };
}

/** Worst first: by failing findings from the worst severity down, then not reached, then by unknowns; ties keep their order. */
export function worstFirst(hosts: readonly HostLine[]): HostLine[] {
  return [...hosts].sort((a, b) => {
    for (let rank = 0; rank < SEVERITIES.length; rank++) {
      const difference = (b.fails[rank] ?? 0) - (a.fails[rank] ?? 0);
      if (difference !== 0) return difference;
    }
    const reached = Number(b.host.outcome === 'unreachable') - Number(a.host.outcome === 'unreachable');
    return reached || b.counts.unknown - a.counts.unknown;
  });
}

/** The worst severity that fails; undefined when nothing does. */
export function worstSeverity({ fails }: Tallied): Severity | undefined {
  return SEVERITIES[fails.findIndex((amount) => amount > 0)];
}
