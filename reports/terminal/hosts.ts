import { REASONS } from '../../src/model/verdict.ts';
import type { Digest } from '../digest.ts';
import { type HostLine, type SiteLine, type Tallied, WORST_FIRST, worstFirst, worstSeverity } from '../host-lines.ts';
import { terminalText } from '../safe.ts';
import { type Colour, padded, widthOf } from '../text.ts';
import { count, excludedText, REASON, STATUS, siteText, thousands } from '../words.ts';
import { type Page, shortened } from './page.ts';

/** Above this many hosts, only the worst have a line of their own. */
const ALL = 40;
const WORST = 25;
/** So many hosts that were not reached have their message quoted; the others are named. */
const QUOTED = 20;
const NAME = 32;
/** Sites named under a host. */
const SITES = 12;
/** Hosts named that were left out on purpose. */
const EXCLUDED = 8;

/** One line per host, worst first. */
export function hostLines(page: Page, { hosts, head }: Digest): void {
  const { total, assessed, partial, unreachable } = head.summary.hosts;
  page.heading(
    `Hosts: ${thousands(total)} (${thousands(assessed)} assessed, ${thousands(partial)} partial, ${thousands(unreachable)} not reached)`,
  );
  const listed =
    hosts.length > ALL
      ? worstFirst(hosts.filter((line) => !isClean(line) && isReached(line))).slice(0, WORST)
      : worstFirst(hosts);
  const width = Math.min(NAME, Math.max(0, ...listed.map(({ host }) => widthOf(terminalText(host.name)))));
  for (const line of listed) {
    hostLine(page, line, width);
    siteLines(page, line.sites);
  }
  if (hosts.length > ALL) others(page, hosts, listed.length);
  const excluded = excludedText(head.run, EXCLUDED);
  if (excluded !== '') page.text(excluded, '  · ');
}

function hostLine(page: Page, line: HostLine, width: number): void {
  const { host } = line;
  const [glyph, colour] = markOf(line);
  const worst = worstSeverity(line);
  const said = isReached(line) ? numbersOf(line) : `not reached: ${host.reason ?? 'unreachable'}`;
  const remark = [host.outcome === 'partial' ? 'partial' : '', worst === undefined ? '' : `worst: ${worst}`]
    .filter(Boolean)
    .join(', ');
  const name = padded(terminalText(host.name), width);
  const mark = `  ${page.paint(glyph, colour)} `;
  const gap = page.width - widthOf(`  ${glyph} ${name}  ${said}${remark}`);
  if (gap >= 2 || (gap >= 0 && remark === '')) {
    const painted = page.paint(remark, worst === undefined ? 'yellow' : 'red');
    page.lines.push(`${mark}${name}  ${said}${remark === '' ? '' : ' '.repeat(gap) + painted}`);
    return;
  }
  const at = page.lines.length;
  page.text(host.name, `  ${glyph} `);
  page.lines[at] = (page.lines[at] ?? '').replace(`  ${glyph} `, () => mark);
  page.text(remark === '' ? said : `${said}, ${remark}`, '      ');
}

function numbersOf({ counts }: Tallied): string {
  const numbers = WORST_FIRST.filter((status) => counts[status] > 0);
  return numbers.map((status) => `${counts[status]} ${STATUS[status].past}`).join(', ') || 'nothing was evaluated';
}

/** The sites of a host under its line; their numbers are part of the host's. */
function siteLines(page: Page, sites: readonly SiteLine[]): void {
  for (const site of sites.slice(0, SITES)) {
    const [glyph, colour]: [string, Colour] =
      site.counts.fail > 0
        ? [STATUS.fail.glyph, 'red']
        : site.counts.unknown > 0
          ? [STATUS.unknown.glyph, 'yellow']
          : [STATUS.pass.glyph, 'green'];
    const at = page.lines.length;
    const worst = worstSeverity(site);
    page.text(
      `${siteText(site.url)}: ${numbersOf(site)}${worst === undefined ? '' : `, worst: ${worst}`}`,
      `      ${glyph} `,
    );
    page.lines[at] = (page.lines[at] ?? '').replace(glyph, () => page.paint(glyph, colour));
  }
  if (sites.length > SITES) page.text(`… and ${count(sites.length - SITES, 'more site')}.`, '      ');
}

function markOf(line: HostLine): [glyph: string, colour: Colour] {
  if (!isReached(line)) return ['!', 'yellow'];
  if (line.counts.fail > 0) return [STATUS.fail.glyph, 'red'];
  return isClean(line) ? [STATUS.pass.glyph, 'green'] : [STATUS.unknown.glyph, 'yellow'];
}

function isReached({ host }: HostLine): boolean {
  return host.outcome !== 'unreachable';
}

function isClean({ host, counts }: HostLine): boolean {
  // A host that no check said anything of is not clean, it was not looked at.
  return host.outcome === 'assessed' && counts.fail === 0 && counts.unknown === 0 && counts.pass > 0;
}

function others(page: Page, hosts: readonly HostLine[], listed: number): void {
  const reached = hosts.filter(isReached);
  const clean = reached.filter(isClean).length;
  const rest = reached.length - clean - listed;
  if (rest > 0) page.text(`… and ${count(rest, 'more host')} with something that failed or is unknown.`, '  ');
  if (clean > 0)
    page.text(`${count(clean, 'host')} without anything that failed or is unknown.`, `  ${STATUS.pass.glyph} `);
}

/** Every host that was not reached, with its reason: a host that nobody looked at must not be overlooked. */
export function unreachedHosts(page: Page, { hosts }: Digest): void {
  const missing = hosts.filter((line) => !isReached(line)).map(({ host }) => host);
  if (missing.length === 0) return;
  page.heading(`Not reached: ${count(missing.length, 'host')}, so nothing is known about them`);
  for (const { name, address, port, reason = 'unreachable', message } of missing.slice(0, QUOTED)) {
    const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    page.text(`${name} at ${place} (${reason})`, '  ! ');
    page.text(shortened(message ?? `${REASON[reason].means} ${REASON[reason].next}`), '      ');
  }
  const unquoted = missing.slice(QUOTED);
  for (const reason of REASONS) {
    const names = unquoted.filter((host) => (host.reason ?? 'unreachable') === reason).map(({ name }) => name);
    if (names.length === 0) continue;
    page.text(`${count(names.length, 'more host')} (${reason}): ${names.join(', ')}`, '  ! ');
    page.text(REASON[reason].next, '      ');
  }
}
