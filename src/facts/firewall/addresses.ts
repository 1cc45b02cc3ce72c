import { type Cidr, parseAddress } from '../../model/cidr.ts';

/** The well-known names that rule files use for ports. Source: /etc/services of Debian. */
const PORT_NAMES: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  http: 80,
  'kerberos-sec': 88,
  ntp: 123,
  'netbios-ns': 137,
  'netbios-dgm': 138,
  'netbios-ssn': 139,
  snmp: 161,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  openvpn: 1194,
  mysql: 3306,
  postgresql: 5432,
};

const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '2': 'igmp',
  '6': 'tcp',
  '17': 'udp',
  '47': 'gre',
  '50': 'esp',
  '51': 'ah',
  '58': 'ipv6-icmp',
  '132': 'sctp',
  icmpv6: 'ipv6-icmp',
  icmp6: 'ipv6-icmp',
};

/** The name of a protocol, whichever way it is written. */
export function protocolName(text: string): string {
  return PROTOCOL_NUMBERS[text] ?? text;
}

/** A port by number or well-known name; undefined when it is neither. */
export function portNumber(text: string | number): number | undefined {
  const named = PORT_NAMES[String(text)];
  if (named !== undefined) return named;
  const port = /^\d{1,5}$/.test(String(text)) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : undefined;
}

/**
 * An address, CIDR or address/netmask as packet filters write them; bits after the prefix are cleared, as
 * the kernel does. Undefined when the text is none of these (a host name).
 */
export function toCidr(text: string): Cidr | undefined {
  const [address = '', mask] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  const width = parsed.family === 4 ? 32 : 128;
  const prefix = mask === undefined ? width : prefixLength(mask);
  if (prefix === undefined || prefix > width) return undefined;
  const free = BigInt(width - prefix);
  return { family: parsed.family, bits: (parsed.bits >> free) << free, prefix };
}

function prefixLength(mask: string): number | undefined {
  if (/^\d{1,3}$/.test(mask)) return Number(mask);
  const parsed = parseAddress(mask);
  if (parsed === undefined) return undefined;
  const bits = parsed.bits.toString(2).padStart(parsed.family === 4 ? 32 : 128, '0');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

/** The fewest CIDRs that make up the addresses from `first` to `last`; undefined when the text is no range. */
export function rangeToCidrs(first: string, last: string): readonly Cidr[] | undefined {
  const low = parseAddress(first);
  const high = parseAddress(last);
  if (low === undefined || high === undefined || low.family !== high.family || low.bits > high.bits) return undefined;
  const width = low.family === 4 ? 32 : 128;
  const blocks: Cidr[] = [];
  for (let next = low.bits; next <= high.bits; ) {
    let free = 0;
    while (
      free < width &&
      (next & ((2n << BigInt(free)) - 1n)) === 0n &&
      next + (2n << BigInt(free)) - 1n <= high.bits
    ) {
      free++;
    }
    blocks.push({ family: low.family, bits: next, prefix: width - free });
    next += 1n << BigInt(free);
  }
  return blocks;
}
