/** An address range. `bits` is the network address as a number; the bits after `prefix` are zero. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly bits: bigint;
  readonly prefix: number;
}

/**
 * Reads `198.51.100.0/24`, `2001:db8::/32`, or a single address (a range of one).
 * Throws `RangeError` with a full sentence when the text is neither, or when an address stands where a
 * network is meant (`198.51.100.7/24`): which of the two was intended is not ours to guess.
 * Source: RFC 4632 §3.1, RFC 4291 §2.2 and §2.3.
 */
export function parseCidr(text: string): Cidr {
  const [address = '', prefixText, ...rest] = text.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined || rest.length > 0)
    throw new RangeError(`"${text}" is not an IPv4 or IPv6 address or CIDR.`);
  const width = parsed.family === 4 ? 32 : 128;
  if (prefixText === undefined) return { ...parsed, prefix: width };
  const prefix = /^(0|[1-9][0-9]{0,2})$/.test(prefixText) ? Number(prefixText) : width + 1;
  if (prefix > width) throw new RangeError(`"${text}" has a prefix length that is not between 0 and ${width}.`);
  const bits = network(parsed.bits, prefix, width);
  if (bits !== parsed.bits) {
    const meant = formatCidr({ family: parsed.family, bits, prefix });
    throw new RangeError(`"${text}" is an address inside a network; write ${meant} for the network.`);
  }
  return { family: parsed.family, bits, prefix };
}

/** The canonical text, always with a prefix length; IPv6 as RFC 5952 asks. */
export function formatCidr(cidr: Cidr): string {
  return `${cidr.family === 4 ? formatV4(cidr.bits) : formatV6(cidr.bits)}/${cidr.prefix}`;
}

/** True when every address of `inner` is in `outer`. Ranges of different families never contain each other. */
export function cidrContains(outer: Cidr, inner: Cidr): boolean {
  const width = outer.family === 4 ? 32 : 128;
  return (
    outer.family === inner.family &&
    outer.prefix <= inner.prefix &&
    network(inner.bits, outer.prefix, width) === outer.bits
  );
}

/** An address without prefix length or zone, as a number; undefined when the text is no address. */
export function parseAddress(text: string): { readonly family: 4 | 6; readonly bits: bigint } | undefined {
  const bits = text.includes(':') ? parseV6(text) : parseV4(text);
  return bits === undefined ? undefined : { family: text.includes(':') ? 6 : 4, bits };
}

function network(bits: bigint, prefix: number, width: number): bigint {
  const hostBits = BigInt(width - prefix);
  return (bits >> hostBits) << hostBits;
}

/** Leading zeros are refused: some readers take `010` for eight. */
function parseV4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9][0-9]{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, index) => groupsOf(half, index === halves.length - 1));
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 8 ? join(head) : undefined;
  if (tail === undefined || head.length + tail.length > 7) return undefined;
  return join([...head, ...Array<bigint>(8 - head.length - tail.length).fill(0n), ...tail]);
}

/** The 16-bit groups of one side of `::`; the last side may end in dotted IPv4. */
function groupsOf(half: string, last: boolean): bigint[] | undefined {
  if (half === '') return [];
  const groups: bigint[] = [];
  const parts = half.split(':');
  for (const [index, part] of parts.entries()) {
    const v4 = last && index === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) groups.push(v4 >> 16n, v4 & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(BigInt(`0x${part}`));
    else return undefined;
  }
  return groups;
}

function join(groups: readonly bigint[]): bigint {
  return groups.reduce((sum, group) => (sum << 16n) | group, 0n);
}

function formatV4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
}

function formatV6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - index * 16)) & 0xffffn).toString(16));
  const text = groups.join(':');
  const zeros = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return text;
  const head = text.slice(0, zeros.index).replace(/:$/, '');
  return `${head}::${text.slice(zeros.index + zeros[0].length).replace(/^:/, '')}`;
}
