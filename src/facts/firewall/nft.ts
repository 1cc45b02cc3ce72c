import { cannotTell } from '../../model/fact.ts';
import type { Family } from '../../model/facts/firewall.ts';
import { addMatch, type NftContext } from './nft-match.ts';
import { nftText } from './nft-text.ts';
import { readTranslations } from './nft-translate.ts';
import { type Json, type JsonObject, listOf, type NamedSets, objectOf } from './nft-values.ts';
import { ANY_MATCH, addUnread, type Match, type MatchDraft } from './packets.ts';
import { type Action, type Chain, PRIORITIES, type Rule, type Table, unreadTranslation } from './ruleset.ts';

/** Statements after which the next one is evaluated, and which match every packet. */
const PASSING = new Set([
  'counter',
  'mangle',
  'notrack',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'flow',
  'last',
  'comment',
]);
/** Statements that let only some packets go on. */
const SAMPLING = new Set(['limit', 'quota', 'ct count']);
/**
 * Statements that put the packet into a set. They let only some go on as well: those for which the set has room, and
 * within the rate or count that may stand beside each element (`update @flood { ip saddr limit rate over … } drop`).
 */
const UPDATING = new Set(['set', 'map', 'meter']);

/** One table of `nft -j list ruleset`, sorted but not yet read. */
export interface NftTable {
  /** `inet filter`. */
  readonly name: string;
  /** As nft prints them. */
  readonly flags: readonly Json[];
  readonly chains: readonly JsonObject[];
  /** By chain. */
  readonly rules: ReadonlyMap<string, readonly JsonObject[]>;
  readonly sets: NamedSets;
}

/**
 * The tables of `nft -j list ruleset`. Source: libnftables-json(5). Throws `Ignorance` when this is not a
 * whole answer: nft 0.9.3 prints nothing, with exit code 0, to users who may not look; a real answer always
 * begins with `metainfo`.
 */
export function parseNft(text: string): readonly NftTable[] {
  interface Draft {
    readonly name: string;
    flags: readonly Json[];
    readonly chains: JsonObject[];
    readonly rules: Map<string, JsonObject[]>;
    readonly sets: Map<string, readonly Json[]>;
  }
  const tables = new Map<string, Draft>();
  for (const object of objectsOf(text)) {
    const [[kind, detail] = ['', null]] = Object.entries(object);
    const one = objectOf(detail);
    if (one === undefined || kind === 'metainfo') continue;
    const name = `${String(one.family)} ${String(kind === 'table' ? one.name : one.table)}`;
    let table = tables.get(name);
    if (table === undefined) {
      table = { name, flags: [], chains: [], rules: new Map(), sets: new Map() };
      tables.set(name, table);
    }
    if (kind === 'table') table.flags = listOf(one.flags ?? []) ?? [one.flags ?? null];
    else if (kind === 'chain') table.chains.push(one);
    else if (kind === 'set' || kind === 'map') table.sets.set(String(one.name), listOf(one.elem) ?? []);
    else if (kind === 'rule') {
      const rules = table.rules.get(String(one.chain)) ?? [];
      if (rules.push(one) === 1) table.rules.set(String(one.chain), rules);
    }
  }
  return [...tables.values()];
}

/**
 * The names of the tables without reading them all, which takes most of the time on hosts where iptables shows
 * the same tables. Undefined when the text is not laid out as nft does it: then it must be read.
 */
export function tableNames(text: string): readonly string[] | undefined {
  if (!text.startsWith('{"nftables": [{"metainfo": ') || !text.trimEnd().endsWith(']}')) return undefined;
  const names: string[] = [];
  const begin = '"table": {';
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at + begin.length)) {
    TABLE.lastIndex = at;
    const match = TABLE.exec(text);
    if (match === null) return undefined;
    names.push(`${match[1]} ${match[2]}`);
  }
  return names;
}

const TABLE = /"table": \{"family": "(\w+)", "name": "([^"\\]+)"/y;

/** True when packets of this family meet the table. */
export function concerns({ name }: Pick<NftTable, 'name'>, family: Family): boolean {
  return name.startsWith('inet ') || name.startsWith(family === 'IPv4' ? 'ip ' : 'ip6 ');
}

/** True when the kernel keeps the table, but leads no packet to it. nft 0.9.8 and 1.0.6 print another word instead. */
export function isDormant({ name, flags }: NftTable): boolean {
  if (flags.includes('dormant')) return true;
  if (flags.every((flag) => flag === 'owner' || flag === 'persist')) return false;
  return cannotTell(
    'unparseable',
    `nft says that table ${name} has a flag, but not which one: if the table is dormant, it filters nothing.`,
  );
}

/** The table as packets of one family see it. */
export function readNftTable(table: NftTable, family: Family): Table {
  const dormant = isDormant(table);
  const chains = table.chains.map((chain): [string, Chain] => {
    const name = String(chain.name);
    const rules = readNftChain(table, name, family).flat();
    return [name, dormant ? { name, rules } : readChain(chain, rules)];
  });
  return { source: 'nftables', name: table.name, chains: new Map(chains) };
}

/** For each rule of nft in the chain, those of ours. */
export function readNftChain(table: NftTable, chain: string, family: Family): readonly (readonly Rule[])[] {
  const translates = table.chains.some(({ type }) => type === 'nat');
  return (table.rules.get(chain) ?? []).map((rule) => readRule(rule, { family, sets: table.sets, translates }));
}

function objectsOf(text: string): readonly JsonObject[] {
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    return cannotTell('unparseable', 'nft did not print JSON.');
  }
  const objects = (listOf(objectOf(json)?.nftables) ?? []).flatMap((object): readonly JsonObject[] => {
    const one = objectOf(object);
    return one === undefined ? [] : [one];
  });
  if (objects[0]?.metainfo === undefined) {
    return cannotTell('unparseable', 'nft printed JSON that is not a rule set.');
  }
  return objects;
}

function readChain(chain: JsonObject, rules: readonly Rule[]): Chain {
  const name = String(chain.name);
  if (chain.hook === undefined) return { name, rules };
  const policy = chain.policy === 'drop' ? 'drop' : 'accept';
  const priority = typeof chain.prio === 'number' ? chain.prio : PRIORITIES.filter;
  return { name, rules, base: { type: String(chain.type), hook: String(chain.hook), policy, priority } };
}

/** A rule of nft is a list of statements; each one that decides or logs becomes a rule of ours. */
function readRule(rule: JsonObject, context: NftContext): readonly Rule[] {
  const statements = (listOf(rule.expr) ?? []).map(statementOf);
  const text = statements
    .filter((statement) => !('counter' in statement))
    .map(nftText)
    .join(' ');
  const match: MatchDraft = { ...ANY_MATCH };
  const rules: Rule[] = [];
  const add = (action: Action, own: Match = match): number => rules.push({ text, match: { ...own }, action });
  for (const [at, statement] of statements.entries()) {
    const [[kind, detail] = ['', null]] = Object.entries(statement);
    const fields = objectOf(detail);
    if (kind === 'mangle') refuseRewriting(fields, text);
    // Decides nothing, but what it says must not be lost: see `incomingOf`.
    if (kind === 'notrack') add({ kind: 'continue' });
    if (kind === 'match' && fields !== undefined) addMatch(match, fields, context);
    else if (kind === 'vmap' && fields !== undefined) {
      for (const [own, action] of readVerdictMap(match, fields, context)) add(action, own);
    } else if (SAMPLING.has(kind)) match.exact = false;
    else if (UPDATING.has(kind)) addUpdate(match, fields, context);
    else if (!PASSING.has(kind)) {
      // `dnat ip6 to …` in a table of both families concerns one of them.
      if (fields?.family === (context.family === 'IPv4' ? 'ip6' : 'ip')) match.never = true;
      if (kind === 'dnat' || kind === 'redirect') {
        for (const [own, action] of readTranslations(match, kind, fields, context)) add(action, own);
      } else if (kind === 'xt') {
        for (const action of readExtension(fields, at === statements.length - 1, match, context)) add(action);
      } else for (const action of readVerdict(kind, fields, match, context)) add(action);
    }
  }
  return rules;
}

/** nft 1.0.6 prints what it has no JSON for as text, the update of a map among it. */
function statementOf(statement: Json): JsonObject {
  const isUpdate = typeof statement === 'string' && /^(add|update|delete) @/.test(statement);
  return objectOf(statement) ?? (isUpdate ? { map: null } : { unknown: null });
}

/** An element out of the header of one family is never made of a packet of the other one. */
function addUpdate(match: MatchDraft, fields: JsonObject | undefined, { family }: NftContext): void {
  match.exact = false;
  const headers = headersIn(fields?.elem ?? fields?.key);
  if (headers.includes(family === 'IPv4' ? 'ip6' : 'ip')) match.never = true;
}

function headersIn(key: Json | undefined): readonly string[] {
  const object = objectOf(key);
  if (typeof object?.protocol === 'string') return [object.protocol];
  return (listOf(key) ?? Object.values(object ?? {})).flatMap(headersIn);
}

/** `tcp dport set 22` before the input chains opens another port than the one that they see. */
function refuseRewriting(fields: JsonObject | undefined, text: string): void {
  const payload = objectOf(objectOf(fields?.key)?.payload);
  if (payload !== undefined && ['dport', 'daddr', undefined].includes(payload.field as string | undefined))
    cannotTell(
      'unparseable',
      `A rule rewrites where packets go without keeping track, which is not followed: ${text}.`,
    );
}

/** The verdict of one statement; none when the next statement decides. */
function readVerdict(
  kind: string,
  fields: JsonObject | undefined,
  match: MatchDraft,
  context: NftContext,
): readonly Action[] {
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
      return [{ kind }];
    case 'snat':
    case 'masquerade':
      return [{ kind: 'accept' }];
    case 'reject':
      return [{ kind: 'drop' }];
    case 'jump':
    case 'goto':
      return [{ kind, chain: String(fields?.target) }];
    case 'log':
      return [{ kind: 'log', prefix: String(fields?.prefix ?? '').trim() }];
    default:
      // queue, tproxy, synproxy, dup, fwd.
      return anything(kind, match, context);
  }
}

/** What we do not know may let the packet in, or send it elsewhere. */
function anything(what: string, match: MatchDraft, { translates }: NftContext): readonly Action[] {
  addUnread(match, what);
  return translates ? [unreadTranslation(what), { kind: 'accept' }] : [{ kind: 'accept' }];
}

/** Targets of iptables that send packets elsewhere. */
const TRANSLATING = new Set(['DNAT', 'REDIRECT', 'NETMAP']);

/**
 * Extensions of iptables inside a rule, whose details nft does not show. nft 0.9.8 does not even say which one it is; the
 * target of a rule is its last statement.
 */
function readExtension(
  fields: JsonObject | undefined,
  isLast: boolean,
  match: MatchDraft,
  context: NftContext,
): readonly Action[] {
  const isTarget = fields === undefined ? isLast : fields.type === 'target';
  const name = String(fields?.name ?? 'unknown');
  const what = `iptables ${isTarget ? 'target' : 'match'} ${name}`;
  if (!isTarget) addUnread(match, what);
  else if (name === 'REJECT') return [{ kind: 'drop' }];
  else if (name === 'LOG') return [{ kind: 'log', prefix: '' }];
  else if (TRANSLATING.has(name)) return [unreadTranslation(what)];
  else return anything(what, match, context);
  return [];
}

/** `tcp dport vmap { 22 : accept, 80 : jump web }`: one rule for each entry. */
function readVerdictMap(match: Match, vmap: JsonObject, context: NftContext): readonly (readonly [Match, Action])[] {
  const data = vmap.data;
  const pairs = typeof data === 'string' ? context.sets.get(data.slice(1)) : (listOf(objectOf(data)?.set) ?? undefined);
  return (pairs ?? [null]).map((pair): readonly [Match, Action] => {
    const own: MatchDraft = { ...match };
    const [key, verdict] = listOf(pair) ?? [];
    const [[kind, detail] = ['', null]] = Object.entries(objectOf(verdict) ?? {});
    if (key === undefined || kind === '') addUnread(own, nftText({ vmap }));
    else addMatch(own, { op: '==', left: vmap.key, right: { set: [key] } }, context);
    return [own, readVerdict(kind, objectOf(detail), own, context)[0] ?? { kind: 'continue' }];
  });
}
