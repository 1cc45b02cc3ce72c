/** Ports from `from` to `to`, both included. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** True when the union of `ranges` has every port of `range`. */
export function portsWithin(range: PortRange, ranges: readonly PortRange[]): boolean {
  let next = range.from;
  for (const one of [...ranges].sort((a, b) => a.from - b.from)) {
    if (one.from <= next && one.to >= next) next = one.to + 1;
  }
  return next > range.to;
}

/** Every port that is in none of `ranges`. */
export function otherPorts(ranges: readonly PortRange[]): readonly PortRange[] {
  const rest: PortRange[] = [];
  let next = 0;
  for (const range of [...ranges].sort((a, b) => a.from - b.from)) {
    if (range.from > next) rest.push({ from: next, to: range.from - 1 });
    next = Math.max(next, range.to + 1);
  }
  if (next <= 65_535) rest.push({ from: next, to: 65_535 });
  return rest;
}
