import { listWords } from './error.ts';

/**
 * `{ suggestion: 'Did you mean "hosts"?' }`: the near-misses of `given` among `candidates`, nearest first, at
 * most three. Empty when nothing is near enough to be worth saying.
 */
export function didYouMean(given: string, candidates: Iterable<string>): { readonly suggestion?: string } {
  const near = nearest(given, candidates).map((candidate) => JSON.stringify(candidate));
  return near.length === 0 ? {} : { suggestion: `Did you mean ${listWords(near)}?` };
}

/** The nearest candidate, where one is near enough to be worth saying. */
export function suggest(given: string, candidates: Iterable<string>): string | undefined {
  return nearest(given, candidates)[0];
}

/** Candidates within one edit per three characters (at least one), or that `given` begins; nearest first. */
export function nearest(given: string, candidates: Iterable<string>): string[] {
  const wanted = given.toLowerCase();
  const reach = Math.max(1, Math.floor(wanted.length / 3));
  const ranked: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const lower = candidate.toLowerCase();
    const begun = wanted.length >= 3 && lower.startsWith(wanted);
    const distance = begun ? reach : editDistance(wanted, lower, reach);
    if (distance <= reach) ranked.push({ candidate, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return ranked.slice(0, 3).map(({ candidate }) => candidate);
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours between two words (optimal string
 * alignment). Anything above `limit` is returned as `limit + 1`.
 */
export function editDistance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current[column] = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
        swapped ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    if (Math.min(...current) > limit) return limit + 1;
    before = previous;
    previous = current;
  }
  return Math.min(at(previous, b.length), limit + 1);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
