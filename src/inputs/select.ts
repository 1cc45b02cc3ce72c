import picomatch from 'picomatch';
import type { DeclaredHost } from './declared.ts';
import { InputError, type InputProblem, quote } from './error.ts';
import { didYouMean } from './suggest.ts';

/**
 * The hosts that `--limit` leaves: names, groups, `tag:NAME`, globs of them, and `all`; a leading `!` excludes.
 * Patterns may be separated by commas. Only exclusions: everything else. Throws `InputError` (usage) for a
 * pattern that matches nothing, and when no host is left.
 */
export function limitHosts(hosts: readonly DeclaredHost[], limit: readonly string[]): readonly DeclaredHost[] {
  const patterns = limit
    .flatMap((text) => text.split(/,(?![^{]*\})/))
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (limit.length > 0 && patterns.length === 0) {
    // An empty variable in a script must not mean the whole fleet.
    throw new InputError('usage', [
      { file: '', what: '--limit is empty.', expected: 'Expected names, groups or tag:NAME.' },
    ]);
  }
  if (patterns.length === 0) return hosts;
  const problems: InputProblem[] = [];
  const select = (pattern: string): ReadonlySet<DeclaredHost> => {
    const found = new Set(hosts.filter(matcherOf(pattern.replace(/^!/, ''))));
    if (found.size === 0) problems.push(nothingMatches(pattern, hosts));
    return found;
  };
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map(select);
  const included = patterns.filter((pattern) => !pattern.startsWith('!')).map(select);
  if (problems.length > 0) throw new InputError('usage', problems);
  const left = hosts.filter(
    (host) =>
      (included.length === 0 || included.some((set) => set.has(host))) && !excluded.some((set) => set.has(host)),
  );
  if (left.length > 0) return left;
  throw new InputError('usage', [{ file: '', what: `--limit ${quote(patterns.join(','))} leaves no host.` }]);
}

function matcherOf(pattern: string): (host: DeclaredHost) => boolean {
  if (pattern === 'all' || pattern === '*') return () => true;
  const tag = pattern.startsWith('tag:') ? pattern.slice(4) : undefined;
  // picomatch throws for it.
  if ((tag ?? pattern) === '') return () => false;
  // Brackets that cannot be a class are taken literally, so the name [2001:db8::7]:22 matches itself.
  const matches = picomatch(tag ?? pattern, { nonegate: true });
  if (tag !== undefined) return ({ tags }) => tags.some((word) => matches(word));
  return ({ name, groups }) => matches(name) || groups.some((word) => matches(word));
}

function nothingMatches(pattern: string, hosts: readonly DeclaredHost[]): InputProblem {
  const words = hosts.flatMap(({ name, groups, tags }) => [name, ...groups, ...tags.map((tag) => `tag:${tag}`)]);
  const what = `--limit ${quote(pattern)} matches no host and no group.`;
  const word = pattern.replace(/^!/, '');
  const tag = `tag:${word}`;
  return { file: '', what, ...didYouMean(words.includes(tag) ? tag : word, words) };
}
