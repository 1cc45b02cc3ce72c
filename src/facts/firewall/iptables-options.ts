import type { Cidr } from '../../model/cidr.ts';
import { otherPorts, type PortRange } from '../../model/port-range.ts';
import { portNumber, protocolName, rangeToCidrs, toCidr } from './addresses.ts';
import { addUnread, type MatchDraft, narrow } from './packets.ts';
import { synMatches } from './tcp-flags.ts';

export interface Option {
  /** How many words follow it. */
  readonly values: number;
  read(match: MatchDraft, value: string, not: boolean, second: string): void;
}

type Read = Option['read'];

/** Options of match modules that take no value and are not read. */
export const BARE_OPTIONS: ReadonlySet<string> = new Set(
  '--set --rcheck --update --remove --reap --rttl --rsource --rdest --notrack --random --persistent'.split(' '),
);

const inexact: Read = (match) => {
  match.exact = false;
};

const addProtocol: Read = (match, value, not) => {
  const name = protocolName(value.toLowerCase());
  if (name === 'all' || name === '0') return;
  if (not) match.exact = false;
  else narrow(match, 'protocols', [name]);
};

function interfaces(side: 'inbound' | 'outbound'): Read {
  return (match, value, not) => narrow(match, side, { names: [value], except: not });
}

const addStates: Read = (match, value, not) => {
  if (not) match.notStates = [...match.notStates, ...value.split(',')];
  else narrow(match, 'states', value.split(','));
};

/** A condition that the first packet of a connection either meets or does not. */
function neverWhen(fails: (value: string, second: string) => boolean): Read {
  return (match, value, not, second) => {
    if (fails(value, second) !== not) match.never = true;
  };
}

/** A packet that is not tracked has no direction. */
const addDirection: Read = (match, value, not) => {
  if ((value === 'REPLY') !== not) match.never = true;
  else match.states ??= ['NEW'];
};

/** The kinds of destination that every connection to the host has restrict nothing. */
const addDestinationType: Read = (match, value, not) => {
  match.exact = false;
  if (not || !value.split(',').some((type) => type === 'LOCAL' || type === 'UNICAST')) {
    addUnread(match, `--dst-type ${value}`);
  }
};

function addresses(side: 'sources' | 'destinations', read: (text: string) => readonly (Cidr | undefined)[]): Read {
  return (match, value, not) => {
    const cidrs = read(value);
    const known = cidrs.filter((cidr) => cidr !== undefined);
    if (known.length < cidrs.length) addUnread(match, `address ${value}`);
    else if (not && side === 'sources' && match.exceptSources === null) match.exceptSources = known;
    else if (not) match.exact = false;
    else if (!known.some((cidr) => cidr.prefix === 0)) narrow(match, side, known);
  };
}

function ports(side: 'ports' | 'sourcePorts' | 'originalPorts'): Read {
  return (match, value, not) => {
    const ranges = portRanges(value);
    if (ranges === undefined) addUnread(match, `port ${value}`);
    else narrow(match, side, not ? otherPorts(ranges) : ranges);
  };
}

function cidrList(text: string): readonly (Cidr | undefined)[] {
  return text.split(',').map(toCidr);
}

function cidrsOfRange(text: string): readonly (Cidr | undefined)[] {
  const [first = '', last = first] = text.split('-');
  return rangeToCidrs(first, last) ?? [undefined];
}

/** `22`, `80,443`, `8000:8100`, `1024:`, `ssh`; undefined when a name is not known. */
export function portRanges(text: string): readonly PortRange[] | undefined {
  const ranges = text.split(',').map((part) => {
    const [first = '', last] = part.split(':');
    const from = first === '' && last !== undefined ? 0 : portNumber(first);
    const to = last === undefined ? from : last === '' ? 65_535 : portNumber(last);
    return from === undefined || to === undefined ? undefined : { from, to };
  });
  return ranges.every((range) => range !== undefined) ? ranges : undefined;
}

/** Every option that says something about which packets match. Source: iptables(8), iptables-extensions(8). */
export const OPTIONS: ReadonlyMap<string, Option> = new Map(
  (
    [
      ['-p --protocol', 1, addProtocol],
      ['-s --source --src', 1, addresses('sources', cidrList)],
      ['-d --destination --dst', 1, addresses('destinations', cidrList)],
      ['--src-range', 1, addresses('sources', cidrsOfRange)],
      ['--dst-range', 1, addresses('destinations', cidrsOfRange)],
      ['-i --in-interface', 1, interfaces('inbound')],
      ['-o --out-interface', 1, interfaces('outbound')],
      ['-f --fragment', 0, inexact],
      ['--icmp-type --icmpv6-type', 1, inexact],
      ['--dport --destination-port --dports --destination-ports', 1, ports('ports')],
      ['--sport --source-port --sports --source-ports', 1, ports('sourcePorts')],
      // Source or destination port: says nothing certain about the destination.
      ['--ports', 1, inexact],
      ['--ctorigdstport', 1, ports('originalPorts')],
      ['--ctstate --state', 1, addStates],
      ['--ctdir', 1, addDirection],
      ['--syn', 0, neverWhen(() => false)],
      ['--tcp-flags', 2, neverWhen((mask, set) => !synMatches(mask.split(','), set.split(',')))],
      ['--dst-type', 1, addDestinationType],
      ['--src-type', 1, inexact],
      ['--comment', 1, () => undefined],
      ['-c --set-counters', 2, () => undefined],
    ] satisfies [string, number, Read][]
  ).flatMap(([names, values, read]) => names.split(' ').map((name): [string, Option] => [name, { values, read }])),
);
