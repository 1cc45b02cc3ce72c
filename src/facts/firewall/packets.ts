import { type Cidr, cidrContains } from '../../model/cidr.ts';
import { type PortRange, portsWithin } from '../../model/port-range.ts';

/** Interfaces by name; a name that ends in `+` or `*` stands for every name that begins so. */
export interface Interfaces {
  readonly names: readonly string[];
  /** True: every interface but these. */
  readonly except: boolean;
}

/** A set of first packets of new connections: the product of its dimensions; null is "any". */
export interface Packets {
  readonly protocols: readonly string[] | null;
  /** Destination ports. */
  readonly ports: readonly PortRange[] | null;
  readonly sourcePorts: readonly PortRange[] | null;
  /** Destination ports before translation, for packets that were translated. */
  readonly originalPorts: readonly PortRange[] | null;
  readonly sources: readonly Cidr[] | null;
  readonly destinations: readonly Cidr[] | null;
  readonly inbound: Interfaces | null;
  /** How forwarded packets leave. */
  readonly outbound: Interfaces | null;
  /** Connection tracking states that hold: always NEW, and DNAT after translation. */
  readonly states: readonly string[];
  /** Some rule takes packets out of connection tracking, perhaps these. */
  readonly untracked: boolean;
  /** Conditions on the way that nobody here can read: the set may be smaller than it looks. */
  readonly unread: readonly string[];
}

/** The conditions of one rule. */
export interface Match extends Omit<Packets, 'states' | 'untracked'> {
  /** False when the rule matches only some of the described packets (rate limits, marks). */
  readonly exact: boolean;
  /** True when it cannot match the first packet of a connection from outside. */
  readonly never: boolean;
  /** It matches whatever does not come from here; null: no such condition. */
  readonly exceptSources: readonly Cidr[] | null;
  /** One of these connection states must hold; null: no such condition. */
  readonly states: readonly string[] | null;
  readonly notStates: readonly string[];
}

export type MatchDraft = { -readonly [K in keyof Match]: Match[K] };

/** A condition that nobody here can read: the rule may match less than its description says. */
export function addUnread(match: MatchDraft, what: string): void {
  match.exact = false;
  match.unread = [...match.unread, what.trim()];
}

/** Narrows one dimension. A second narrowing of the same dimension is kept as an approximation only. */
export function narrow<
  K extends
    | 'protocols'
    | 'ports'
    | 'sourcePorts'
    | 'originalPorts'
    | 'sources'
    | 'destinations'
    | 'inbound'
    | 'outbound'
    | 'states',
>(match: MatchDraft, key: K, value: NonNullable<Match[K]>): void {
  if (match[key] !== null && key !== 'protocols') match.exact = false;
  Object.assign(match, { [key]: value });
}

const UNTRACKED: readonly string[] = ['UNTRACKED'];
const UNTRACKED_ONLY = 'connection state UNTRACKED';

export const ANY_PACKET: Packets = {
  protocols: null,
  ports: null,
  sourcePorts: null,
  originalPorts: null,
  sources: null,
  destinations: null,
  inbound: null,
  outbound: null,
  states: ['NEW'],
  untracked: false,
  unread: [],
};

export const ANY_MATCH: Match = {
  ...ANY_PACKET,
  exact: true,
  never: false,
  exceptSources: null,
  states: null,
  notStates: [],
};

/** Packets of `packets` that can match the rule; undefined when there are none. */
export function intersect(packets: Packets, match: Match): Packets | undefined {
  if (match.never) return undefined;
  const tracked = statesMatch(packets.states, match);
  const untracked = packets.untracked && statesMatch(UNTRACKED, match);
  if (!tracked && !untracked) return undefined;
  const protocols = both(packets.protocols, match.protocols, (a, b) => a.filter((name) => b.includes(name)));
  const ports = both(packets.ports, match.ports, overlap);
  const sourcePorts = both(packets.sourcePorts, match.sourcePorts, overlap);
  const originalPorts = both(packets.originalPorts, match.originalPorts, overlap);
  const sources = both(packets.sources, match.sources, commonAddresses);
  const destinations = both(packets.destinations, match.destinations, commonAddresses);
  const inbound = commonInterfaces(packets.inbound, match.inbound);
  const outbound = commonInterfaces(packets.outbound, match.outbound);
  const lists = [protocols, ports, sourcePorts, originalPorts, sources, destinations];
  if (lists.some((list) => list?.length === 0)) return undefined;
  if ([inbound, outbound].some((side) => side?.except === false && side.names.length === 0)) return undefined;
  const unread = [...new Set([...packets.unread, ...match.unread, ...(tracked ? [] : [UNTRACKED_ONLY])])];
  return {
    protocols,
    ports,
    sourcePorts,
    originalPorts,
    sources,
    destinations,
    inbound,
    outbound,
    states: packets.states,
    untracked: packets.untracked,
    unread,
  };
}

/** True when every packet of `packets` matches the rule for sure, those that are not tracked aside. */
export function covers(match: Match, packets: Packets): boolean {
  return match.exceptSources === null && coversButSources(match, packets);
}

/** Of packets that a rule covers, those that it does not match where they are not tracked. */
export function untrackedLeft(match: Match, packets: Packets): readonly Packets[] {
  if (!packets.untracked || statesMatch(UNTRACKED, match)) return [];
  const unread = [...new Set([...packets.unread, UNTRACKED_ONLY])];
  return [{ ...packets, states: UNTRACKED, untracked: false, unread }];
}

/** The same, leaving `exceptSources` aside. */
function coversButSources(match: Match, packets: Packets): boolean {
  return match.exact && !match.never && statesMatch(packets.states, match) && within(packets, match);
}

/**
 * What a drop leaves of `packets`. Only three kinds of drop are believed: one that surely matches all of them, "drop all
 * but these sources", and "drop all that comes in by these interfaces"; after any other they all go on.
 */
export function afterDrop(match: Match, packets: Packets): readonly Packets[] {
  const left = withoutDropped(match, packets);
  if (left === packets) return [packets];
  return [...(left === undefined ? [] : [left]), ...untrackedLeft(match, packets)];
}

function withoutDropped(match: Match, packets: Packets): Packets | undefined {
  if (coversButSources(match, packets)) {
    return match.exceptSources === null
      ? undefined
      : intersect(packets, { ...ANY_MATCH, sources: match.exceptSources });
  }
  const { inbound } = match;
  if (inbound === null || inbound.except || !covers({ ...match, inbound: null }, packets)) return packets;
  return intersect(packets, { ...ANY_MATCH, inbound: { ...inbound, except: true } });
}

/** True when every packet of `inner` is one of `outer`. */
export function contains(outer: Packets, inner: Packets): boolean {
  return within(inner, outer) && outer.unread.every((name) => inner.unread.includes(name));
}

type Dimensions = Omit<Packets, 'states' | 'untracked' | 'unread'>;

function within(inner: Dimensions, outer: Dimensions): boolean {
  return (
    subset(inner.protocols, outer.protocols, (name, names) => names.includes(name)) &&
    subset(inner.ports, outer.ports, portsWithin) &&
    subset(inner.sourcePorts, outer.sourcePorts, portsWithin) &&
    subset(inner.originalPorts, outer.originalPorts, portsWithin) &&
    subset(inner.sources, outer.sources, inCidrs) &&
    subset(inner.destinations, outer.destinations, inCidrs) &&
    interfacesWithin(inner.inbound, outer.inbound) &&
    interfacesWithin(inner.outbound, outer.outbound)
  );
}

function statesMatch(states: readonly string[], match: Match): boolean {
  if (match.states !== null && !match.states.some((state) => states.includes(state))) return false;
  return !match.notStates.some((state) => states.includes(state));
}

function both<T>(
  a: readonly T[] | null,
  b: readonly T[] | null,
  common: (a: readonly T[], b: readonly T[]) => readonly T[],
): readonly T[] | null {
  if (a === null) return b;
  return b === null ? a : common(a, b);
}

function subset<T>(
  inner: readonly T[] | null,
  outer: readonly T[] | null,
  has: (one: T, outer: readonly T[]) => boolean,
): boolean {
  if (outer === null) return true;
  return inner?.every((one) => has(one, outer)) ?? false;
}

function overlap(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  return a.flatMap((one) =>
    b.flatMap((other) => {
      const range = { from: Math.max(one.from, other.from), to: Math.min(one.to, other.to) };
      return range.from <= range.to ? [range] : [];
    }),
  );
}

function commonAddresses(a: readonly Cidr[], b: readonly Cidr[]): readonly Cidr[] {
  return a.flatMap((one) =>
    b.flatMap((other) => (cidrContains(one, other) ? [other] : cidrContains(other, one) ? [one] : [])),
  );
}

function inCidrs(one: Cidr, outer: readonly Cidr[]): boolean {
  return outer.some((other) => cidrContains(other, one));
}

function commonInterfaces(a: Interfaces | null, b: Interfaces | null): Interfaces | null {
  if (a === null) return b;
  if (b === null) return a;
  if (a.except && b.except) return { names: [...new Set([...a.names, ...b.names])], except: true };
  const [only, other] = a.except ? [b, a] : [a, b];
  if (other.except) return { names: only.names.filter((name) => !matchesAny(name, other.names)), except: false };
  const names = [
    ...only.names.filter((name) => matchesAny(name, other.names)),
    ...other.names.filter((name) => matchesAny(name, only.names)),
  ];
  return { names: [...new Set(names)], except: false };
}

function interfacesWithin(inner: Interfaces | null, outer: Interfaces | null): boolean {
  if (outer === null) return true;
  if (inner === null) return false;
  if (!outer.except) return !inner.except && inner.names.every((name) => matchesAny(name, outer.names));
  if (inner.except) return outer.names.every((name) => matchesAny(name, inner.names));
  return !inner.names.some((name) =>
    outer.names.some((other) => matchesAny(name, [other]) || matchesAny(other, [name])),
  );
}

/** True when `name` (itself perhaps a pattern) is one of the interfaces that `patterns` stand for. */
export function matchesAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (/[+*]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}
