import type { Fact } from '../../model/fact.ts';
import type { Backend, Family, InputChain, Opening, PacketFilter, Published } from '../../model/facts/firewall.ts';
import { ANY_MATCH, ANY_PACKET, contains, intersect, type Packets } from './packets.ts';
import { asTheyCame, leftBy, seenBy } from './prerouting.ts';
import { baseChains, type Chain, type Ruleset, type Table } from './ruleset.ts';
import { isInternal, isStock } from './stock.ts';
import { trafficOf } from './traffic.ts';
import { type Taken, tableName, type Walk, walk } from './walk.ts';

/** All openings through one chain. One that takes longer is left out: what it drops of them counts as open, then. */
const MOST_STEPS_AGAIN = 500_000;

/** Every new connection that comes in from outside. */
export const INCOMING: Packets = { ...ANY_PACKET, inbound: { names: ['lo'], except: true } };

/** The same, with what this rule set may do to them before the filter chains. */
export function incomingOf({ tables }: Ruleset): Packets {
  for (const { chains } of tables)
    for (const { rules } of chains.values())
      if (rules.some(({ text }) => /\bNOTRACK\b|\bnotrack\b/.test(text))) return { ...INCOMING, untracked: true };
  return INCOMING;
}

interface Input {
  readonly table: Table;
  readonly chain: Chain;
  readonly walk: Walk;
  readonly denies: boolean;
}

/**
 * What the rules of one family let in. All base chains of the input hook see every packet, and those of prerouting saw it
 * before; `accept` ends only its own chain, `drop` ends everything. So what comes in is what every chain lets through.
 */
export function evaluateFilter(
  ruleset: Ruleset,
  outside: readonly string[],
  published: Fact<readonly Published[]>,
): PacketFilter {
  const incoming = incomingOf(ruleset);
  const chains = ['input', 'prerouting'].flatMap((hook) => baseChains(ruleset, hook, 'filter'));
  const way = chains.map(({ table, chain }): Input => {
    const result = walk(table, chain, seenBy(chain, incoming));
    return { table, chain, walk: result, denies: !acceptsEverything(result, incoming) };
  });
  const inputs = way.filter(({ chain, denies }) => denies || chain.base?.hook === 'input');
  const denying = inputs.filter((input) => input.denies);
  const common = inCommon(denying.map((input) => input.walk.accepted));
  // Walked again by themselves: a drop that says nothing of the whole may be for all of one opening.
  const again = way.filter((input) => input.walk.steps * common.length <= MOST_STEPS_AGAIN);
  const accepted = common.flatMap((taken) =>
    leftBy(again, asTheyCame(taken.packets, incoming)).map((packets) => ({ ...taken, packets })),
  );
  const isDenied = (packets: Packets): boolean => denying.length > 0 && !isAccepted(packets, accepted);
  return {
    family: ruleset.family,
    chains: inputs.map((input) => describeInput(input, ruleset.family)),
    denies: denying.length > 0,
    openings: openingsOf(accepted, ruleset.family),
    ufw: ufwState(inputs, ruleset),
    forwardDenies: baseChains(ruleset, 'forward', 'filter').some(
      ({ table, chain }) => !acceptsEverything(walk(table, chain, ANY_PACKET), ANY_PACKET),
    ),
    outside,
    published,
    logs: inputs.flatMap((input) =>
      input.walk.logs.map(({ chain, prefix, packets }) => ({ chain, prefix, denied: isDenied(packets) })),
    ),
  };
}

function acceptsEverything(result: Walk, start: Packets): boolean {
  return result.accepted.some(({ packets }) => contains(packets, start));
}

/** True when all of the packets are let in: each protocol, port and source by some rule. */
function isAccepted(packets: Packets, accepted: readonly Taken[]): boolean {
  const parts = each(packets.protocols).flatMap((protocols) =>
    each(packets.ports).flatMap((ports) =>
      each(packets.sources).map((sources): Packets => ({ ...packets, protocols, ports, sources })),
    ),
  );
  return parts.every((part) => accepted.some((taken) => contains(taken.packets, part)));
}

function each<T>(values: readonly T[] | null): readonly (readonly T[] | null)[] {
  return values?.map((value) => [value]) ?? [null];
}

/** What all the chains let through; each opening keeps the words of the first chain that has it. */
function openingsOf(accepted: readonly Taken[], family: Family): readonly Opening[] {
  const visible = widest(accepted).filter(({ packets }) => !isStock(packets) && !isInternal(packets.inbound));
  return visible.flatMap(({ packets, chain, rule, table }) =>
    trafficOf(packets, family).map((traffic) => ({ ...traffic, rule, chain, table, byUfw: isUserChain(chain) })),
  );
}

/** What both rules let through, in the words of the first. */
function overlap(one: Taken, other: Taken): readonly Taken[] {
  const packets = intersect(one.packets, { ...ANY_MATCH, ...other.packets, states: null });
  return packets === undefined ? [] : [{ ...one, packets }];
}

/** What every one of the chains lets through, in the words of the first. */
export function inCommon(chains: readonly (readonly Taken[])[]): readonly Taken[] {
  const [first = [], ...others] = chains;
  return others.reduce((all, more) => all.flatMap((one) => more.flatMap((other) => overlap(one, other))), first);
}

/** Without what the same rule takes in a wider set as well: zones lead to a rule by interface and by default. */
export function widest<T extends Taken>(all: readonly T[]): readonly T[] {
  const wider = (one: T, at: number): boolean =>
    all.some((other, index) => {
      if (index === at || other.rule !== one.rule || other.chain !== one.chain || other.table !== one.table)
        return false;
      return contains(other.packets, one.packets) && (index < at || !contains(one.packets, other.packets));
    });
  return all.filter((one, index) => !wider(one, index));
}

/** Chains that hold what the operator told ufw, and nothing else. */
export function isUserChain(chain: string): boolean {
  return /^ufw6?-user-(input|forward|limit-accept)$/.test(chain);
}

function describeInput({ table, chain, walk: result, denies }: Input, family: Family): InputChain {
  return {
    name: `${tableName(table)} ${chain.name}`,
    backend: backendOf(table, result, family),
    policy: chain.base?.policy ?? 'accept',
    denies,
  };
}

function backendOf(table: Table, result: Walk, family: Family): Backend {
  if (leadsToUfw(result, family)) return 'ufw';
  if (/(^| )firewalld$/.test(table.name) || result.entered.has('INPUT_ZONES')) return 'firewalld';
  return table.source === 'nftables' ? 'nftables' : 'iptables';
}

function leadsToUfw({ entered }: Walk, family: Family): boolean {
  const prefix = ufwPrefix(family);
  return entered.has(`${prefix}-before-input`) && entered.has(`${prefix}-user-input`);
}

function ufwState(inputs: readonly Input[], { family, tables }: Ruleset): PacketFilter['ufw'] {
  if (inputs.some((input) => leadsToUfw(input.walk, family))) return 'hooked';
  return tables.some((table) => table.chains.has(`${ufwPrefix(family)}-user-input`)) ? 'unhooked' : 'absent';
}

export function ufwPrefix(family: Family): 'ufw' | 'ufw6' {
  return family === 'IPv4' ? 'ufw' : 'ufw6';
}
