import { cannotTell } from '../../model/fact.ts';
import { matchesAddress, matchesAny, matchesList } from './patterns.ts';
import { splitCriteria } from './words.ts';

/** Who logs in from where, as far as Match can ask. */
export interface Login {
  readonly user: string;
  readonly groups: readonly string[];
  readonly host: string;
  readonly addr: string;
  readonly laddr: string;
  readonly lport: string;
  readonly rdomain: string;
}

const NAMES = {
  user: 'user',
  group: 'group',
  host: 'host',
  address: 'addr',
  localaddress: 'laddr',
  localport: 'lport',
  rdomain: 'rdomain',
} as const;

type Dimension = (typeof NAMES)[keyof typeof NAMES];

export interface Criterion {
  readonly on: Dimension | 'all' | 'invalid';
  /** The comma-separated patterns; empty for `all` and `invalid-user`. */
  readonly list: string;
}

/**
 * Reads what follows `Match`. Criteria of sshd_config(5) up to OpenSSH 10.0 but for `Version`, which is not
 * asked of the host; an unknown one ends as unknown, because the block may be in force.
 */
export function readCriteria(rest: string, origin: string): readonly Criterion[] {
  const words = splitCriteria(rest);
  if (words === null || words.length === 0) cannotTell('unparseable', `The Match at ${origin} could not be read.`);
  const criteria: Criterion[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const name = (words[at] ?? '').toLowerCase();
    if (name === 'all') criteria.push({ on: 'all', list: '' });
    else if (name === 'invalid-user') criteria.push({ on: 'invalid', list: '' });
    else {
      const on = Object.hasOwn(NAMES, name) ? NAMES[name as keyof typeof NAMES] : undefined;
      at += 1;
      const list = words[at];
      if (on === undefined || list === undefined)
        cannotTell(
          'unparseable',
          `The Match at ${origin} uses the criterion "${name}", which fleetproof cannot evaluate.`,
        );
      criteria.push({ on, list });
    }
  }
  for (const criterion of criteria) checkList(criterion, origin);
  return criteria;
}

function checkList({ on, list }: Criterion, origin: string): void {
  if (on !== 'addr' && on !== 'laddr') return;
  try {
    matchesAddress('192.0.2.1', list);
  } catch {
    cannotTell('unparseable', `The Match at ${origin} has an address list that could not be read: ${list}.`);
  }
}

/** True when every criterion of the block holds for this log-in. */
export function matches(criteria: readonly Criterion[], login: Login): boolean {
  return criteria.every((criterion) => holds(criterion, login));
}

export function holds({ on, list }: Criterion, login: Login): boolean {
  switch (on) {
    case 'all':
      return true;
    case 'invalid':
      // Somebody who does not exist cannot get in, whatever is asked of him.
      return false;
    case 'group':
      return matchesAny(login.groups, list);
    case 'addr':
    case 'laddr':
      return matchesAddress(login[on], list);
    case 'lport':
      return list.split(',').includes(login.lport);
    case 'host':
      // sshd compares host names in lower case.
      return matchesList(login.host.toLowerCase(), list.toLowerCase());
    default:
      return matchesList(login[on], list);
  }
}
