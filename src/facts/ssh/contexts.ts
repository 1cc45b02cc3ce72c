import { type Cidr, formatCidr, parseAddress, parseCidr } from '../../model/cidr.ts';
import type { Account, Directory } from '../accounts.ts';
import { groupsOf, membersOf } from '../accounts.ts';
import type { Guard } from './config.ts';
import type { Criterion, Login } from './match.ts';
import type { Values } from './settings.ts';

/** Somebody whom no rule names, from an address that no rule names. */
export const STRANGER: Login = {
  user: 'fleetproof-stranger',
  groups: [],
  host: 'stranger.invalid',
  addr: '203.0.113.7',
  laddr: '198.51.100.1',
  lport: '22',
  rdomain: '',
};

/** The stranger as `sshd -T -C` takes it. Without `-C`, sshd refuses a configuration that has `Match LocalPort`. */
export const STRANGER_SPEC = (['user', 'host', 'addr', 'laddr', 'lport'] as const)
  .map((on) => `${on}=${STRANGER[on]}`)
  .join();

/** Where strangers come from: the other half of IPv4 and IPv6 as well, which a rule may name by themselves. */
export const OUTSIDE: readonly string[] = [STRANGER.addr, '1.0.0.1', '2001:db8::7'];
/** Beside the outside address: IPv6, each private range, the machine itself, and what is below every other range. */
const ADDRESSES = ['2001:db8::7', '10.0.0.7', '172.16.0.7', '192.168.0.7', '127.0.0.1', '::1', '1.0.0.1'];
/** Nobody has sshd on it (tcpmux), and no rule names it: it stands for the ports outside of every `Match LocalPort`. */
const UNNAMED_PORT = '1';
/** More combinations than this are not evaluated; the caller then says so. */
const MAX_COMBINATIONS = 2000;

/** What differs from the stranger, in the order of a `sshd -C` specification. */
type Difference = Partial<Login>;

export interface Who {
  readonly login: Login;
  /** The dimensions that differ. Empty: the stranger (or plain root). */
  readonly differs: readonly string[];
}

/** Where sshd listens. Each may be inside or outside of a `Match LocalPort` or `Match LocalAddress`. */
export interface Doors {
  readonly ports: readonly string[];
  /** Without those that stand for every address. */
  readonly addresses: readonly string[];
}

/** Reads `port 22` and `listenaddress [::1]:22` of `sshd -T`; no doors where sshd could not be asked. */
export function doorsOf(effective: Values | null): Doors {
  const listening = (effective?.get('listenaddress') ?? []).flatMap((text) => {
    const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5})\b/.exec(text) ?? [];
    return port === undefined ? [] : [{ address: inBrackets ?? plain ?? '', port }];
  });
  return {
    ports: [...(effective?.get('port') ?? []), ...listening.map(({ port }) => port)],
    addresses: listening.map(({ address }) => address).filter((address) => !['0.0.0.0', '::'].includes(address)),
  };
}

/**
 * Log-ins that stand for all others: per dimension one value for every set of criteria that can hold at once,
 * then all combinations, fewest differences first. Undefined when there are more than `MAX_COMBINATIONS`.
 */
export function representatives(
  blocks: readonly Guard[],
  directory: Directory,
  base: Login,
  fixedUser: boolean,
  { ports, addresses }: Doors,
): readonly Who[] | undefined {
  const criteria = blocks.flatMap((block) => block.criteria);
  const asked = (on: Criterion['on']): readonly Criterion[] => criteria.filter((criterion) => criterion.on === on);
  const named = (on: 'host' | 'laddr' | 'lport' | 'rdomain'): readonly string[] =>
    asked(on).flatMap(({ list }) => examples(list, on === 'laddr' ? addressExamples : nameExamples));
  // The rules are not all: a way in that no rule is about, beside one that a rule closes, has to be looked at as well.
  const unlike = { host: [], laddr: [...addresses, ...ADDRESSES], lport: [...ports, UNNAMED_PORT], rdomain: [] };
  const choices: Difference[][] = [
    fixedUser ? [] : distinct(userChoices(criteria, directory), [...asked('user'), ...asked('group')], base),
    distinct(
      [...ADDRESSES, ...asked('addr').flatMap(({ list }) => examples(list, addressExamples))].map((addr) => ({ addr })),
      asked('addr'),
      base,
    ),
    ...(['host', 'laddr', 'lport', 'rdomain'] as const).map((on) =>
      distinct(
        [...unlike[on], ...named(on)].map((value) => ({ [on]: value })),
        asked(on),
        base,
      ),
    ),
  ];
  if (choices.reduce((product, own) => product * (own.length + 1), 1) > MAX_COMBINATIONS) return undefined;
  let combined: Who[] = [{ login: base, differs: [] }];
  for (const own of choices) {
    const more = combined.flatMap((who) =>
      own.map((difference) => ({
        login: { ...who.login, ...difference },
        differs: [...who.differs, Object.keys(difference)[0] ?? ''],
      })),
    );
    combined = [...combined, ...more];
  }
  return combined.sort((a, b) => a.differs.length - b.differs.length);
}

/** Keeps one value per set of criteria it satisfies; what satisfies the same as the base adds nothing. */
function distinct(values: readonly Difference[], criteria: readonly Criterion[], base: Login): Difference[] {
  const signature = (login: Login): string => criteria.map((one) => (one.holds(login) ? '1' : '0')).join('');
  const seen = new Set([signature(base)]);
  return values.filter((value) => {
    const own = signature({ ...base, ...value });
    if (seen.has(own)) return false;
    seen.add(own);
    return true;
  });
}

function userChoices(criteria: readonly Criterion[], directory: Directory): Difference[] {
  const literal = criteria.filter(({ on }) => on === 'user').flatMap(({ list }) => examples(list, nameExamples));
  const groups = criteria.filter(({ on }) => on === 'group').flatMap(({ list }) => examples(list, nameExamples));
  const known = (name: string): Difference => {
    const account = directory.accounts.find((one) => one.name === name);
    return { user: name, groups: account === undefined ? [] : groupsOf(directory, account) };
  };
  const members = groups.flatMap((name): Difference[] => {
    const gid = directory.groups.find((group) => group.name === name)?.gid;
    const member = gid === undefined ? undefined : membersOf(directory, gid)[0];
    return member === undefined ? [{ user: `member-of-${name}`, groups: [name] }] : [known(member)];
  });
  return [
    known('root'),
    ...literal.map(known),
    ...members,
    ...directory.accounts.map((one: Account) => known(one.name)),
  ];
}

/** Texts for each pattern of a list, negated ones included: the first of each pattern, then the others. */
function examples(list: string, of: (pattern: string) => readonly string[]): string[] {
  const each = list.split(',').map((pattern) => of(pattern.replace(/^!/, '')));
  return [...new Set([...each.map(([first = '']) => first), ...each.flatMap((own) => own.slice(1))])];
}

/** What stands for `*` and `?`. The second is for what another pattern takes out of the first (`*.org,!x*`). */
const FILLS = ['x', 'zq'];
const ADDRESS_FILLS = ['1', '77'];

function nameExamples(pattern: string): string[] {
  return FILLS.map((fill) => pattern.replaceAll('*', fill).replaceAll('?', fill[0] ?? ''));
}

/**
 * What a pattern of addresses matches, and what is next to it: where ranges overlap, each part that some cover and others
 * do not begins where one begins, or behind one that ends. Their first address is a network's own and nobody's, so the
 * second one stands for the part; between single addresses there may be no second one.
 */
function addressExamples(pattern: string): string[] {
  if (/[*?]/.test(pattern)) return ADDRESS_FILLS.map((fill) => filledAddress(pattern, fill));
  if (!pattern.includes('/') && parseAddress(pattern) === undefined) return [pattern];
  const { family, bits, prefix } = parseCidr(pattern);
  const width = family === 4 ? 32 : 128;
  const size = 1n << BigInt(width - prefix);
  const numbers = size === 1n ? [bits, bits + 1n, bits - 1n] : [bits + 1n, bits + size + 1n];
  return numbers
    .filter((one) => one >= 0n && one >> BigInt(width) === 0n)
    .map((one) => addressText({ family, bits: one, prefix: width }));
}

function addressText(address: Cidr): string {
  return formatCidr(address).replace(/\/\d+$/, '');
}

/** A whole address of which the text matches: `*` stands for as many numbers as it takes. */
function filledAddress(pattern: string, fill: string): string {
  const filled = (star: string): string =>
    pattern
      .replace('*', star)
      .replaceAll('*', fill)
      .replaceAll('?', fill[0] ?? '');
  const stars = [
    fill,
    `${fill}.${fill}`,
    `${fill}.${fill}.${fill}`,
    `${fill}::${fill}`,
    `2001:db8::${fill}`,
    '2001:db8:',
  ];
  return stars.map(filled).find((text) => parseAddress(text) !== undefined) ?? filled(fill);
}

/** `user=deploy,addr=10.0.0.1`: what differs, as `sshd -T -C` takes it. */
export function criteriaText({ login, differs }: Who): string {
  return differs.map((on) => `${on}=${login[on as keyof Login]}`).join(',');
}

/** For sentences: "user deploy from 10.0.0.1". */
export function describe({ login, differs }: Who, nobody: string): string {
  const at = differs.includes('addr') ? ` from ${login.addr}` : '';
  const host = differs.includes('host') ? ` from ${login.host}` : '';
  const to = differs.includes('laddr') ? ` to ${login.laddr}` : '';
  const ownPort = login.lport === UNNAMED_PORT ? ' on a port that no Match block names' : ` on port ${login.lport}`;
  const port = differs.includes('lport') ? ownPort : '';
  const domain = differs.includes('rdomain') ? ` in routing domain ${login.rdomain}` : '';
  const who = differs.includes('user') ? `user ${login.user}` : nobody;
  return `${who}${at}${host}${to}${port}${domain}`;
}
