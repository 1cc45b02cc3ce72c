import { cannotTell } from '../../model/fact.ts';
import { matchesAny, matchesList, readAddressList } from './patterns.ts';
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
  readonly holds: (login: Login) => boolean;
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
    if (name === 'all') criteria.push({ on: 'all', list: '', holds: () => true });
    // Somebody who does not exist cannot get in, whatever is asked of him.
    else if (name === 'invalid-user') criteria.push({ on: 'invalid', list: '', holds: () => false });
    else {
      const on = Object.hasOwn(NAMES, name) ? NAMES[name as keyof typeof NAMES] : undefined;
      at += 1;
      const list = words[at];
      if (on === undefined || list === undefined)
        cannotTell(
          'unparseable',
          `The Match at ${origin} uses the criterion "${name}", which fleetproof cannot evaluate.`,
        );
      criteria.push({ on, list, holds: testOf(on, list, origin) });
    }
  }
  return criteria;
}

/** True when every criterion of the block holds for this log-in. */
export function matches(criteria: readonly Criterion[], login: Login): boolean {
  return criteria.every(({ holds }) => holds(login));
}

function testOf(on: Dimension, list: string, origin: string): Criterion['holds'] {
  switch (on) {
    case 'group':
      return ({ groups }) => matchesAny(groups, list);
    case 'addr':
    case 'laddr': {
      const test = addressTest(list, origin);
      return (login) => test(login[on]);
    }
    case 'lport': {
      const port = portOf(list);
      if (Number.isNaN(port))
        cannotTell('unparseable', `The Match at ${origin} names the port "${list}", which fleetproof does not know.`);
      return ({ lport }) => portOf(lport) === port;
    }
    case 'host':
      // sshd compares host names in lower case.
      return ({ host }) => matchesList(host.toLowerCase(), list.toLowerCase());
    default:
      return (login) => matchesList(login[on], list);
  }
}

/** As sshd reads it: one number, with zeros in front or not, or a name of services(5), of which only its own is known. */
function portOf(text: string): number {
  if (text.toLowerCase() === 'ssh') return 22;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function addressTest(list: string, origin: string): (address: string) => boolean {
  try {
    return readAddressList(list);
  } catch {
    return cannotTell('unparseable', `The Match at ${origin} has an address list that could not be read: ${list}.`);
  }
}
