import type { HostEntry } from '../../src/model/finding.ts';
import type { Reason, Status } from '../../src/model/verdict.ts';
import type { Digest } from '../digest.ts';
import { type HostLine, type SiteLine, type Tallied, WORST_FIRST, worstFirst } from '../host-lines.ts';
import { bytes, count, duration, excludedText, STATUS, siteText, thousands } from '../words.ts';
import { anchor, type Budget, bar } from './parts.ts';

/** Above this many hosts, only those with something to tell have rows. */
const ALL = 500;

/** Who was looked at, and who was not. */
export function hostsView({ hosts, head }: Digest, budget: Budget) {
  const { total, assessed, partial, unreachable } = head.summary.hosts;
  const wanted = hosts.length <= ALL ? hosts : hosts.filter(({ host }) => host.outcome !== 'assessed');
  const rows = fitting(
    wanted.map((line) => ({ ...hostRow(line.host), sites: line.sites.map(siteRow) })),
    budget,
  );
  const listed = new Set(wanted.slice(0, rows.length));
  const excluded = excludedText(head.run, ALL);
  return {
    statement: `${count(total, 'host')} in scope: ${thousands(assessed)} assessed, ${thousands(partial)} assessed in part, ${thousands(unreachable)} not reached.${excluded === '' ? '' : ` ${excluded}`}`,
    rows,
    rest: remainder(hosts.filter((line) => !listed.has(line))),
  };
}

/** What the hosts without a row are, so that nobody takes a missing one for an assessed one. */
function remainder(missing: readonly HostLine[]): string {
  if (missing.length === 0) return '';
  const parts = (['assessed', 'partial', 'unreachable'] as const).flatMap((outcome) => {
    const amount = missing.filter(({ host }) => host.outcome === outcome).length;
    return amount === 0 ? [] : [`${thousands(amount)} ${LEFT_OUT[outcome]}`];
  });
  const they = missing.length === 1 ? 'It stands' : 'All stand';
  return `${count(missing.length, 'more host')} without a row here: ${parts.join(', ')}. ${they} in report.json.`;
}

const LEFT_OUT = {
  assessed: 'assessed',
  partial: 'assessed in part',
  unreachable: 'not reached, named under “Could not be determined”',
} as const;

function fitting<T>(rows: readonly T[], budget: Budget): T[] {
  const fit: T[] = [];
  for (const row of rows) {
    if (!budget.take(row)) break;
    fit.push(row);
  }
  return fit;
}

const OUTCOME = {
  assessed: { kind: 'pass', glyph: '✓', word: 'assessed' },
  partial: { kind: 'unknown', glyph: '?', word: 'in part' },
  unreachable: { kind: 'fail', glyph: '!', word: 'not reached' },
} as const;

function hostRow(host: HostEntry) {
  const { address, port, os, loginUser, privilege, hostKey, clockOffsetSeconds, cost } = host;
  return {
    name: host.name,
    ...OUTCOME[host.outcome],
    reason: host.reason ?? '',
    address: address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
    os: os === null ? 'not known' : `${os.id} ${os.versionId}`.trim(),
    login: loginUser === '' ? 'none: looked at from outside only' : loginUser,
    privilege:
      host.outcome === 'unreachable' || loginUser === ''
        ? ''
        : { root: 'root', sudo: 'with sudo', none: 'without sudo' }[privilege],
    hostKey: hostKey ?? (loginUser === '' ? 'not asked' : 'none verified'),
    clock:
      clockOffsetSeconds === null
        ? ''
        : clockOffsetSeconds === 0
          ? 'in step'
          : `${clockOffsetSeconds > 0 ? '+' : '−'}${offset(Math.abs(clockOffsetSeconds))}`,
    cost: `${duration(cost.ms)}, ${bytes(cost.bytesIn)}`,
    outside: outsideText(host),
  };
}

function offset(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : duration(seconds * 1000);
}

function outsideText({ outside }: HostEntry): string {
  if (outside === undefined) return 'not looked at from outside';
  if (!outside.taken) return outside.because;
  if (outside.exchanges === 0) return 'nothing to look at from outside';
  return `${count(outside.exchanges, 'exchange')} from outside in ${duration(outside.ms)}`;
}

function siteRow({ url, counts }: SiteLine) {
  const status = WORST_FIRST.find((each) => counts[each] > 0) ?? 'unknown';
  const numbers = WORST_FIRST.filter((each) => counts[each] > 0);
  return {
    url: siteText(url),
    kind: status,
    glyph: STATUS[status].glyph,
    word: STATUS[status].word,
    numbers: numbers.map((each) => `${counts[each]} ${STATUS[each].past}`).join(', '),
  };
}

/** Hosts × checks, worst hosts first; and per check over the whole fleet, whatever its size. */
export function matrixView(digest: Digest, budget: Budget) {
  const { hosts, checks, head } = digest;
  const large = hosts.length > ALL;
  const wanted = worstFirst(large ? hosts.filter(hasSomething) : hosts).slice(0, ALL);
  const rows = fitting(
    wanted.map((line) => ({
      ...matrixRow(line, line.host, digest),
      host: line.host.name,
      sites: line.sites.map((site) => ({ ...matrixRow(site, line.host, digest), url: siteText(site.url) })),
    })),
    budget,
  );
  const rest = hosts.length - rows.length;
  const clean = hosts.filter((line) => !hasSomething(line)).length;
  return {
    columns: checks.map(({ check }) => ({ id: check.id, link: anchor('check', check.id) })),
    groups: columnGroups(digest),
    rows,
    any: rows.length > 0,
    rest:
      rest === 0
        ? ''
        : `${large ? `Only hosts on which something failed or is unknown are listed, worst first. ` : ''}${count(rest, 'more host')} ${rest === 1 ? 'is' : 'are'} not listed here: ${thousands(clean)} without anything that failed or is unknown, ${thousands(Math.max(0, rest - clean))} with. All stand in report.json.`,
    hosts: count(head.summary.hosts.total, 'host'),
    totals: checks.map(({ check, counts }) => ({
      id: check.id,
      link: anchor('check', check.id),
      title: check.title,
      bar: bar(
        (['fail', 'unknown', 'waived', 'attested', 'not-applicable', 'pass'] as const).map((status) => ({
          kind: status,
          glyph: STATUS[status].glyph,
          amount: counts[status],
          words: STATUS[status].past,
        })),
      ),
      fail: thousands(counts.fail),
      unknown: thousands(counts.unknown),
      pass: thousands(counts.pass),
      other: thousands(counts['not-applicable'] + counts.waived + counts.attested),
    })),
    legend: (['pass', 'fail', 'unknown', 'not-applicable', 'waived', 'attested'] as const).map((status) => ({
      kind: status,
      word: STATUS[status].word,
    })),
  };
}

/** Neighbouring columns of one control, under its id. */
function columnGroups({ checks, head }: Digest) {
  const groups: { id: string; span: number }[] = [];
  for (const { check } of checks) {
    const id = head.controls.find((control) => control.checks.includes(check.id))?.id ?? '';
    const last = groups.at(-1);
    if (last?.id === id) last.span += 1;
    else groups.push({ id, span: 1 });
  }
  return groups;
}

function hasSomething({ host, counts }: HostLine): boolean {
  return host.outcome !== 'assessed' || counts.fail > 0 || counts.unknown > 0;
}

function matrixRow({ cells, counts }: Tallied, host: HostEntry, { checks }: Digest) {
  return {
    kind: counts.fail > 0 ? 'fail' : host.outcome === 'unreachable' || counts.unknown > 0 ? 'unknown' : 'pass',
    cells: checks.map(({ check }, position) => {
      const cell = cells[position];
      if (cell === undefined) return { kind: 'none', word: 'not evaluated', link: '' };
      return {
        kind: cell.status,
        word: STATUS[cell.status].word,
        link: linkOf(cell.status, cell.reason, check.id, host),
      };
    }),
  };
}

function linkOf(status: Status, reason: Reason | undefined, check: string, host: HostEntry): string {
  if (status === 'fail') return anchor('fail', check);
  if (status !== 'unknown') return '';
  return host.outcome === 'unreachable' ? 'not-reached' : anchor('unknown', reason ?? 'internal');
}
