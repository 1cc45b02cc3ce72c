/** Whether the first packet of a connection (SYN and nothing else) has exactly `set` of the flags in `mask`. */
export function synMatches(mask: readonly string[], set: readonly string[]): boolean {
  const looked = new Set(mask.map((flag) => flag.toUpperCase()));
  const wanted = set.map((flag) => flag.toUpperCase()).filter((flag) => flag !== 'NONE');
  const seesSyn = looked.has('SYN') || looked.has('ALL');
  return seesSyn ? wanted.length === 1 && wanted[0] === 'SYN' : wanted.length === 0;
}
