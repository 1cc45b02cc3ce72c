import type { Family } from '../../model/facts/firewall.ts';
import type { PortRange } from '../../model/port-range.ts';
import type { Match } from './packets.ts';

/** What a rule does with the packets that match it. */
export type Action =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'log'; readonly prefix: string }
  | Translation;

export interface Translation {
  readonly kind: 'translate';
  /** Null: the host itself. */
  readonly address: string | null;
  /** To one of these; null: the port stays. */
  readonly ports: PortRange | null;
  /** Where to could not be read, or not in full. */
  readonly unread: boolean;
}

/** To somewhere. */
export function unreadTranslation(what: string): Translation {
  return { kind: 'translate', address: what, ports: ALL_PORTS, unread: true };
}

const ALL_PORTS: PortRange = { from: 0, to: 65_535 };

export interface Rule {
  /** As the tool prints it, for people. */
  readonly text: string;
  readonly match: Match;
  readonly action: Action;
}

export interface Chain {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Set for base chains: those that the kernel enters by itself. */
  readonly base?: {
    readonly type: string;
    readonly hook: string;
    readonly policy: 'accept' | 'drop';
    /** Chains of a hook see packets in this order, the lowest first; see `PRIORITIES`. */
    readonly priority: number;
  };
}

/** When things happen to an incoming packet. Source: linux/netfilter_ipv4.h, `nf_ip_hook_priorities`. */
export const PRIORITIES = {
  raw: -300,
  tracking: -200,
  mangle: -150,
  translation: -100,
  filter: 0,
  security: 50,
} as const;

export interface Table {
  /** Which tool printed it. */
  readonly source: 'iptables' | 'iptables-legacy' | 'nftables';
  /** `filter`, or `inet filter` for nftables. */
  readonly name: string;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** All tables of one address family. */
export interface Ruleset {
  readonly family: Family;
  readonly tables: readonly Table[];
}

/** Base chains of a hook, with the table each belongs to. */
export function baseChains(
  ruleset: Ruleset,
  hook: string,
  type: string,
): readonly { readonly table: Table; readonly chain: Chain }[] {
  return ruleset.tables.flatMap((table) =>
    [...table.chains.values()].flatMap((chain) =>
      chain.base?.hook === hook && chain.base.type === type ? [{ table, chain }] : [],
    ),
  );
}
