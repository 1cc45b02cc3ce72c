import type { Facts, Problem } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import type { Opening, PacketFilter, Published } from '../../src/model/facts/firewall.ts';
import { formatPort, parsePort } from '../../src/model/units.ts';
import { permissionOf, permissionsOf, permits, permitsFrom } from './coverage.ts';
import { collect, familyText } from './families.ts';
import { closings, grouped, listText, trafficText } from './words.ts';

type PortFacts = Facts<'ufw' | 'packetFilter4' | 'packetFilter6' | 'ufwStored4' | 'ufwStored6'>;

/** What the kernel lets in now and the baseline does not document. */
export function openPorts(filters: readonly PacketFilter[], allowed: readonly string[]): readonly Problem[] {
  const open = filters.filter((filter) => !filter.denies);
  const everything = `every incoming ${familyText(open)} connection`;
  const problem = { because: `The kernel accepts ${everything}.`, actual: `${everything} accepted` };
  const permissions = permissionsOf(allowed);
  const extra = filters.flatMap(comingIn).filter((one) => !permits(permissions, one));
  const problems = undocumented(extra, (text) => `The firewall lets in ${text}`);
  return open.length === 0 ? problems : [problem, ...problems];
}

/** What rules let in, and what `ufw route allow` lets through to a published port. */
function comingIn(filter: PacketFilter): readonly (Opening | Published)[] {
  const routed = filter.published.state === 'known' ? filter.published.value.filter((one) => one.byUfw) : [];
  return [...filter.openings, ...routed];
}

/** Extra openings as one problem; a rule that cannot be read in full is ignorance, unless another one fails. */
function undocumented(extra: readonly (Opening | Published)[], say: (text: string) => string): readonly Problem[] {
  const certain = extra.filter((one) => one.unread.length === 0);
  const [doubtful] = extra.filter((one) => one.unread.length > 0);
  if (certain.length === 0 && doubtful !== undefined) {
    const what = listText(doubtful.unread);
    cannotTell(
      'unparseable',
      `A rule that lets in ${trafficText(doubtful)} has a condition that is not read: ${what} (${doubtful.rule}).`,
    );
  }
  if (certain.length === 0) return [];
  const groups = grouped(certain);
  const remediation = closings(certain.flatMap((one) => ('table' in one ? [one] : [])));
  const problem = {
    because: `${say(listText(groups.map(({ text }) => text)))}, which is not documented.`,
    actual: groups.map(({ text, members }) => `${text} by "${members[0]?.rule}"`).join('; '),
  };
  return [remediation === '' ? problem : { ...problem, remediation }];
}

/** Documented ports that must be open and are not. Judged on the family of `from`, else on IPv4. */
export function closedPorts(required: readonly string[], facts: PortFacts): readonly Problem[] {
  return required.map(parsePort).flatMap((port): Problem[] => {
    const filter = facts.get(port.from?.includes(':') === true ? 'packetFilter6' : 'packetFilter4');
    if (filter === undefined) return [];
    const open =
      !filter.denies ||
      permitsFrom(
        filter.outside,
        filter.openings.filter((one) => one.unread.length === 0),
        permissionOf(port),
      );
    const text = formatPort(port);
    const { because, actual } = {
      because: `${text} must be open, but the firewall does not let it in.`,
      actual: `${text} closed`,
    };
    return open ? [] : [{ because, actual, remediation: `ufw allow ${port.port}/${port.protocol}` }];
  });
}

/** What ufw's files open at the next start, against the baseline and against the kernel. */
export function storedPorts(facts: PortFacts, allowed: readonly string[]): readonly Problem[] {
  const pairs = [
    () => pairOf(facts.get('ufwStored4'), facts.get('packetFilter4')),
    () => pairOf(facts.get('ufwStored6'), facts.get('packetFilter6')),
  ];
  const permissions = permissionsOf(allowed);
  return collect(pairs, (all) => {
    const extra = all.flatMap(({ stored, kernel }) =>
      stored.openings.filter((one) => !permits(permissions, one) && !permits(kernel.openings, one)),
    );
    const problems = undocumented(extra, (text) => `The files of ufw let in ${text} at the next start`);
    if (problems.length > 0) return problems;
    return differences(all.filter(({ kernel }) => onlyUfw(kernel)));
  });
}

interface Pair {
  readonly stored: PacketFilter;
  readonly kernel: PacketFilter;
}

/** Nothing to compare where there is no ufw or no IPv6. */
function pairOf(stored: PacketFilter | undefined, kernel: PacketFilter | undefined): Pair | undefined {
  return stored === undefined || kernel === undefined ? undefined : { stored, kernel };
}

/** Only where ufw alone decides do its files say what the kernel should have. */
function onlyUfw(kernel: PacketFilter): boolean {
  return kernel.ufw === 'hooked' && kernel.chains.filter((chain) => chain.denies).length === 1;
}

function differences(pairs: readonly Pair[]): readonly Problem[] {
  const surplus = pairs.flatMap(({ stored, kernel }) => only(kernel.openings, stored.openings));
  const missing = pairs.flatMap(({ stored, kernel }) => only(stored.openings, kernel.openings));
  const parts = [
    ...(surplus.length > 0 ? [`the kernel lets in ${texts(surplus)}, which ufw's files do not have`] : []),
    ...(missing.length > 0 ? [`ufw's files let in ${texts(missing)}, which the kernel does not`] : []),
  ];
  if (parts.length === 0) return [];
  const actual = parts.join('; ');
  const because = `Loaded and stored rules differ, so a reboot changes what is open: ${actual}.`;
  return [{ because, actual, remediation: 'ufw status numbered   # correct the rules, then:\nufw reload' }];
}

/** Openings that the others do not have. A rule that is not read in full is no proof of a difference. */
function only(some: readonly Opening[], others: readonly Opening[]): readonly Opening[] {
  const known = new Set(others.map(trafficText));
  return some.filter((one) => one.unread.length === 0 && !known.has(trafficText(one)));
}

function texts(openings: readonly Opening[]): string {
  return listText(grouped(openings).map(({ text }) => text));
}
