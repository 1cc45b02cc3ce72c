import type { Family } from '../../model/facts/firewall.ts';
import { otherPorts, type PortRange } from '../../model/port-range.ts';
import { protocolName } from './addresses.ts';
import { nftText } from './nft-text.ts';
import {
  cidrsOf,
  type Json,
  type JsonObject,
  listOf,
  type NamedSets,
  objectOf,
  portOf,
  readAll,
  valuesOf,
} from './nft-values.ts';
import { addUnread, type MatchDraft, narrow } from './packets.ts';
import { synMatches } from './tcp-flags.ts';

export interface NftContext {
  readonly family: Family;
  readonly sets: NamedSets;
  /** The table has chains that send packets elsewhere. */
  readonly translates: boolean;
}

/** Headers that say which protocol a packet has. Of others (`vlan`, a raw `@nh,72,8`) nothing is known. */
const TRANSPORTS = new Set(['tcp', 'udp', 'udplite', 'sctp', 'dccp', 'ah', 'esp', 'comp', 'igmp', 'gre']);

interface Comparison {
  readonly op: string;
  readonly values: readonly Json[];
  /** For people, when it cannot be read. */
  readonly text: string;
}

/** Reads one `match` expression into the match. Source: libnftables-json(5), "MATCH". */
export function addMatch(match: MatchDraft, expression: JsonObject, context: NftContext): void {
  const op = String(expression.op ?? '==');
  const text = nftText({ match: expression });
  const values = valuesOf(expression.right, context.sets);
  const left = objectOf(expression.left);
  if (values === undefined || left === undefined) {
    addUnread(match, text);
    return;
  }
  const comparison = { op, values, text };
  const [[kind, detail] = ['', null]] = Object.entries(left);
  const fields = objectOf(detail);
  if (kind === 'meta' && fields !== undefined) addMeta(match, String(fields.key), comparison, context);
  else if (kind === 'payload' && fields !== undefined) addPayload(match, fields, comparison, context);
  else if (kind === 'ct' && fields !== undefined) addTracking(match, fields, comparison);
  else if (kind === 'fib') addRoute(match, fields, comparison);
  else if (kind === '&') addFlags(match, listOf(detail) ?? [], comparison);
  else addUnread(match, text);
}

function addMeta(match: MatchDraft, key: string, comparison: Comparison, context: NftContext): void {
  const names = comparison.values.map(String);
  const not = comparison.op === '!=';
  if (key === 'iif' || key === 'iifname') narrow(match, 'inbound', { names, except: not });
  else if (key === 'l4proto') addProtocols(match, comparison);
  else if (key === 'nfproto' || key === 'protocol') addFamily(match, names.some(isFamily(context.family)) !== not);
  else if (key === 'oif' || key === 'oifname') narrow(match, 'outbound', { names, except: not });
  else addUnread(match, comparison.text);
}

function addPayload(match: MatchDraft, payload: JsonObject, comparison: Comparison, context: NftContext): void {
  const protocol = String(payload.protocol);
  const field = String(payload.field);
  if (protocol === 'ip' || protocol === 'ip6') {
    addFamily(match, (protocol === 'ip') === (context.family === 'IPv4'));
    if (field === 'saddr' || field === 'daddr') addAddresses(match, field, comparison);
    else if (field === 'protocol' || field === 'nexthdr') addProtocols(match, comparison);
    else addUnread(match, comparison.text);
    return;
  }
  if (protocol === 'icmp' || protocol === 'icmpv6') {
    match.exact = false;
    narrow(match, 'protocols', [protocolName(protocol)]);
    return;
  }
  if (TRANSPORTS.has(protocol)) narrow(match, 'protocols', [protocol]);
  if (field === 'dport') addPorts(match, 'ports', comparison);
  else if (field === 'sport') addPorts(match, 'sourcePorts', comparison);
  else if (protocol === 'tcp' && field === 'flags' && comparison.op === 'in') {
    match.exact = false;
    if (!comparison.values.includes('syn')) match.never = true;
  } else addUnread(match, comparison.text);
}

function addTracking(match: MatchDraft, ct: JsonObject, comparison: Comparison): void {
  const names = comparison.values.map((value) => String(value).toUpperCase());
  const not = comparison.op === '!=';
  const key = String(ct.key);
  if (key === 'state' || (key === 'status' && names.length === 1 && names[0] === 'DNAT')) {
    if (not) match.notStates = [...match.notStates, ...names];
    else narrow(match, 'states', names);
  } else if (key === 'direction') {
    if (names.includes('REPLY') !== not) match.never = true;
    // A packet that is not tracked has no direction.
    else match.states ??= ['NEW'];
  } else if (key === 'proto-dst' && ct.dir === 'original') {
    addPorts(match, 'originalPorts', comparison);
  } else {
    addUnread(match, comparison.text);
  }
}

/** `fib daddr type local` holds for whatever is addressed to the host. */
function addRoute(match: MatchDraft, fib: JsonObject | undefined, comparison: Comparison): void {
  const flags = listOf(fib?.flags) ?? [fib?.flags];
  const local = fib?.result === 'type' && flags.includes('daddr') && comparison.values.includes('local');
  if (!local) addUnread(match, comparison.text);
  else if (comparison.op === '!=') match.never = true;
  else match.exact = false;
}

/** `tcp flags & (fin | syn | rst | ack) == syn`. */
function addFlags(match: MatchDraft, [left, mask]: readonly Json[], comparison: Comparison): void {
  const payload = objectOf(objectOf(left)?.payload);
  if (payload?.protocol !== 'tcp' || payload.field !== 'flags') {
    addUnread(match, comparison.text);
    return;
  }
  narrow(match, 'protocols', ['tcp']);
  match.exact = false;
  const wanted = comparison.values.flatMap(flagNames);
  if (synMatches(flagNames(mask ?? null), wanted) === (comparison.op === '!=')) match.never = true;
}

function flagNames(value: Json): readonly string[] {
  const parts = listOf(value) ?? listOf(objectOf(value)?.['|']);
  if (parts !== undefined) return parts.flatMap(flagNames);
  return value === null || value === 0 ? [] : [String(value)];
}

function isFamily(family: Family): (name: string) => boolean {
  return (name) => (family === 'IPv4' ? ['ip', 'ipv4'] : ['ip6', 'ipv6']).includes(name);
}

function addFamily(match: MatchDraft, holds: boolean): void {
  if (!holds) match.never = true;
}

function addProtocols(match: MatchDraft, { op, values }: Comparison): void {
  if (op === '!=') match.exact = false;
  else
    narrow(
      match,
      'protocols',
      values.map((value) => protocolName(String(value))),
    );
}

function addAddresses(match: MatchDraft, field: 'saddr' | 'daddr', { op, values, text }: Comparison): void {
  const cidrs = readAll(values, cidrsOf);
  if (cidrs === undefined) addUnread(match, text);
  else if (op === '!=' && field === 'saddr' && match.exceptSources === null) match.exceptSources = cidrs;
  else if (op === '!=') match.exact = false;
  else if (!cidrs.some((cidr) => cidr.prefix === 0))
    narrow(match, field === 'saddr' ? 'sources' : 'destinations', cidrs);
}

function addPorts(match: MatchDraft, side: 'ports' | 'sourcePorts' | 'originalPorts', comparison: Comparison): void {
  const ranges = readAll(comparison.values, (value) => {
    const range = portOf(value);
    return range === undefined ? undefined : [range];
  });
  const compared = ranges === undefined ? undefined : comparePorts(comparison.op, ranges);
  if (compared === undefined) addUnread(match, comparison.text);
  else narrow(match, side, compared);
}

function comparePorts(op: string, ranges: readonly PortRange[]): readonly PortRange[] | undefined {
  const port = ranges[0]?.from ?? 0;
  switch (op) {
    case '==':
    case 'in':
      return ranges;
    case '!=':
      return otherPorts(ranges);
    case '<':
      return [{ from: 0, to: port - 1 }];
    case '<=':
      return [{ from: 0, to: port }];
    case '>':
      return [{ from: port + 1, to: 65_535 }];
    case '>=':
      return [{ from: port, to: 65_535 }];
    default:
      return undefined;
  }
}
