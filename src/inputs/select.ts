import picomatch from 'picomatch';
import { type Asked, kindOf } from './asked.ts';
import type { DeclaredHost } from './declared.ts';
import { InputError, type InputProblem, quote } from './error.ts';
import { didYouMean } from './suggest.ts';

/**
 * The hosts that `--limit` leaves: names, groups, `tag:NAME`, globs of them, and `all`; a leading `!` excludes.
 * Patterns may be separated by commas. Only exclusions: everything else. Throws `InputError` (usage or config)
 * for a pattern that matches nothing, and when no host is left.
 */
export function limitHosts(hosts: readonly DeclaredHost[], limit: readonly Asked[]): readonly DeclaredHost[] {
  const [first] = limit;
  if (first === undefined) return hosts;
  const option = first.place.file === '' ? '--limit' : 'limit';
  const patterns = limit
    .flatMap(({ text, place }) => text.split(/,(?![^{]*\})/).map((part) => ({ text: part.trim(), place })))
    .filter(({ text }) => text !== '');
  if (patterns.length === 0) {
    // An empty variable in a script must not mean the whole fleet.
    const expected = 'Expected names, groups or tag:NAME.';
    throw new InputError(kindOf(first), [{ ...first.place, what: `${option} is empty.`, expected }]);
  }
  const problems: InputProblem[] = [];
  const select = ({ text, place }: Asked): ReadonlySet<DeclaredHost> => {
    const found = new Set(hosts.filter(matcherOf(text.replace(/^!/, ''))));
    if (found.size === 0)
      problems.push({
        ...place,
        what: `${option} ${quote(text)} matches no host and no group.`,
        ...nearMiss(text, hosts),
      });
    return found;
  };
  const excluded = patterns.filter(({ text }) => text.startsWith('!')).map(select);
  const included = patterns.filter(({ text }) => !text.startsWith('!')).map(select);
  if (problems.length > 0) throw new InputError(kindOf(first), problems);
  const left = hosts.filter(
    (host) =>
      (included.length === 0 || included.some((set) => set.has(host))) && !excluded.some((set) => set.has(host)),
  );
  if (left.length > 0) return left;
  const whole = patterns.map(({ text }) => text).join(',');
  throw new InputError(kindOf(first), [{ ...first.place, what: `${option} ${quote(whole)} leaves no host.` }]);
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

function nearMiss(pattern: string, hosts: readonly DeclaredHost[]): Pick<InputProblem, 'suggestion'> {
  const words = hosts.flatMap(({ name, groups, tags }) => [name, ...groups, ...tags.map((tag) => `tag:${tag}`)]);
  const word = pattern.replace(/^!/, '');
  const tag = `tag:${word}`;
  return didYouMean(words.includes(tag) ? tag : word, words);
}
