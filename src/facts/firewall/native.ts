import type { Family } from '../../model/facts/firewall.ts';
import { byParts, byText } from '../memo.ts';
import { isDormant, type NftTable, readNftChain, readNftTable } from './nft.ts';
import type { JsonObject } from './nft-values.ts';
import type { Chain, Rule, Table } from './ruleset.ts';

/**
 * What `iptables-save` has no words for and leaves out of a rule without a word: `ip saddr @blocklist drop` becomes
 * `-j DROP`, `tcp dport vmap { 5432 : accept }` becomes `-p tcp`. Seen with iptables 1.8.9 and 1.8.11: lookups in sets and
 * maps, ranges of addresses, and fields of headers other than these. Sought in the text, so that the rules of ordinary
 * hosts need not be parsed; quotes inside of comments are escaped there.
 */
const LEFT_OUT =
  /"right": ?(?:"@|\{"(?:set|concat)"|\{"range": ?\[")|"v?map": ?\{"key"|"field": ?"(?!(?:[sd](?:addr|port)|protocol|nexthdr|flags|type|code|ttl|hoplimit|frag-off)")/;
/** Before 1.8.8, whose dumps begin to say `(nf_tables)`, iptables knew no more than addresses, interfaces and protocols. */
const LEFT_OUT_ONCE = new RegExp(
  `${LEFT_OUT.source}|"field": ?"(?![sd]addr|protocol|nexthdr|frag-off)|"meta": ?\\{"key": ?"(?!(?:[io]if(?:name)?|l4proto)")`,
);
/** That a table does nothing is left out as well. */
const FLAGS = /"table": ?\{[^{}]*"flags"/;
/** What it leaves out as a whole, it notes in the dump. */
const NOTE = "contains incompatible base-chains, use 'nft' tool";

/** Hosts that are set up alike have the same rules in nft's words, and both families stand in one text. */
const signsOf = byText(128, (nft) =>
  byParts(4, (leftOut: RegExp) => ({ found: leftOut.test(nft) || FLAGS.test(nft) })),
);

/** nft's name of a table of iptables. */
export function nftName(family: Family, table: string): string {
  return `${family === 'IPv4' ? 'ip' : 'ip6'} ${table}`;
}

/**
 * The tables of a dump of iptables with the rules of nft in them, which the dump shows in part. `nft` is the text of
 * nft's answer, `read` what it says.
 */
export function withNative(
  own: readonly Table[],
  save: string,
  nft: string,
  read: () => readonly NftTable[],
  family: Family,
): readonly Table[] {
  const leftOut = save.includes('(nf_tables)') ? LEFT_OUT : LEFT_OUT_ONCE;
  if (!signsOf(nft)(leftOut).found && !save.includes(NOTE)) return own;
  return own.map((table) => {
    const same =
      table.source === 'iptables' ? read().find(({ name }) => name === nftName(family, table.name)) : undefined;
    return same === undefined ? table : merged(table, same, family, leftOut);
  });
}

/**
 * Both tools list the same rules in the same order, so only the rules that iptables cannot show are nft's, which in turn
 * cannot show what extensions of iptables do.
 */
function merged(own: Table, native: NftTable, family: Family, leftOut: RegExp): Table {
  const isLeftOut = (rule: JsonObject | undefined): boolean => leftOut.test(JSON.stringify(rule?.expr ?? null));
  if (isDormant(native)) return readNftTable(native, family);
  const hidden = native.chains.some(({ name }) => !own.chains.has(String(name)));
  if (!hidden && ![...native.rules.values()].flat().some(isLeftOut)) return own;
  const whole = readNftTable(native, family);
  const chains = new Map<string, Chain>([...own.chains, ...whole.chains]);
  for (const [name, chain] of own.chains) {
    const rules = native.rules.get(name) ?? [];
    // Changed between the two commands: nobody knows which rule is which.
    if (rules.length !== chain.rules.length) return whole;
    const readings = readNftChain(native, name, family);
    const both = chain.rules.flatMap((rule, at): readonly Rule[] =>
      isLeftOut(rules[at]) ? (readings[at] ?? []) : [rule],
    );
    chains.set(name, { ...chain, rules: both });
  }
  return { ...own, chains };
}
