import { type Cidr, cidrContains, formatCidr, parseCidr } from '../../model/cidr.ts';
import { absent, cannotTell, type Fact, known, unknown } from '../../model/fact.ts';
import type { Family, PacketFilter, Published } from '../../model/facts/firewall.ts';
import { byParts, memoized } from '../memo.ts';
import { type Answered, isOfSudo, type Outputs, settle } from '../outputs.ts';
import { toCidr } from './addresses.ts';
import { evaluateFilter } from './filter.ts';
import { readSave } from './iptables.ts';
import { nftName, withNative } from './native.ts';
import { ipv6Absence, outsideInterfaces, ownAddresses, ROUTES, SETTINGS } from './network.ts';
import { concerns, type NftTable, parseNft, readNftTable, tableNames } from './nft.ts';
import { findPublished } from './published.ts';
import type { Table } from './ruleset.ts';
import { PRESENCE, present } from './ufw.ts';

export const NFT = 'nft-ruleset';
const SAVE = { IPv4: 'iptables-save', IPv6: 'ip6tables-save' } as const;
const LEGACY_SAVE = { IPv4: 'iptables-legacy-save', IPv6: 'ip6tables-legacy-save' } as const;

/** What a packet filter of either family is read from. */
export const KERNEL_PROBES = [
  ...Object.values(SAVE),
  ...Object.values(LEGACY_SAVE),
  NFT,
  ROUTES,
  PRESENCE,
  SETTINGS,
] as const;

/** What the kernel does with incoming packets of one family: the truth that everything else is held against. */
export function readKernel(outputs: Outputs, family: Family): Fact<PacketFilter> {
  const off = family === 'IPv6' ? ipv6Absence(outputs) : undefined;
  if (off !== undefined) return absent(off);
  const tables = tablesOf(outputs, family);
  const outside = outsideInterfaces(outputs, family).join(' ');
  const hidden = hiddenTables(outputs, family);
  return hidden === undefined
    ? known(filterOf(family, outside, ownTargets(outputs, family, tables), ...tables))
    : known(evaluateFilter({ family, tables }, namesIn(outside), hidden));
}

/** Names and addresses between blanks: hosts that are set up alike have the same rules and the same interfaces. */
const filterOf = byParts(
  128,
  (family: Family, outside: string, own: string, ...tables: readonly Table[]): PacketFilter => {
    const ruleset = { family, tables };
    const interfaces = namesIn(outside);
    const addresses = own === NOT_KNOWN ? null : namesIn(own).map(parseCidr);
    return evaluateFilter(
      ruleset,
      interfaces,
      settle(() => findPublished(ruleset, interfaces, addresses)),
    );
  },
);

const NOT_KNOWN = '?';

/** The host's own addresses among those that rules send packets to: of most hosts none, so that they stay alike. */
function ownTargets(outputs: Outputs, family: Family, tables: readonly Table[]): string {
  const targets = tables.flatMap(targetsIn);
  if (targets.length === 0) return '';
  const own = ownAddresses(outputs, family);
  if (own === null) return NOT_KNOWN;
  return own
    .filter((address) => targets.some((target) => cidrContains(target, address)))
    .map(formatCidr)
    .join(' ');
}

function targetsIn({ chains }: Table): readonly Cidr[] {
  return [...chains.values()].flatMap(({ rules }) =>
    rules.flatMap(({ action }) => (action.kind === 'translate' && toCidr(action.address ?? '')) || []),
  );
}

function namesIn(text: string): readonly string[] {
  return text.split(' ').filter((name) => name !== '');
}

/**
 * The tables of every tool that is there. `iptables-save` shows its own tables in full, but for what nft wrote into them;
 * nft shows the same ones with the details of extensions missing, and the tables of iptables-legacy only its own tool shows.
 */
export function tablesOf(outputs: Outputs, family: Family): readonly Table[] {
  const save = answer(outputs, SAVE[family]);
  const nft = answer(outputs, NFT);
  if (save === undefined && nft === undefined) {
    return cannotTell(
      'tool-missing',
      'The host has neither iptables-save nor nft, so the packet filter cannot be read.',
    );
  }
  const dumped = save === undefined ? [] : ownTables(outputs, family, save);
  const own =
    save === undefined || nft === undefined ? dumped : withNative(dumped, save, nft, () => nftTables(outputs), family);
  const shown = new Set(own.map(({ source, name }) => (source === 'iptables' ? nftName(family, name) : '')));
  const other = (table: { readonly name: string }): boolean => concerns(table, family) && !shown.has(table.name);
  if (nft === undefined || namesInNft(outputs)?.some((name) => other({ name })) === false) return own;
  return [
    ...own,
    ...nftTables(outputs)
      .filter(other)
      .map((table) => readNftTable(table, family)),
  ];
}

const namesInNft = memoized((outputs: Outputs) => tableNames(outputs.ran(NFT)));
const nftTables = memoized((outputs: Outputs): readonly NftTable[] => parseNft(outputs.ran(NFT)));

/**
 * What iptables-save prints, of the kind that is the default here, and what the older kind has beside it. A
 * table that nft wrote into is left out by iptables-save ("incompatible, use 'nft' tool"), so nft's word counts.
 */
function ownTables(outputs: Outputs, family: Family, save: string): readonly Table[] {
  if (isLegacy(outputs, family, save)) return readSave(save, SAVE[family], 'iptables-legacy');
  return [...readSave(save, SAVE[family]), ...legacyTables(outputs, family)];
}

/** What the tool printed; undefined when it is not on the host. */
function answer(outputs: Outputs, probe: string): string | undefined {
  const output = outputs.get(probe);
  if (output.state === 'missing') return undefined;
  if (refusedByKernel(output)) {
    const said = output.stderr.split('\n')[0]?.trim() ?? '';
    cannotTell('not-observable', `The kernel does not show its packet filter here, not even to root: ${said}.`);
  }
  return outputs.ran(probe);
}

/** Containers without the capability and kernels without netfilter refuse root as well. */
function refusedByKernel(output: Answered): boolean {
  const { state, exitCode, stderr } = output;
  return (
    state === 'ran' &&
    exitCode !== 0 &&
    !isOfSudo(output) &&
    /Operation not permitted|Permission denied|not supported|Protocol not available|does not exist|No such file/.test(
      stderr,
    )
  );
}

/** iptables 1.8 came in two kinds; before 1.8.8 the dump does not say which. */
function isLegacy(outputs: Outputs, family: Family, save: string): boolean {
  if (save.includes('(nf_tables)')) return false;
  const legacy = outputs.get(LEGACY_SAVE[family]);
  if (legacy.state === 'ran' && legacy.exitCode === 0) return rulesOnly(legacy.stdout) === rulesOnly(save);
  if (outputs.get(NFT).state !== 'ran') return true;
  const native = new Set(namesInNft(outputs) ?? nftTables(outputs).map(({ name }) => name));
  return !readSave(save, SAVE[family]).some(({ name }) => native.has(nftName(family, name)));
}

function rulesOnly(save: string): string {
  const lines = save.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => line.replace(/ \[\d+:\d+\]$/, '')).join('\n');
}

/** Tables of iptables-legacy beside those of nf_tables. `iptables-save` warns on stderr when there are some. */
function legacyTables(outputs: Outputs, family: Family): readonly Table[] {
  const probe = LEGACY_SAVE[family];
  const warned = /legacy tables present/.test(outputs.get(SAVE[family]).stderr);
  const output = outputs.get(probe);
  const readable = output.state === 'ran' && output.exitCode === 0;
  if (!warned && !readable) return [];
  return readSave(outputs.ran(probe), probe, 'iptables-legacy');
}

/**
 * Why tables may be there that no tool shows; undefined when all are seen. Translations are a hole in every table that
 * could not be seen, unlike filters, which only narrow. A kernel whose netfilter is made of modules shows by their
 * absence that a kind of table is not in use.
 */
function hiddenTables(outputs: Outputs, family: Family): Fact<readonly Published[]> | undefined {
  const there = present(outputs);
  const noNft = outputs.get(NFT).state === 'missing';
  if (noNft && (there.has('/sys/module/nf_tables') || !there.has('/sys/module/x_tables'))) {
    return unknown(
      'tool-missing',
      'nft is not on the host, so port forwards that other programs made through nf_tables cannot be seen.',
      'Install the package nftables.',
    );
  }
  const noIptables = outputs.get(SAVE[family]).state === 'missing';
  if (noIptables && there.has(family === 'IPv4' ? '/proc/net/ip_tables_names' : '/proc/net/ip6_tables_names')) {
    return unknown(
      'tool-missing',
      'The kernel has iptables, but iptables-save is not on the host, so port forwards cannot be seen.',
      'Install the package iptables.',
    );
  }
  return undefined;
}
