import { cannotTell, type Fact, Ignorance, known, type Unknown, unknown } from '../../model/fact.ts';
import type { SshLogins } from '../../model/facts/ssh.ts';
import { type Account, type Directory, partOf, readDirectory } from '../accounts.ts';
import { byParts, fromJson, type Json, toJson } from '../memo.ts';
import type { Outputs } from '../outputs.ts';
import { type Config, configOf, type Entry } from './config.ts';
import { STRANGER, STRANGER_SPEC } from './contexts.ts';
import { type Daemon, readDaemon } from './daemon.ts';
import { type Doubts, gatherDoubts } from './doubts.ts';
import { disagreement } from './evaluate.ts';
import { hasDeceptiveNames } from './files.ts';
import { contextsFor } from './login-contexts.ts';
import { readEffective, type Values } from './settings.ts';

const NO_CONFIG: Config = { entries: [], blocks: [], files: [], unread: [] };
const NOBODY: Directory = { accounts: [], groups: [] };
const NONE: readonly Entry[] = [];

/** What sshd lets people do before they are in. Source of truth: `sshd -T`; our own reading adds Match and the lines. */
export function readLogins(outputs: Outputs): Fact<SshLogins> {
  const configError = configErrorOf(outputs);
  if (configError !== null) return known({ ...EMPTY, configError });
  const doubts = gatherDoubts();
  const { effective, config, directory } = readGround(outputs, doubts);
  const daemon = readDaemon(outputs, config.files);
  const answers = answersOf(outputs, effective);
  return known(loginsFrom(effective, config, directory, toJson(daemon), toJson(doubts.list), ...answers));
}

/**
 * Process ids, times and ports of clients are in what it is read from, but seldom in what it comes to. Daemon and doubts
 * come as JSON, so that equal ones count as the same.
 */
const loginsFrom = byParts(
  256,
  (
    effective: Values | null,
    config: Config,
    directory: Directory,
    daemonJson: Json<Daemon>,
    doubtsJson: Json<readonly Unknown[]>,
    ...answers: readonly (string | Values)[]
  ): SshLogins => {
    const daemon = fromJson(daemonJson);
    const overrides = daemon.overrides.length === 0 ? NONE : daemon.overrides;
    const contexts = contextsFor(effective, config, directory, overrides, ...answers);
    return {
      configError: null,
      contexts: daemon.elsewhere ? [] : contexts.all,
      rootContexts: daemon.elsewhere ? [] : contexts.root,
      otherServers: daemon.otherServers,
      matchBlocks: config.blocks.length,
      doubts: [...fromJson(doubtsJson), ...contexts.doubts, ...daemon.doubts],
    };
  },
);

function readGround(
  outputs: Outputs,
  doubts: Doubts,
): { readonly effective: Values | null; readonly config: Config; readonly directory: Directory } {
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
  if (effective !== null && config !== NO_CONFIG && config.unread.length === 0) {
    const { difference } = comparison(config, effective);
    const message = `fleetproof reads sshd's files differently from sshd: ${difference}.`;
    if (difference !== undefined) doubts.list.push(unknown('unparseable', message));
  }
  const directory = doubts.attempt(
    () => readDirectory(outputs),
    () => NOBODY,
  );
  return { effective, config, directory: peopleOf(config, directory) };
}

/** Accounts matter where Match blocks tell them from a stranger, and nowhere else. */
function peopleOf({ blocks }: Config, directory: Directory): Directory {
  const criteria = blocks.flatMap((block) => block.criteria);
  if (criteria.some(({ on }) => on === 'group')) return directory;
  const users = criteria.filter(({ on }) => on === 'user');
  const isNamed = ({ name }: Account): boolean =>
    users.some(({ holds }) => holds({ ...STRANGER, user: name }) !== holds(STRANGER));
  return users.length === 0 ? NOBODY : partOf(directory.accounts.filter(isNamed), []);
}

const comparison = byParts(256, (config: Config, effective: Values) => ({
  difference: disagreement(config, STRANGER, effective),
}));

const EMPTY: SshLogins = {
  configError: null,
  contexts: [],
  rootContexts: [],
  otherServers: [],
  matchBlocks: 0,
  doubts: [],
};

/**
 * sshd names file and line when it refuses a configuration, and also of options that it only passes over; other failures
 * are ours to be ignorant about.
 */
function configErrorOf(outputs: Outputs): string | null {
  const { state, exitCode, stderr } = outputs.get('sshd-effective');
  if (state !== 'ran' || exitCode === 0) return null;
  const lines = stderr
    .split('\n')
    .filter((line) => /^\S+:? line \d+: (?!Deprecated |Unsupported )|: terminating, \d+ bad configuration/.test(line));
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

/** The answers of `sshd -T -C SPEC` that came back whole, each behind its SPEC; a broken one leaves our own reading. */
function answersOf(outputs: Outputs, effective: Values | null): (string | Values)[] {
  const answers = effective === null ? [] : [STRANGER_SPEC, effective];
  for (const { state, exitCode, argv, stdout } of outputs.all('sshd-contexts')) {
    const spec = argv.at(-1);
    if (state === 'ran' && exitCode === 0 && spec !== undefined && /^passwordauthentication /m.test(stdout))
      answers.push(spec, readEffective(stdout));
  }
  return answers;
}
