import type { PortRange } from '../../model/port-range.ts';
import { portNumber, toCidr } from './addresses.ts';
import { BARE_OPTIONS, OPTIONS, type Option } from './iptables-options.ts';
import { ANY_MATCH, addUnread, type Match, type MatchDraft } from './packets.ts';
import type { Action, Rule, Translation } from './ruleset.ts';

/** Match modules that let only some packets through but say nothing about which connections. */
const SAMPLING = new Set(['limit', 'hashlimit', 'connlimit', 'connbytes', 'statistic', 'quota', 'time', 'nfacct']);
/** Match modules whose options are read one by one. */
const READ = new Set(
  'tcp udp sctp dccp udplite icmp icmp6 ipv6-icmp conntrack state multiport comment addrtype iprange'.split(' '),
);
/** Targets after which the next rule is tried. Source: iptables-extensions(8), "TARGET EXTENSIONS". */
const CONTINUING = new Set(
  (
    'AUDIT CHECKSUM CLASSIFY CONNMARK CONNSECMARK CT DSCP ECN HL IDLETIMER LED MARK NOTRACK RATEEST SECMARK SET ' +
    'TCPMSS TCPOPTSTRIP TEE TOS TRACE TTL'
  ).split(' '),
);

interface Target {
  readonly how: 'jump' | 'goto';
  readonly name: string;
  readonly options: Map<string, string>;
}

/** A rule that is not in a table yet: its target may turn out to be one of the table's own chains. */
export interface FreeRule {
  /** The rule where no chain has the target's name. */
  readonly rule: Rule;
  /** The rule's own conditions, without what an unknown target adds to them. */
  readonly match: Match;
  readonly target: { readonly how: 'jump' | 'goto'; readonly name: string } | undefined;
}

/** The rule in a table with these chains. */
export function ruleAmong(chains: { has(name: string): boolean }, { rule, match, target }: FreeRule): Rule {
  if (target === undefined || !chains.has(target.name)) return rule;
  return { text: rule.text, match, action: { kind: target.how, chain: target.name } };
}

/** One rule: everything after `-A CHAIN`. */
export function readRule(options: string, text: string): FreeRule {
  const match: MatchDraft = { ...ANY_MATCH };
  let target: Target | undefined;
  let owner = '';
  for (const { option, values, not } of optionsOf(tokens(options))) {
    const value = values[0] ?? '';
    if (option === '-m' || option === '--match') {
      owner = value;
      addModule(match, value);
    } else if (option === '-j' || option === '--jump' || option === '-g' || option === '--goto') {
      owner = 'target';
      target = { how: option.includes('g') ? 'goto' : 'jump', name: value, options: new Map() };
    } else if (OPTIONS.has(option)) {
      OPTIONS.get(option)?.read(match, value, not, values[1] ?? '');
    } else if (owner === 'target') {
      target?.options.set(option, value);
    } else if (!SAMPLING.has(owner)) {
      addUnread(match, `${not ? '! ' : ''}${option} ${values.join(' ')}`);
    }
  }
  const whole = { ...match };
  const action: Action = target === undefined ? { kind: 'continue' } : readTarget(target, whole);
  return { rule: { text, match: whole, action }, match, target };
}

function readTarget({ name, options }: Target, match: MatchDraft): Action {
  switch (name) {
    case 'ACCEPT':
    case 'MASQUERADE':
    case 'SNAT':
      return { kind: 'accept' };
    case 'DROP':
    case 'REJECT':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    case 'LOG':
    case 'NFLOG':
    case 'ULOG':
      return { kind: 'log', prefix: (options.get('--log-prefix') ?? options.get('--nflog-prefix') ?? '').trim() };
    case 'REDIRECT':
      return { kind: 'translate', address: null, ports: portsOf(options.get('--to-ports')), unread: false };
    case 'DNAT':
      return readDestination(options.get('--to-destination') ?? '');
    case 'NETMAP':
      return readDestination(options.get('--to') ?? '');
    default:
      if (CONTINUING.has(name)) return { kind: 'continue' };
      // NFQUEUE, TPROXY, SYNPROXY and what we do not know may let the packet in.
      addUnread(match, `target ${name}`);
      return { kind: 'accept' };
  }
}

/** `172.17.0.2:5432`, `[fd00::2]:80-89`, `fd00::2`, `:8080`, `10.0.0.1-10.0.0.9`, `10.0.0.0/24`. */
function readDestination(text: string): Translation {
  const parts =
    /^\[(?<v6>[^\]]+)\](?::(?<ports>\d.*))?$/.exec(text) ??
    /^(?<v4>[^:]*)(?::(?<ports>\d[\d/-]*))?$/.exec(text) ??
    /^(?<v6>[0-9a-f:./]+)$/i.exec(text);
  const address = parts?.groups?.v6 ?? parts?.groups?.v4 ?? text;
  const ports = portsOf(parts?.groups?.ports);
  if (address === '' && ports !== null) return { kind: 'translate', address: null, ports, unread: false };
  return { kind: 'translate', address, ports, unread: toCidr(address) === undefined };
}

function addModule(match: MatchDraft, name: string): void {
  if (READ.has(name)) return;
  match.exact = false;
  if (!SAMPLING.has(name)) addUnread(match, `match ${name}`);
}

/** `5432`, `8000-8010`, and `8000-8010/9000`, which names the first port of those that came in. */
function portsOf(text: string | undefined): PortRange | null {
  const [, first = '', last = first] = /^(\d+)(?:-(\d+))?/.exec(text ?? '') ?? [];
  const from = portNumber(first);
  const to = portNumber(last);
  return from === undefined || to === undefined ? null : { from, to };
}

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/** Groups words into options. What an option takes is fixed, so a comment can never pass for an option. */
function* optionsOf(words: readonly Token[]): Generator<{ option: string; values: readonly string[]; not: boolean }> {
  let not = false;
  for (let index = 0; index < words.length; ) {
    const option = words[index++]?.text ?? '';
    if (option === '!') {
      not = true;
      continue;
    }
    if (words[index]?.text === '!' && arity(option) !== 0) {
      not = true;
      index++;
    }
    const values: string[] = [];
    for (let left = arity(option); index < words.length && left > 0; left--, index++) {
      const word = words[index];
      if (word === undefined || (left > MOST && isOption(word))) break;
      values.push(word.text);
    }
    yield { option, values, not };
    not = false;
  }
}

/** No known option takes more values; a larger arity means "until the next option". */
const MOST = 2;

function arity(option: string): number {
  const known: Option | undefined = OPTIONS.get(option);
  if (known !== undefined) return known.values;
  if (['-m', '--match', '-j', '--jump', '-g', '--goto'].includes(option)) return 1;
  if (/-prefix$|^--to-/.test(option)) return 1;
  return BARE_OPTIONS.has(option) ? 0 : Number.POSITIVE_INFINITY;
}

function isOption({ text, quoted }: Token): boolean {
  return !quoted && (text === '!' || /^-(?:-[a-z]|[a-zA-Z]$)/.test(text));
}

/** Words as the shell would split them; iptables quotes with double quotes and backslashes. */
function tokens(text: string): readonly Token[] {
  if (!/["']/.test(text))
    return text
      .trim()
      .split(/\s+/)
      .map((word) => ({ text: word, quoted: false }));
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(([, double, single, plain]) => ({
    text: double?.replace(/\\(.)/g, '$1') ?? single ?? plain ?? '',
    quoted: plain === undefined,
  }));
}
