import { type Place, quote } from '../error.ts';
import { didYouMean } from '../suggest.ts';
import { firstWord } from './line.ts';
import { malformed } from './malformed.ts';

export interface Criterion {
  readonly name: string;
  readonly negated: boolean;
  /** Empty for `all`, `canonical` and `final`. */
  readonly value: string;
}

const BARE = ['all', 'canonical', 'final'];
const NAMES = [
  ...BARE,
  ...[
    'command',
    'exec',
    'host',
    'localnetwork',
    'localuser',
    'originalhost',
    'sessiontype',
    'tagged',
    'user',
    'version',
  ],
];

/** The criteria of a Match line. Source: OpenSSH readconf.c, match_cfg_line. */
export function criteriaOf(text: string, place: Place): Criterion[] {
  const criteria: Criterion[] = [];
  for (let rest = text; rest !== '' && !rest.startsWith('#'); ) {
    const attribute = firstWord(rest);
    if (attribute === undefined) throw malformed(place, `${quote(rest)} cannot be read.`);
    const negated = attribute.word.startsWith('!');
    const name = attribute.word.slice(negated ? 1 : 0).toLowerCase();
    const bare = BARE.includes(name);
    if (!NAMES.includes(name)) {
      throw malformed(place, `${quote(name)} is not a criterion of Match.`, didYouMean(name, NAMES).suggestion);
    }
    const value = bare ? { word: '', rest: attribute.rest } : firstWord(attribute.rest);
    if (value === undefined || (!bare && (value.word === '' || value.word.startsWith('#')))) {
      throw malformed(place, `The criterion ${quote(name)} has no value.`);
    }
    rest = value.rest;
    // `Match final all` is what the manual itself writes.
    if (name === 'all' && (criteria.length > 1 || (rest !== '' && !rest.startsWith('#')))) {
      throw malformed(place, 'The criterion "all" cannot be combined with others.');
    }
    criteria.push({ name, negated, value: value.word });
  }
  if (criteria.length === 0) throw malformed(place, 'Match has no value.');
  return criteria;
}
