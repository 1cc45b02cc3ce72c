import { cannotTell } from '../../model/fact.ts';
import { byParts, byText } from '../memo.ts';
import { type FreeRule, readRule, ruleAmong } from './iptables-rule.ts';
import { type Chain, PRIORITIES, type Rule, type Table } from './ruleset.ts';

const BUILT_IN = ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'];

/** Tables while they are being read: rule files are loaded one after the other into the same tables. */
export type TableDrafts = Map<string, Map<string, ChainDraft>>;

interface ChainDraft {
  policy: 'accept' | 'drop' | null;
  rules: Rule[];
}

/** `iptables-save` output as tables. Source: iptables-save(8), iptables-restore(8). */
export function readSave(text: string, from: string, source: Table['source'] = 'iptables'): readonly Table[] {
  return tablesOf(text)(from, source);
}

/** Hosts that are set up alike have the same dump, counters and date aside, which readers do not get to see. */
const tablesOf = byText(128, (text) =>
  byParts(8, (from: string, source: Table['source']): readonly Table[] => {
    const drafts: TableDrafts = new Map();
    loadRules(drafts, text, from);
    return finishTables(drafts, source);
  }),
);

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
  // Not remembered: a file that was saved carries the counters of its host.
  const chain = /^:(\S+)\s+(\S+)/.exec(line);
  if (chain !== null) {
    const [, name = '', policy = ''] = chain;
    // Built-in chains keep their rules: iptables-restore only sets their policy with --noflush.
    if (BUILT_IN.includes(name)) draftChain(table, name).policy = policy === 'ACCEPT' ? 'accept' : 'drop';
    else table.set(name, { policy: null, rules: [] });
    return true;
  }
  const { rule, command } = readLine(line);
  if (rule !== null) {
    const { rules } = draftChain(table, rule.chain);
    const one = ruleAmong(table, rule.free);
    if (rule.at === null) rules.push(one);
    else rules.splice(rule.at, 0, one);
  } else if (command !== null) runCommand(table, command);
  return rule !== null || command !== null;
}

/** One line but for the chains of the table that it is in; both null: not one that is known. */
interface Line {
  /** `at`: where it is inserted; null: at the end. */
  readonly rule: { readonly chain: string; readonly at: number | null; readonly free: FreeRule } | null;
  readonly command: Command | null;
}

/** The other commands that hand-written rule files may hold. `-D` needs rule comparison: not read. */
interface Command {
  readonly letter: string;
  readonly chain: string | undefined;
  readonly policy: string | undefined;
}

/** A host has most rules twice, in the kernel and in the files they come from, and the next host has them too. */
const readLine = byText(4096, (line): Line => {
  const found = /^(?:\[\d+:\d+\]\s+)?(-A|-I|--append|--insert)\s+(\S+)\s*(\d+\s+)?(.*)$/.exec(line);
  if (found !== null) {
    const [, word = '', chain = '', position, options = ''] = found;
    const at = word === '-A' || word === '--append' ? null : Number(position ?? 1) - 1;
    return { rule: { chain, at, free: readRule(options, `-A ${chain} ${options}`.trimEnd()) }, command: null };
  }
  const command = /^(-N|-F|-X|-Z|-P)(?:\s+(\S+))?(?:\s+(\S+))?\s*$/.exec(line);
  if (command === null) return { rule: null, command: null };
  return { rule: null, command: { letter: command[1] ?? '', chain: command[2], policy: command[3] } };
});

function runCommand(table: Map<string, ChainDraft>, { letter, chain, policy }: Command): void {
  if (letter === '-F' && chain === undefined) for (const draft of table.values()) draft.rules = [];
  else if (letter === '-F' && chain !== undefined) draftChain(table, chain).rules = [];
  else if (letter === '-N' && chain !== undefined) draftChain(table, chain);
  else if (letter === '-P' && chain !== undefined)
    draftChain(table, chain).policy = policy === 'ACCEPT' ? 'accept' : 'drop';
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
  return { name, rules, base: { ...base, priority: priorityOf(table) } };
}

function priorityOf(table: string): number {
  if (table === 'nat') return PRIORITIES.translation;
  return table === 'raw' || table === 'mangle' || table === 'security' ? PRIORITIES[table] : PRIORITIES.filter;
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
