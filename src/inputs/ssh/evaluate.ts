import { isAddress } from '../address.ts';
import type { Place } from '../error.ts';
import { formatPlace, InputError, type InputProblem, quote } from '../error.ts';
import { didYouMean } from '../suggest.ts';
import type { Criterion } from './criteria.ts';
import { KEYWORDS } from './keywords.ts';
import type { SshLine } from './parse.ts';
import { matchesList } from './patterns.ts';

/** One value as it stands in a configuration file. */
export interface SshValue {
  readonly words: readonly string[];
  readonly place: Place;
}

/** What the files say about one host: for each keyword the first value, except IdentityFile, which adds up. */
export interface SshAnswer {
  /** What would be dialled: HostName, or the name itself. */
  readonly hostName: string;
  readonly values: ReadonlyMap<string, SshValue>;
  readonly identityFiles: readonly SshValue[];
  readonly warnings: readonly string[];
}

export interface SshQuestion {
  readonly host: string;
  /** Decided by the inventory or the command line; `Match user` sees it. */
  readonly user?: string;
  readonly localUser: string;
}

interface State {
  host: string;
  readonly final: boolean;
  readonly question: SshQuestion;
  readonly values: Map<string, SshValue>;
  readonly identityFiles: Map<string, SshValue>;
  readonly warnings: Set<string>;
  readonly problems: InputProblem[];
}

/**
 * Evaluates the files in order, as ssh(1) does: the first value wins; where a `Match final` stands, a second
 * pass runs with the resolved host name. Throws `InputError` for unknown keywords. Source: ssh_config(5), OpenSSH readconf.c and ssh.c.
 */
export function evaluateSsh(files: readonly (readonly SshLine[])[], question: SshQuestion): SshAnswer {
  const state: State = {
    host: question.host,
    final: false,
    question,
    values: new Map(),
    identityFiles: new Map(),
    warnings: new Set(),
    problems: [],
  };
  for (const lines of files) apply(lines, state, true);
  const hostName = lowerName(currentName(state));
  if (files.some(asksFinal)) {
    const second = { ...state, host: hostName, final: true };
    state.values.set('hostname', { words: [hostName.replaceAll('%', '%%')], place: { file: '' } });
    for (const lines of files) apply(lines, second, true);
  }
  if (state.problems.length > 0) throw new InputError('data', state.problems);
  return {
    hostName,
    values: state.values,
    identityFiles: [...state.identityFiles.values()],
    warnings: [...state.warnings],
  };
}

/** An Include inside a block that does not match is read, but nothing in it can match. */
function apply(lines: readonly SshLine[], state: State, reachable: boolean): void {
  let active = reachable;
  for (const line of lines) {
    if (line.kind === 'host') active = reachable && matchesList(state.host, line.patterns);
    else if (line.kind === 'match') active = reachable && matchesCriteria(line.criteria, line.place, state);
    else if (line.kind === 'include') for (const included of line.files) apply(included, state, active);
    else if (line.kind === 'unknown') checkIgnored(line.keyword, line.place, state);
    else if (active) set(line.keyword, { words: line.words, place: line.place }, state);
  }
}

/** Also where nothing matches; the IgnoreUnknown that counts so far decides. Source: readconf.c, parse_token. */
function checkIgnored(keyword: string, place: Place, { values, problems }: State): void {
  const ignored = values.get('ignoreunknown')?.words[0]?.toLowerCase().split(',') ?? [];
  if (matchesList(keyword.toLowerCase(), ignored)) return;
  problems.push({
    ...place,
    what: `${quote(keyword)} is not a keyword of ssh_config(5).`,
    expected: 'Expected one that OpenSSH knows, or that IgnoreUnknown names.',
    ...didYouMean(keyword, KEYWORDS),
  });
}

function set(keyword: string, value: SshValue, state: State): void {
  if (keyword === 'identityfile') {
    const file = value.words.join(' ');
    if (!state.identityFiles.has(file)) state.identityFiles.set(file, value);
    return;
  }
  // Whichever of the two stands first counts (readconf.c: parse_jump), but `ProxyJump none` lets a command through.
  const jump = state.values.get('proxyjump')?.words[0]?.toLowerCase() ?? 'none';
  if (keyword === 'proxycommand' && jump !== 'none') return;
  if (keyword === 'proxyjump' && state.values.has('proxycommand')) return;
  if (!state.values.has(keyword)) state.values.set(keyword, value);
}

function matchesCriteria(criteria: readonly Criterion[], place: Place, state: State): boolean {
  const results = criteria.map((criterion) => {
    const result = matchesCriterion(criterion, state);
    return result === undefined ? undefined : result !== criterion.negated;
  });
  if (results.includes(false)) return false;
  const untried = criteria.find((_, index) => results[index] === undefined);
  if (untried === undefined) return true;
  state.warnings.add(
    `${formatPlace(place)}: "Match ${untried.name}" is ${untried.name === 'exec' ? 'never run' : 'not supported'}; the block is not applied.`,
  );
  return false;
}

/** Undefined: a criterion that is not evaluated here. */
function matchesCriterion({ name, value }: Criterion, state: State): boolean | undefined {
  const list = value.split(',');
  switch (name) {
    case 'all':
      return true;
    case 'canonical':
    case 'final':
      return state.final;
    case 'host':
      return matchesList(
        currentName(state).toLowerCase(),
        list.map((pattern) => pattern.toLowerCase()),
      );
    case 'originalhost':
      return matchesList(
        state.question.host.toLowerCase(),
        list.map((pattern) => pattern.toLowerCase()),
      );
    case 'user':
      return matchesList(state.question.user ?? state.values.get('user')?.words[0] ?? state.question.localUser, list);
    case 'localuser':
      return matchesList(state.question.localUser, list);
    default:
      return undefined;
  }
}

/** HostName so far, with its %h and %% expanded. */
function currentName(state: State): string {
  const template = state.values.get('hostname')?.words[0];
  return template === undefined
    ? state.host
    : template.replace(/%[h%]/g, (token) => (token === '%h' ? state.host : '%'));
}

function lowerName(name: string): string {
  return name.includes(':') && isAddress(name) ? name : name.toLowerCase();
}

function asksFinal(lines: readonly SshLine[]): boolean {
  return lines.some((line) => {
    if (line.kind === 'match') return line.criteria.some(({ name }) => name === 'final');
    return line.kind === 'include' && line.files.some(asksFinal);
  });
}
