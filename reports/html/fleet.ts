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
  const missing = hosts.filter((line) => !listed.has(line));
  const named = missing.filter(({ host }) => host.outcome !== 'unreachable');
  const excluded = excludedText(head.run, ALL);
  return {
    statement: `${count(total, 'host')} in scope: ${thousands(assessed)} assessed, ${thousands(partial)} assessed in part, ${thousands(unreachable)} not reached.${excluded === '' ? '' : ` ${excluded}`}`,
    rows,
    caption:
      missing.length === 0
        ? 'Every host in scope and how it was reached'
        : 'Hosts in scope and how they were reached; those without a row are named below',
    rest: remainder(missing),
    // All of them: whoever looks for a host finds it. Those that were not reached are named where their reason is.
    named: named.map(namedHost),
    namedCount: count(named.length, 'host'),
  };
}

function namedHost({ host, counts }: HostLine) {
  const numbers = (['fail', 'unknown'] as const).filter((status) => counts[status] > 0);
  const said = numbers.map((status) => `${counts[status]} ${STATUS[status].past}`).join(', ');
  return { host: host.name, subject: said || 'nothing failed or unknown' };
}

/** What the hosts without a row are, so that nobody takes a missing one for an assessed one. */
function remainder(missing: readonly HostLine[]): string {
  if (missing.length === 0) return '';
  const parts = (['assessed', 'partial', 'unreachable'] as const).flatMap((outcome) => {
    const amount = missing.filter(({ host }) => host.outcome === outcome).length;
    return amount === 0 ? [] : [`${thousands(amount)} ${LEFT_OUT[outcome]}`];
  });
  return `${count(missing.length, 'more host')} without a row here: ${parts.join(', ')}. report.json has what the rows would say.`;
}

const LEFT_OUT = {
  assessed: 'assessed, named below',
  partial: 'assessed in part, named below',
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

export const OUTCOME = {
  assessed: {
    kind: 'pass',
    glyph: '✓',
    word: 'assessed',
    means: 'Whatever was asked came back whole. A check may still be unknown there; its reason is given.',
  },
  partial: {
    kind: 'unknown',
    glyph: '?',
    word: 'in part',
    means: 'The host was reached, but not everything came back whole: sudo refused commands, or a limit was reached.',
  },
  unreachable: {
    kind: 'fail',
    glyph: '!',
    word: 'not reached',
    means:
      'Nobody looked inside. Every check of the host is unknown, except for sites that were looked at from outside.',
  },
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

function outsideText(host: HostEntry): string {
  const { outside } = host;
  if (outside === undefined) return 'not looked at from outside';
  if (!outside.taken) return outside.because;
  // Of a host that nobody could log in to, only declared sites are looked at.
  if (outside.exchanges === 0)
    return host.outcome === 'unreachable' ? 'not looked at from outside' : 'nothing to look at from outside';
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
        : `Listed are the ${large ? `${thousands(rows.length)} worst` : 'first'} hosts. ${unlisted(rest, large ? clean : 0)}`,
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

/** The hosts that the matrix has no room for, of which so many are clean. */
function unlisted(amount: number, clean: number): string {
  const parts = [
    ...(amount > clean ? [`${thousands(amount - clean)} on which something failed or is unknown`] : []),
    ...(clean > 0 ? [`${thousands(clean)} on which nothing failed or is unknown`] : []),
  ];
  const verb = amount === 1 ? 'is' : 'are';
  return `${count(amount, 'more host')} ${verb} not listed here: ${parts.join(', ')}. report.json has the findings of each.`;
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
