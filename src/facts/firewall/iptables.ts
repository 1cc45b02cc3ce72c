import { cannotTell } from '../../model/fact.ts';
import { readRule } from './iptables-rule.ts';
import type { Chain, Rule, Table } from './ruleset.ts';

const BUILT_IN = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** Tables while they are being read: rule files are loaded one after the other into the same tables. */
export type TableDrafts = Map<string, Map<string, ChainDraft>>;

interface ChainDraft {
  policy: 'accept' | 'drop' | null;
  rules: Rule[];
}

/** `iptables-save` output as tables. Source: iptables-save(8), iptables-restore(8). */
export function readSave(text: string, from: string, source: Table['source'] = 'iptables'): readonly Table[] {
  const drafts: TableDrafts = new Map();
  loadRules(drafts, text, from);
  return finishTables(drafts, source);
}

/**
 * Applies one file or dump to `drafts` as `iptables-restore --noflush` does: a `:CHAIN` line creates or
 * empties a chain, `-A` and `-I` add rules.
 */
export function loadRules(drafts: TableDrafts, text: string, from: string): void {
  let table: Map<string, ChainDraft> | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('*')) table = draftTable(drafts, line.slice(1));
    else if (line === 'COMMIT') table = undefined;
    else if (table === undefined || !loadLine(table, line)) {
      cannotTell('unparseable', `Line ${index + 1} of ${from} is not one that iptables-restore knows: ${clip(line)}.`);
    }
  }
  if (table !== undefined) cannotTell('unparseable', `${from} ends before COMMIT.`);
}

function loadLine(table: Map<string, ChainDraft>, line: string): boolean {
  const chain = /^:(\S+)\s+(\S+)/.exec(line);
  if (chain !== null) {
    const [, name = '', policy = ''] = chain;
    // Built-in chains keep their rules: iptables-restore only sets their policy with --noflush.
    if (BUILT_IN.includes(name)) draftChain(table, name).policy = policy === 'ACCEPT' ? 'accept' : 'drop';
    else table.set(name, { policy: null, rules: [] });
    return true;
  }
  const rule = /^(?:\[\d+:\d+\]\s+)?(-A|-I|--append|--insert)\s+(\S+)\s*(\d+\s+)?(.*)$/.exec(line);
  if (rule === null) return loadCommand(table, line);
  const [, command = '', name = '', position, options = ''] = rule;
  const { rules } = draftChain(table, name);
  const text = `-A ${name} ${options}`.trimEnd();
  const rest = readRule(options, text, table);
  if (command === '-A' || command === '--append') rules.push(rest);
  else rules.splice(Number(position ?? 1) - 1, 0, rest);
  return true;
}

/** The other commands that hand-written rule files may hold. `-D` needs rule comparison: not read. */
function loadCommand(table: Map<string, ChainDraft>, line: string): boolean {
  const command = /^(-N|-F|-X|-Z|-P)(?:\s+(\S+))?(?:\s+(\S+))?\s*$/.exec(line);
  if (command === null) return false;
  const [, letter, name, policy] = command;
  if (letter === '-F' && name === undefined) for (const draft of table.values()) draft.rules = [];
  else if (letter === '-F' && name !== undefined) draftChain(table, name).rules = [];
  else if (letter === '-N' && name !== undefined) draftChain(table, name);
  else if (letter === '-P' && name !== undefined)
    draftChain(table, name).policy = policy === 'ACCEPT' ? 'accept' : 'drop';
  return true;
}

export function finishTables(drafts: TableDrafts, source: Table['source']): readonly Table[] {
  return [...drafts].map(([name, chains]) => ({
    source,
    name,
    chains: new Map([...chains].map(([chain, draft]): [string, Chain] => [chain, finishChain(name, chain, draft)])),
  }));
}

function finishChain(table: string, name: string, draft: ChainDraft): Chain {
  const rules = draft.rules;
  if (!BUILT_IN.includes(name)) return { name, rules };
  const base = { type: table === 'nat' ? 'nat' : 'filter', hook: name.toLowerCase(), policy: draft.policy ?? 'accept' };
  return { name, rules, base };
}

function draftTable(drafts: TableDrafts, name: string): Map<string, ChainDraft> {
  const table = drafts.get(name) ?? new Map<string, ChainDraft>();
  drafts.set(name, table);
  return table;
}

function draftChain(table: Map<string, ChainDraft>, name: string): ChainDraft {
  const chain = table.get(name) ?? { policy: null, rules: [] };
  table.set(name, chain);
  return chain;
}

function clip(line: string): string {
  return line.length > 120 ? `${line.slice(0, 120)}…` : line;
}
