import { cannotTell, type Unknown } from '../../model/fact.ts';
import type { SshContext } from '../../model/facts/ssh.ts';
import { type Directory, groupsOf } from '../accounts.ts';
import { byParts } from '../memo.ts';
import type { Config, Entry } from './config.ts';
import { criteriaText, describe, doorsOf, representatives, STRANGER, type Who } from './contexts.ts';
import { gatherDoubts } from './doubts.ts';
import { BUILT_IN, type Decided, type Decisions, globalDecisions, matchDecisions } from './evaluate.ts';
import type { Login } from './match.ts';
import { DEFAULTS, isLegacy, KEYWORDS, type Keyword, settingsOf, type Values } from './settings.ts';

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

/** What all log-ins come to, root's among them, and what could not be told. */
interface Contexts {
  readonly all: readonly SshContext[];
  readonly root: readonly SshContext[];
  readonly doubts: readonly Unknown[];
}

/** What the daemon and its files come to. Hosts that are set up alike have this in common. */
export const contextsFor = byParts(
  256,
  (
    effective: Values | null,
    config: Config,
    directory: Directory,
    overrides: readonly Entry[],
    ...asked: readonly (string | Values)[]
  ): Contexts => {
    const ground = groundOf(effective, config, directory, overrides, asked);
    const base = { ...STRANGER, lport: effective?.get('port')?.[0] ?? STRANGER.lport };
    const root = { ...base, ...userOf('root', directory) };
    const doubts = gatherDoubts();
    const told = (login: Login, nobody: 'anyone' | 'root'): SshContext[] => {
      const extra = effective === null ? [] : contradictions(ground, nobody);
      const own = doubts.attempt(
        () => contextsOf(ground, directory, login, nobody),
        () => [contextOf(ground, { login, differs: [] }, nobody)],
      );
      return [...own.filter(({ criteria }) => !extra.some((one) => one.criteria === criteria)), ...extra];
    };
    const others = directory.accounts.filter(({ uid, name }) => uid === 0 && name !== 'root');
    const namesakes = others.flatMap(({ name }) => namesake(ground, { ...base, ...userOf(name, directory) }, root));
    return { all: told(base, 'anyone'), root: [...told(root, 'root'), ...namesakes], doubts: doubts.list };
  },
);

/** Another account with the uid 0, for which sshd's rules about root hold as well; nothing where it is treated like root. */
function namesake(ground: Ground, login: Login, root: Login): SshContext[] {
  const [own, usual] = [login, root].map((one) => matchDecisions(ground.config, one, ground.legacy));
  if (own === undefined || usual === undefined || decided(own) === decided(usual)) return [];
  return [{ ...contextOf(ground, { login, differs: ['user'] }, '', own), who: `${login.user} (uid 0)` }];
}

/** `asked`: the specifications that `sshd -T -C` was asked for, each with its answer behind it. */
function groundOf(
  effective: Values | null,
  config: Config,
  directory: Directory,
  overrides: readonly Entry[],
  asked: readonly (string | Values)[],
): Ground {
  const legacy = effective !== null && isLegacy(effective);
  const answers = asked.flatMap((values, at): Answer[] => {
    const spec = asked[at - 1];
    if (typeof values === 'string' || typeof spec !== 'string') return [];
    const login = loginOf(spec, directory);
    return [{ spec, login, lines: decided(matchDecisions(config, login, legacy)), values }];
  });
  return {
    effective,
    config,
    overrides,
    legacy,
    overall: globalDecisions([...overrides, ...config.entries], legacy),
    special: matchDecisions(config, STRANGER, legacy),
    answers,
  };
}

/** The first context, and each further one that a Match block makes different. */
function contextsOf(ground: Ground, directory: Directory, base: Login, nobody: 'anyone' | 'root'): SshContext[] {
  const blocks = ground.config.blocks;
  const all = representatives(blocks, directory, base, nobody === 'root', doorsOf(ground.effective));
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

/** The daemon's answer for a log-in that is decided by the same lines as this one. */
function answerFor({ answers }: Ground, own: Decisions): Values | undefined {
  if (own.size === 0) return undefined;
  const lines = decided(own);
  return answers.find((answer) => answer.lines === lines)?.values;
}

/** Log-ins for which the daemon itself gives an answer that our reading of the files does not: its word counts. */
function contradictions(ground: Ground, nobody: 'anyone' | 'root'): SshContext[] {
  const overall = globalDecisions(ground.config.entries, ground.legacy);
  const silent: Ground = { ...ground, answers: [], overrides: [], overall };
  const base = nobody === 'root' ? { ...STRANGER, user: 'root' } : STRANGER;
  return ground.answers.flatMap(({ spec, login, values }) => {
    if (nobody === 'root' && login.user !== 'root') return [];
    const differs = (['user', 'addr', 'host', 'laddr', 'lport'] as const).filter((on) => login[on] !== base[on]);
    const who: Who = { login, differs };
    const settings = settingsOf(values);
    if (JSON.stringify(contextOf(silent, who, nobody).settings) === JSON.stringify(settings)) return [];
    const criteria = criteriaText(who);
    const origins = Object.fromEntries(KEYWORDS.map((keyword) => [keyword, `sshd, asked with "sshd -T -C ${spec}",`]));
    const named = criteria === '' ? {} : { criteria };
    return [{ ...named, who: describe(who, nobody), settings, origins }];
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
  return {
    ...STRANGER,
    ...userOf(fields.get('user') ?? STRANGER.user, directory),
    host: fields.get('host') ?? STRANGER.host,
    addr: fields.get('addr') ?? STRANGER.addr,
    laddr: fields.get('laddr') ?? STRANGER.laddr,
    lport: fields.get('lport') ?? STRANGER.lport,
  };
}

/** Somebody with all of his groups. Without a directory, root has at least his own. */
function userOf(user: string, directory: Directory): Pick<Login, 'user' | 'groups'> {
  const account = directory.accounts.find((one) => one.name === user);
  const unlisted = user === 'root' ? ['root'] : [];
  return { user, groups: account === undefined ? unlisted : groupsOf(directory, account) };
}
