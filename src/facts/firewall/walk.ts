import { cannotTell } from '../../model/fact.ts';
import { afterDrop, contains, covers, intersect, type Packets, untrackedLeft } from './packets.ts';
import type { Chain, Rule, Table, Translation } from './ruleset.ts';

/** Packets that a rule takes out of the walk, and the rule that says which packets these are. */
export interface Taken {
  readonly packets: Packets;
  readonly chain: string;
  readonly rule: string;
  /** `iptables filter`, `nftables inet filter`. */
  readonly table: string;
  /** The rule that decides; often the same one. */
  readonly final: { readonly chain: string; readonly rule: string };
}

export interface Translated extends Taken {
  readonly to: Translation;
}

export interface Logged {
  readonly packets: Packets;
  readonly chain: string;
  readonly prefix: string;
}

/** What becomes of the packets that enter a base chain. */
export interface Walk {
  readonly accepted: readonly Taken[];
  readonly translated: readonly Translated[];
  readonly logs: readonly Logged[];
  /** Chains that every one of the packets goes through, but for those that were dropped before. */
  readonly entered: ReadonlySet<string>;
  /** Some packets are left to the base chain's default policy. */
  readonly reachesPolicy: boolean;
  /** Rules that were visited. */
  readonly steps: number;
}

interface State {
  readonly table: Table;
  /** All that no rule has dropped so far. */
  whole: Packets;
  readonly accepted: Taken[];
  readonly translated: Translated[];
  readonly logs: Logged[];
  readonly entered: Set<string>;
  steps: number;
}

/** More rules are visited only in rule sets that jump wildly; then nothing is claimed. */
const MOST_STEPS = 200_000;
const MOST_DEPTH = 64;

/**
 * Follows `packets` through a base chain. What comes out is an over-approximation of what is accepted: a
 * rule takes packets out only when it surely matches all of them; otherwise they go on, and the part that
 * may match is followed separately. So a drop with a rate limit, a set or a source never hides an opening.
 */
export function walk(table: Table, chain: Chain, packets: Packets): Walk {
  const state: State = {
    table,
    whole: packets,
    accepted: [],
    translated: [],
    logs: [],
    entered: new Set([chain.name]),
    steps: 0,
  };
  const left = walkChain(state, chain, packets, undefined, 0);
  if (chain.base?.policy === 'accept') {
    const rule = `policy accept of chain ${chain.name}`;
    for (const one of left) {
      const place = { chain: chain.name, rule };
      state.accepted.push({ packets: one, table: tableName(table), ...place, final: place });
    }
  }
  return { ...state, reachesPolicy: left.length > 0 };
}

/** One chain being walked. */
interface Frame {
  readonly chain: Chain;
  /** The rule that describes the packets so far, for the reader of a finding; none at the start. */
  readonly origin: Origin | undefined;
  readonly depth: number;
  readonly returned: Packets[];
}

type Origin = Omit<Taken, 'packets' | 'final'>;

/** The packets that come out at the end of the chain or return from it. */
function walkChain(
  state: State,
  chain: Chain,
  packets: Packets,
  origin: Origin | undefined,
  depth: number,
): readonly Packets[] {
  const frame = { chain, origin, depth, returned: [] };
  let current: readonly Packets[] = [packets];
  for (const rule of chain.rules) {
    current = current.flatMap((one) => applyRule(state, frame, rule, one));
    if (current.length === 0) break;
    if (current.length > 1) current = distinct(current);
  }
  return distinct([...frame.returned, ...current]);
}

/** The packets that go on to the next rule. */
function applyRule(state: State, frame: Frame, rule: Rule, packets: Packets): readonly Packets[] {
  if (++state.steps > MOST_STEPS || frame.depth > MOST_DEPTH) {
    cannotTell('unparseable', `The rule set of table ${state.table.name} is too large to follow.`);
  }
  const matched = intersect(packets, rule.match);
  if (matched === undefined) return [packets];
  const all = covers(rule.match, packets);
  const origin = (all ? frame.origin : undefined) ?? {
    table: tableName(state.table),
    chain: frame.chain.name,
    rule: rule.text,
  };
  const { action } = rule;
  const final = { chain: frame.chain.name, rule: rule.text };
  switch (action.kind) {
    case 'continue':
      return [packets];
    case 'log':
      state.logs.push({ packets: matched, chain: frame.chain.name, prefix: action.prefix });
      return [packets];
    case 'drop': {
      const left = afterDrop(rule.match, packets);
      if (left[0] !== undefined && contains(packets, state.whole)) state.whole = left[0];
      return left;
    }
    case 'accept':
      state.accepted.push({ packets: matched, ...origin, final });
      break;
    case 'translate':
      state.translated.push({ packets: matched, ...origin, final, to: action });
      break;
    case 'return':
      frame.returned.push(matched);
      break;
    case 'goto':
      frame.returned.push(...enter(state, action.chain, matched, all, origin, frame.depth));
      break;
    case 'jump': {
      const back = enter(state, action.chain, matched, all, origin, frame.depth);
      return all ? [...back, ...untrackedLeft(rule.match, packets)] : [packets];
    }
  }
  return all ? untrackedLeft(rule.match, packets) : [packets];
}

function enter(
  state: State,
  name: string,
  packets: Packets,
  all: boolean,
  origin: Origin,
  depth: number,
): readonly Packets[] {
  const chain = state.table.chains.get(name);
  if (chain === undefined) return cannotTell('unparseable', `The rules name a chain "${name}" that is not there.`);
  const everything = all && contains(packets, state.whole);
  if (everything) state.entered.add(name);
  return walkChain(state, chain, packets, everything ? undefined : origin, depth + 1);
}

export function tableName({ source, name }: Table): string {
  return `${source} ${name}`;
}

/** Without sets that are part of another one. */
export function distinct(all: readonly Packets[]): readonly Packets[] {
  const kept: Packets[] = [];
  for (const one of all) if (!kept.some((other) => contains(other, one))) kept.push(one);
  return kept;
}
