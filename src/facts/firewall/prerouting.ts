import type { Packets } from './packets.ts';
import { baseChains, type Chain, PRIORITIES, type Ruleset, type Table } from './ruleset.ts';
import { distinct, walk } from './walk.ts';

type Placed = { readonly table: Table; readonly chain: Chain };

/**
 * What is left of incoming packets when they come to translation: rules of the tables raw and mangle, and chains of nft
 * before it, may have dropped them. Chains behind it see other addresses and ports, and are not asked.
 */
export function comingToTranslation(packets: Packets, ruleset: Ruleset): readonly Packets[] {
  const before = baseChains(ruleset, 'prerouting', 'filter').filter(
    ({ chain }) => priorityOf(chain) < PRIORITIES.translation,
  );
  return leftBy(
    before.toSorted((one, other) => priorityOf(one.chain) - priorityOf(other.chain)),
    packets,
  );
}

/** What every one of the chains lets through. */
export function leftBy(chains: readonly Placed[], packets: Packets): readonly Packets[] {
  return chains.reduce<readonly Packets[]>(
    (left, { table, chain }) =>
      distinct(
        left.flatMap((one) =>
          walk(table, chain, seenBy(chain, one)).accepted.map(({ packets }) => asTheyCame(packets, one)),
        ),
      ),
    [packets],
  );
}

/** The packets with what `before` says of their connections: a chain tells by it only what it lets through. */
export function asTheyCame(packets: Packets, { states, untracked }: Packets): Packets {
  return { ...packets, states, untracked };
}

/** The packets as a chain sees them: before connections are tracked, every packet is an invalid one. */
export function seenBy(chain: Chain, packets: Packets): Packets {
  return priorityOf(chain) < PRIORITIES.tracking ? { ...packets, states: ['INVALID'] } : packets;
}

function priorityOf({ base }: Chain): number {
  return base?.priority ?? PRIORITIES.filter;
}
