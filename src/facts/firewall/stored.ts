import { absent, cannotTell, type Fact, known, read } from '../../model/fact.ts';
import type { Family, PacketFilter, StoredAlternatives, Ufw } from '../../model/facts/firewall.ts';
import { byParts, fromJson, type Json, toJson } from '../memo.ts';
import { type Outputs, settle } from '../outputs.ts';
import { type Files, tailedFiles } from './files.ts';
import { evaluateFilter, ufwPrefix } from './filter.ts';
import { finishTables, loadRules, readSave, type TableDrafts } from './iptables.ts';
import { fileDenies } from './nft-file.ts';
import { findPublished } from './published.ts';
import type { Ruleset } from './ruleset.ts';
import { readUfw } from './ufw.ts';

export const RULE_FILES = 'firewall-rule-files';

const ruleFiles = tailedFiles(RULE_FILES);

/** What the boot script of ufw makes of its files. Source: /lib/ufw/ufw-init-functions, ufw_start. */
export function readUfwStored(outputs: Outputs, family: Family): Fact<PacketFilter> {
  const ufw = readUfw(outputs);
  const settings = read(ufw);
  if (settings === undefined) return absent(ufw.state === 'absent' ? ufw.because : '');
  return known(storedFilter(family, toJson(settings), ruleFiles(outputs)));
}

/** Hosts that are set up alike have the same of each. */
const storedFilter = byParts(128, (family: Family, settings: Json<Ufw>, files: Files): PacketFilter => {
  const ufw = fromJson(settings);
  const drafts: TableDrafts = new Map();
  if (family === 'IPv6' && !ufw.ipv6) loadRules(drafts, WITHOUT_IPV6, '/lib/ufw/ufw-init-functions');
  else loadUfw(drafts, ufw, files, family);
  return evaluate({ family, tables: finishTables(drafts, 'iptables') });
});

/** What ufw loads for IPv6 when it is told not to handle it. */
const WITHOUT_IPV6 = '*filter\n:INPUT DROP\n:FORWARD DROP\n:OUTPUT DROP\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n';

function loadUfw(drafts: TableDrafts, ufw: Ufw, files: Files, family: Family): void {
  const six = family === 'IPv6' ? '6' : '';
  const prefix = ufwPrefix(family);
  loadRules(drafts, frame(prefix, ufw), '/lib/ufw/ufw-init-functions');
  for (const name of ['before', 'after', 'user']) {
    const path = `/etc/ufw/${name}${six}.rules`;
    const content = read(files(path));
    if (content === undefined) cannotTell('unreadable', `${path} is missing, so ufw cannot start as it should.`);
    else loadRules(drafts, content, path);
  }
  const hooks = `*filter\n-A ${prefix}-before-input -j ${prefix}-user-input\n-A ${prefix}-before-forward -j ${prefix}-user-forward\nCOMMIT\n`;
  loadRules(drafts, hooks, '/lib/ufw/ufw-init-functions');
}

/** The chains that ufw's boot script makes itself. */
function frame(prefix: string, ufw: Ufw): string {
  const directions = ['input', 'forward', 'output'] as const;
  const policies = { input: ufw.inputPolicy, forward: ufw.forwardPolicy, output: 'ACCEPT' };
  const lines = directions.flatMap((direction) => {
    const policy = policyOf(policies[direction]);
    const chain = (stage: string): string => `${prefix}-${stage}-${direction}`;
    const main = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track'].map(chain);
    return [
      `:${direction.toUpperCase()} ${policy === 'REJECT' ? 'DROP' : policy}`,
      ...[...main, ...['user', 'user-logging', 'skip-to-policy'].map(chain)].map((name) => `:${name} -`),
      ...main.map((name) => `-A ${direction.toUpperCase()} -j ${name}`),
      `-A ${chain('skip-to-policy')} -j ${policy}`,
      ...(policy === 'REJECT' ? [`-A ${chain('reject')} -j REJECT`] : []),
    ];
  });
  const others = ['logging-deny', 'logging-allow', 'not-local', 'user-limit', 'user-limit-accept'];
  return ['*filter', ...others.map((name) => `:${prefix}-${name} -`), ...lines, 'COMMIT', ''].join('\n');
}

/** iptables knows only the exact words; with any other ufw stops halfway. */
function policyOf(text: string): 'ACCEPT' | 'DROP' | 'REJECT' {
  if (text === 'ACCEPT' || text === 'DROP' || text === 'REJECT') return text;
  return cannotTell('unparseable', `/etc/default/ufw has the default policy "${text}", which iptables does not know.`);
}

function evaluate(ruleset: Ruleset): PacketFilter {
  return evaluateFilter(ruleset, [], known(findPublished(ruleset, [], [])));
}

/** The files that nftables.service and netfilter-persistent load at boot. */
export function readStoredAlternatives(outputs: Outputs): StoredAlternatives {
  const files = ruleFiles(outputs);
  return {
    nftables4: firstOf(files, NFTABLES, (text, path) => fileDenies(text, 'IPv4', path)),
    nftables6: firstOf(files, NFTABLES, (text, path) => fileDenies(text, 'IPv6', path)),
    iptables4: firstOf(files, ['/etc/iptables/rules.v4', '/etc/sysconfig/iptables'], saveDenies('IPv4')),
    iptables6: firstOf(files, ['/etc/iptables/rules.v6', '/etc/sysconfig/ip6tables'], saveDenies('IPv6')),
  };
}

const NFTABLES = ['/etc/nftables.conf', '/etc/sysconfig/nftables.conf'];

type Denies = (text: string, path: string) => boolean;

function firstOf(files: Files, paths: readonly string[], denies: Denies): StoredAlternatives['nftables4'] {
  for (const path of paths) {
    const file = files(path);
    if (file.state === 'unknown') return file;
    if (file.state === 'known') return settle(() => ({ path, denies: denies(file.value, path) }));
  }
  return absent(`there is no ${paths.join(' or ')}`);
}

function saveDenies(family: Family): Denies {
  return (text, path) => evaluate({ family, tables: readSave(text, path) }).denies;
}
