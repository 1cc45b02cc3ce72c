import { cannotTell, type Fact, Ignorance, known, unknown } from '../../model/fact.ts';
import type { SshContext, SshLogins } from '../../model/facts/ssh.ts';
import { type Directory, groupsOf, readDirectory } from '../accounts.ts';
import type { Outputs } from '../outputs.ts';
import { type Config, configOf, type Entry } from './config.ts';
import { criteriaText, describe, representatives, STRANGER, STRANGER_SPEC, type Who } from './contexts.ts';
import { readDaemon } from './daemon.ts';
import { type Doubts, gatherDoubts } from './doubts.ts';
import { BUILT_IN, type Decided, type Decisions, disagreement, globalDecisions, matchDecisions } from './evaluate.ts';
import { hasDeceptiveNames } from './files.ts';
import type { Login } from './match.ts';
import { DEFAULTS, isLegacy, KEYWORDS, type Keyword, readEffective, settingsOf, type Values } from './settings.ts';

const NO_CONFIG: Config = { entries: [], blocks: [], unread: [] };

/** Everything a context is computed from. */
interface Ground {
  /** What `sshd -T` says; null when it could not be asked. */
  readonly effective: Values | null;
  readonly config: Config;
  /** Where options of the command line override the files. */
  readonly overrides: readonly Entry[];
  readonly legacy: boolean;
  /** What holds for everybody: command line, then the global section. */
  readonly overall: Decisions;
  /** What Match blocks say of the stranger. */
  readonly special: Decisions;
  readonly answers: readonly Answer[];
}

/** The daemon's own answer for one log-in, and the lines that our reading finds to decide it. */
interface Answer {
  readonly spec: string;
  readonly login: Login;
  readonly lines: string;
  readonly values: Values;
}

/** What sshd lets people do before they are in. Source of truth: `sshd -T`; our own reading adds Match and the lines. */
export function readLogins(outputs: Outputs): Fact<SshLogins> {
  const configError = configErrorOf(outputs);
  if (configError !== null) return known({ ...EMPTY, configError });
  const daemon = readDaemon(outputs);
  const doubts = gatherDoubts();
  const { ground, directory } = readGround(outputs, daemon.overrides, doubts);
  const base = { ...STRANGER, lport: ground.effective?.get('port')?.[0] ?? STRANGER.lport };
  const root = { ...base, user: 'root', groups: ['root'] };
  const extra = ground.effective === null ? [] : contradictions(ground);
  const contexts = doubts.attempt(
    () => contextsOf(ground, directory, base, 'anyone'),
    () => [contextOf(ground, { login: base, differs: [] }, 'anyone')],
  );
  return known({
    configError: null,
    contexts: [...contexts.filter(({ criteria }) => !extra.some((one) => one.criteria === criteria)), ...extra],
    rootContexts: doubts.attempt(
      () => contextsOf(ground, directory, root, 'root'),
      () => [contextOf(ground, { login: root, differs: [] }, 'root')],
    ),
    otherServers: daemon.otherServers,
    matchBlocks: ground.config.blocks.length,
    doubts: [...doubts.list, ...daemon.doubts],
  });
}

function readGround(
  outputs: Outputs,
  overrides: readonly Entry[],
  doubts: Doubts,
): { readonly ground: Ground; readonly directory: Directory } {
  const effective = doubts.attempt(
    () => effectiveOf(outputs),
    () => null,
  );
  const config = doubts.attempt(
    () => wholeConfig(outputs),
    () => NO_CONFIG,
  );
  doubts.list.push(...config.unread.map((because) => unknown('unreadable', because)));
  // Without the daemon's word the files may convict, but only when all of them were read.
  const [first] = doubts.list;
  if (effective === null && doubts.list.length > 1 && first !== undefined) throw new Ignorance(first);
  const legacy = effective !== null && isLegacy(effective);
  if (effective !== null && config !== NO_CONFIG && config.unread.length === 0) {
    const difference = disagreement(config, STRANGER, effective);
    const message = `fleetproof reads sshd's files differently from sshd: ${difference}.`;
    if (difference !== undefined) doubts.list.push(unknown('unparseable', message));
  }
  const directory = doubts.attempt(
    () => readDirectory(outputs),
    () => ({ accounts: [], groups: [] }),
  );
  const overall = globalDecisions([...overrides, ...config.entries], legacy);
  const special = matchDecisions(config, STRANGER, legacy);
  const answers = answersOf(outputs, effective).map(([spec, values]): Answer => {
    const login = loginOf(spec, directory);
    return { spec, login, lines: decided(matchDecisions(config, login, legacy)), values };
  });
  return { ground: { effective, config, overrides, legacy, overall, special, answers }, directory };
}

const EMPTY: SshLogins = {
  configError: null,
  contexts: [],
  rootContexts: [],
  otherServers: [],
  matchBlocks: 0,
  doubts: [],
};

/** sshd names file and line when it refuses a configuration; other failures are ours to be ignorant about. */
function configErrorOf(outputs: Outputs): string | null {
  const { state, exitCode, stderr } = outputs.get('sshd-effective');
  if (state !== 'ran' || exitCode === 0) return null;
  const lines = stderr
    .split('\n')
    .filter((line) => /^\S+:? line \d+: |: terminating, \d+ bad configuration/.test(line));
  const [line] = lines;
  return line === undefined ? null : line.trim().replace(/\.$/, '');
}

function effectiveOf(outputs: Outputs): Values {
  const output = outputs.get('sshd-effective');
  if (output.state === 'missing')
    cannotTell(
      'tool-missing',
      "OpenSSH's sshd is not on this host, so another SSH server answers, which fleetproof cannot question.",
    );
  return readEffective(outputs.ran('sshd-effective'));
}

function wholeConfig(outputs: Outputs): Config {
  const names = outputs
    .get('sshd-files')
    .stdout.split('\n')
    .map((line) => line.replace(/^[^:]*:/, ''));
  if (hasDeceptiveNames(names))
    cannotTell(
      'unparseable',
      'A file in /etc/ssh/sshd_config.d has a colon in its name, so its lines cannot be told apart.',
    );
  return configOf(outputs);
}

/** The first context, and each further one that a Match block makes different. */
function contextsOf(ground: Ground, directory: Directory, base: Login, nobody: 'anyone' | 'root'): SshContext[] {
  const blocks = ground.config.blocks;
  const all = representatives(blocks, directory, base, nobody === 'root');
  if (all === undefined)
    cannotTell(
      'unparseable',
      `The ${blocks.length} Match blocks of sshd combine in more ways than fleetproof evaluates.`,
    );
  const kept: { who: Who; key: string; values: string; context: SshContext }[] = [];
  for (const who of all) {
    const own = matchDecisions(ground.config, who.login, ground.legacy);
    const key = decided(own);
    const context = contextOf(ground, who, nobody, own);
    const values = JSON.stringify(context.settings);
    const inside = kept.filter((one) => one.who.differs.every((on) => same(one.who.login, who.login, on)));
    const isNew =
      who.differs.length < 2 ? !kept.some((one) => one.key === key) : !inside.some((one) => one.values === values);
    if (kept.length === 0 || isNew) kept.push({ who, key, values, context });
  }
  return kept.map(({ context }) => context);
}

function same(a: Login, b: Login, on: string): boolean {
  return String(a[on as keyof Login]) === String(b[on as keyof Login]);
}

function contextOf(
  ground: Ground,
  who: Who,
  nobody: string,
  own = matchDecisions(ground.config, who.login, ground.legacy),
): SshContext {
  const answer = answerFor(ground, own);
  const decisions = KEYWORDS.map((keyword) => [keyword, decide(keyword, ground, own.get(keyword), answer)] as const);
  const criteria = criteriaText(who);
  return {
    ...(criteria === '' ? {} : { criteria }),
    who: describe(who, nobody),
    settings: settingsOf(new Map(decisions.map(([keyword, { value }]) => [keyword, [value]]))),
    origins: Object.fromEntries(decisions.map(([keyword, { origin }]) => [keyword, origin])),
  };
}

/** Match blocks win over the command line, the command line over the global section. */
function decide(keyword: Keyword, ground: Ground, match: Decided | undefined, answer: Values | undefined): Decided {
  const { effective, overall, overrides, special } = ground;
  const wide = overall.get(keyword) ?? { value: DEFAULTS[keyword], origin: BUILT_IN };
  // sshd -T knows nothing of the command line that the daemon was started with.
  if (match === undefined && overrides.some(({ origin }) => origin === wide.origin)) return wide;
  const { value, origin } = match ?? wide;
  if (answer !== undefined) return { value: answer.get(keyword)?.join(' ') ?? value, origin };
  // What sshd says of the stranger is the general rule, but for what a Match block says of the stranger.
  if (match !== undefined || special.has(keyword)) return { value, origin };
  return { value: effective?.get(keyword)?.join(' ') ?? value, origin };
}

/** The answers of `sshd -T -C SPEC` that came back whole; a refused or broken one leaves our own reading. */
function answersOf(outputs: Outputs, effective: Values | null): [string, Values][] {
  const answers: [string, Values][] = effective === null ? [] : [[STRANGER_SPEC, effective]];
  for (const { state, exitCode, argv, stdout } of outputs.all('sshd-contexts')) {
    const spec = argv.at(-1);
    if (state === 'ran' && exitCode === 0 && spec !== undefined && /^passwordauthentication /m.test(stdout))
      answers.push([spec, readEffective(stdout)]);
  }
  return answers;
}

/** The daemon's answer for a log-in that is decided by the same lines as this one. */
function answerFor({ answers }: Ground, own: Decisions): Values | undefined {
  if (own.size === 0) return undefined;
  const lines = decided(own);
  return answers.find((answer) => answer.lines === lines)?.values;
}

/** Log-ins for which the daemon itself gives an answer that our reading of the files does not: its word counts. */
function contradictions(ground: Ground): SshContext[] {
  const overall = globalDecisions(ground.config.entries, ground.legacy);
  const silent: Ground = { ...ground, answers: [], overrides: [], overall };
  return ground.answers.flatMap(({ spec, login, values }) => {
    const differs = (['user', 'addr', 'host', 'laddr', 'lport'] as const).filter((on) => login[on] !== STRANGER[on]);
    const who: Who = { login, differs };
    const settings = settingsOf(values);
    if (JSON.stringify(contextOf(silent, who, 'anyone').settings) === JSON.stringify(settings)) return [];
    const criteria = criteriaText(who);
    const origins = Object.fromEntries(KEYWORDS.map((keyword) => [keyword, `sshd, asked with "sshd -T -C ${spec}",`]));
    const named = criteria === '' ? {} : { criteria };
    return [{ ...named, who: describe(who, 'anyone'), settings, origins }];
  });
}

function decided(decisions: Decisions): string {
  return [...decisions].map(([keyword, { origin }]) => `${keyword} ${origin}`).join();
}

/** `user=deploy,host=stranger.invalid,addr=10.0.0.0,laddr=…,lport=…` */
function loginOf(spec: string, directory: Directory): Login {
  const fields = new Map(
    spec.split(',').map((field) => [field.split('=')[0] ?? '', field.slice(field.indexOf('=') + 1)]),
  );
  const user = fields.get('user') ?? STRANGER.user;
  const account = directory.accounts.find((one) => one.name === user);
  return {
    ...STRANGER,
    user,
    groups: account === undefined ? [] : groupsOf(directory, account),
    host: fields.get('host') ?? STRANGER.host,
    addr: fields.get('addr') ?? STRANGER.addr,
    laddr: fields.get('laddr') ?? STRANGER.laddr,
    lport: fields.get('lport') ?? STRANGER.lport,
  };
}
