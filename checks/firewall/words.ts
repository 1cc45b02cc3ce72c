import type { Backend, Opening, Traffic } from '../../src/model/facts/firewall.ts';
import { shellWord } from '../../src/model/shell-word.ts';

const MOST = 6;

/** `3306/tcp`, `8000-8100/tcp`, `every tcp port`, `gre`, `all traffic`. */
export function portText({ protocol, ports }: Pick<Traffic, 'protocol' | 'ports'>): string {
  if (ports === null) {
    if (protocol === 'any') return 'all traffic';
    return protocol === 'tcp' || protocol === 'udp' ? `every ${protocol} port` : protocol;
  }
  const range = ports.from === ports.to ? `${ports.from}` : `${ports.from}-${ports.to}`;
  return `${range}/${protocol}`;
}

/** `3306/tcp from 10.0.0.0/8 on eth0`, without the family. */
export function trafficText(traffic: Traffic): string {
  const to = traffic.destination === null ? '' : ` to ${traffic.destination}`;
  const on = traffic.interface === null ? '' : ` on ${traffic.interface}`;
  return `${portText(traffic)} from ${traffic.source ?? 'anywhere'}${to}${on}`;
}

/** One entry for what is the same for both families: `3306/tcp from anywhere (IPv4 and IPv6)`. */
export function grouped<T extends Traffic>(
  all: readonly T[],
  text: (traffic: T) => string = trafficText,
): readonly { readonly text: string; readonly members: readonly T[] }[] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(text(one), [...(groups.get(text(one)) ?? []), one]);
  return [...groups].map(([words, members]) => {
    const families = [...new Set(members.map((member) => member.family))].join(' and ');
    return { text: `${words} (${families})`, members };
  });
}

/** `a, b and c`; the rest is counted. */
export function listText(items: readonly string[], most = MOST): string {
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

export function backendText(backends: readonly Backend[]): string {
  return listText([...new Set(backends)]);
}

/** ufw knows a rule by how it was given: "8080", "80,443/tcp" and applications are one rule, and several in the kernel. */
const BY_NUMBER =
  'ufw status numbered   # for what "could not delete" was said (several ports, both protocols, an application): ufw delete NUMBER';

/** The commands that close all of them. */
export function closings(openings: readonly Opening[]): string {
  const four = new Set(openings.filter(({ family }) => family === 'IPv4').map(closing));
  const commands = [
    ...new Set(openings.map((one) => (four.has(closing(one)) ? closing(one) : closing(ofItsFamily(one))))),
  ];
  return [...commands, ...(openings.some(({ byUfw }) => byUfw) ? [BY_NUMBER] : [])].join('\n');
}

/** ufw deletes a rule without addresses from both families, and complains of the one that has none: it is told IPv6 alone. */
function ofItsFamily(opening: Opening): Opening {
  const { byUfw, family, source, destination } = opening;
  return byUfw && family === 'IPv6' && source === null && destination === null
    ? { ...opening, destination: '::/0' }
    : opening;
}

/** The commands that close one opening. */
function closing(opening: Opening): string {
  return opening.byUfw ? `ufw delete ${ufwRule(opening)}` : removal(opening);
}

/** The command that takes a rule out of the kernel. */
export function removal(one: Pick<Opening, 'family' | 'table' | 'chain' | 'rule'>): string {
  const tool = one.family === 'IPv4' ? 'iptables' : 'ip6tables';
  if (one.table.startsWith('iptables') && one.rule.startsWith('-A ')) {
    return `${tool} ${tableOption(one.table)}${pasted(one.rule.replace(/^-A/, '-D'))}`;
  }
  const table = one.table.replace(/^iptables /, one.family === 'IPv4' ? 'ip ' : 'ip6 ').replace(/^nftables /, '');
  const place = `${table} ${one.chain}`.split(' ').map(shellWord).join(' ');
  return `nft -a list chain ${place}   # then: nft delete rule ${place} handle NUMBER`;
}

/** A rule as iptables-save prints it, with comments in double quotes, for a shell that must not read them. */
function pasted(rule: string): string {
  return [...rule.matchAll(/"((?:\\.|[^"\\])*)"|\S+/g)]
    .map(([word, quoted]) => (word === '!' ? word : shellWord(quoted?.replace(/\\(.)/g, '$1') ?? word)))
    .join(' ');
}

function tableOption(table: string): string {
  const name = table.replace(/^\S+ /, '');
  return name === 'filter' ? '' : `-t ${name} `;
}

/** The rule as one gives it to `ufw delete`. Source: ufw(8), "RULE SYNTAX". */
function ufwRule({ protocol, ports, source, destination, interface: on, rule }: Opening): string {
  const action = /limit/.test(rule) ? 'limit' : 'allow';
  const port = ports === null ? '' : ports.from === ports.to ? `${ports.from}` : `${ports.from}:${ports.to}`;
  if (source === null && destination === null && on === null && port !== '') return `${action} ${port}/${protocol}`;
  const words = [
    action,
    ...(on === null ? [] : [`in on ${shellWord(on)}`]),
    ...(protocol === 'any' ? [] : [`proto ${protocol}`]),
    `from ${source ?? 'any'} to ${destination ?? 'any'}`,
    ...(port === '' ? [] : [`port ${port}`]),
  ];
  return words.join(' ');
}
