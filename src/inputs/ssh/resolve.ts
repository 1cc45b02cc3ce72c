import path from 'node:path';
import { isAddress, isUser } from '../address.ts';
import { formatPlace, InputError, quote } from '../error.ts';
import { expandPath, type Folders } from '../text.ts';
import { equivalentJump } from './arguments.ts';
import { evaluateSsh, type SshAnswer, type SshValue } from './evaluate.ts';
import { flagOf } from './flag.ts';
import { parseSshConfig, type SshConfigFile, type SshLine } from './parse.ts';

/** Everything that `ssh NAME` would know from its configuration files. */
export interface SshConfig {
  readonly files: readonly (readonly SshLine[])[];
  readonly folders: Folders;
  /** Who runs the scan. */
  readonly localUser: string;
}

export interface SshSettings {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Absolute; empty: the client's defaults. */
  readonly identities: readonly string[];
  readonly identitiesOnly: boolean;
  /** First hop first; empty: a direct connection. */
  readonly jump: readonly string[];
  /** Set when a ProxyCommand stands in the way; says what to write instead. */
  readonly refusal?: InputError;
  readonly hostKeyAlias?: string;
  /** Absolute; empty: the client's defaults. */
  readonly knownHostsFiles: readonly string[];
  /** Absolute. */
  readonly revokedHostKeysFile?: string;
  readonly warnings: readonly string[];
}

export interface SshGiven {
  readonly user?: string;
  readonly port?: number;
  /** Below the configuration files. */
  readonly defaultUser?: string;
}

/** ssh_config(5): what these keywords say is not followed, so it is said. */
const NOT_APPLIED: Readonly<Record<string, RegExp>> = {
  addressfamily: /^(?!any$)/i,
  bindaddress: /./,
  bindinterface: /./,
  canonicalizehostname: /^(?!(no|false)$)/i,
  certificatefile: /./,
  checkhostip: /^(yes|true)$/i,
  hostkeyalgorithms: /./,
  identityagent: /^(?!SSH_AUTH_SOCK$)/,
  knownhostscommand: /^(?!none$)/i,
  pkcs11provider: /^(?!none$)/i,
};

export function loadSshConfig(files: readonly SshConfigFile[], folders: Folders, localUser: string): SshConfig {
  return { files: files.map((file) => parseSshConfig(file, folders)), folders, localUser };
}

/** True when a Host line names exactly this host, without wildcards. */
export function isNamedInSshConfig({ files }: SshConfig, name: string): boolean {
  const names = (lines: readonly SshLine[]): boolean =>
    lines.some((line) => {
      if (line.kind === 'host') return line.patterns.includes(name);
      return line.kind === 'include' && line.files.some(names);
    });
  return files.some(names);
}

/** Resolves one destination. Throws `InputError` at the line whose value cannot be used. */
export function resolveSsh(config: SshConfig, host: string, given: SshGiven): SshSettings {
  const { folders, localUser } = config;
  const answer = evaluateSsh(config.files, {
    host,
    localUser,
    ...(given.user === undefined ? {} : { user: given.user }),
  });
  const user = given.user ?? checkedWord(answer, 'user', isUser, 'a user name') ?? given.defaultUser ?? localUser;
  const port = given.port ?? Number(checkedWord(answer, 'port', isPortNumber, 'a port number from 1 to 65535') ?? 22);
  if (!isAddress(answer.hostName)) {
    checkedWord(answer, 'hostname', () => false, 'a host name, in which only %h and %% stand for something');
  }
  // As ssh does; hashed entries of known_hosts tell upper case from lower case.
  const alias = answer.values.get('hostkeyalias')?.words[0]?.toLowerCase();
  const tokens: Tokens = {
    '%%': '%',
    '%d': folders.home,
    '%h': answer.hostName,
    '%k': alias ?? host,
    '%n': host,
    '%p': String(port),
    '%r': user,
    '%u': localUser,
  };
  const only = checkedWord(answer, 'identitiesonly', (word) => flagOf(word) !== undefined, 'yes or no');
  const proxy = proxyOf(answer, tokens);
  const [revoked] = filesNamed(answer.values.get('revokedhostkeys'), tokens, folders) ?? [];
  return {
    address: answer.hostName,
    port,
    user,
    identities: answer.identityFiles.flatMap((value) => filesOf(value, [value.words.join(' ')], tokens, folders)),
    identitiesOnly: flagOf(only ?? 'no') === true,
    ...proxy,
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    knownHostsFiles: knownHostsOf(answer, tokens, folders),
    ...(revoked === undefined ? {} : { revokedHostKeysFile: revoked }),
    warnings: [...answer.warnings, ...notApplied(answer)],
  };
}

type Tokens = Readonly<Record<string, string>>;

function proxyOf(answer: SshAnswer, tokens: Tokens): Pick<SshSettings, 'jump' | 'refusal'> {
  const command = answer.values.get('proxycommand');
  if (command !== undefined && command.words.join(' ').toLowerCase() !== 'none') {
    return { jump: [], refusal: proxyCommandRefusal(command) };
  }
  const jump = answer.values.get('proxyjump');
  const hops = jump === undefined ? 'none' : expand(jump, jump.words.join(' '), tokens);
  return { jump: hops.toLowerCase() === 'none' ? [] : hops.split(',').map((hop) => hop.trim()) };
}

function proxyCommandRefusal({ words, place }: SshValue): InputError {
  const jump = equivalentJump(words);
  return new InputError('data', [
    {
      ...place,
      what: 'ProxyCommand is not supported, because no local commands are run.',
      suggestion: jump === undefined ? 'Use ProxyJump instead.' : `Write "ProxyJump ${jump}" instead.`,
    },
  ]);
}

/** When one of the two lists is set, the other keeps the default of ssh(1). */
function knownHostsOf(answer: SshAnswer, tokens: Tokens, folders: Folders): readonly string[] {
  const user = answer.values.get('userknownhostsfile');
  const system = answer.values.get('globalknownhostsfile');
  if (user === undefined && system === undefined) return [];
  const files = [
    ...(filesNamed(user, tokens, folders) ??
      ['known_hosts', 'known_hosts2'].map((name) => path.join(folders.home, '.ssh', name))),
    ...(filesNamed(system, tokens, folders) ?? ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']),
  ];
  // An empty list would mean the defaults; `none` twice means that no host key is known.
  return files.length === 0 ? ['/dev/null'] : files;
}

function filesNamed(value: SshValue | undefined, tokens: Tokens, folders: Folders): string[] | undefined {
  return value === undefined ? undefined : filesOf(value, value.words, tokens, folders);
}

function filesOf(value: SshValue, words: readonly string[], tokens: Tokens, folders: Folders): string[] {
  return words
    .filter((word) => word.toLowerCase() !== 'none')
    .map((word) => {
      if (/^~[^/]/.test(word)) throw unusable(value, `${quote(word)} names the home of another user.`);
      if (word.includes('${')) throw unusable(value, `${quote(word)} refers to an environment variable.`);
      return expandPath(expand(value, word, tokens), folders);
    });
}

function expand(value: SshValue, text: string, tokens: Tokens): string {
  return text.replace(/%.?/g, (token) => {
    const replacement = tokens[token];
    if (replacement === undefined)
      throw unusable(value, `${quote(text)} holds ${quote(token)}, which is not supported.`);
    return replacement;
  });
}

function checkedWord(
  answer: SshAnswer,
  keyword: string,
  check: (word: string) => boolean,
  expected: string,
): string | undefined {
  const value = answer.values.get(keyword);
  const word = value?.words[0];
  if (value === undefined || word === undefined || check(word)) return word;
  throw new InputError('data', [
    { ...value.place, what: `${quote(word)} cannot be used.`, expected: `Expected ${expected}.` },
  ]);
}

function isPortNumber(word: string): boolean {
  return /^[0-9]{1,5}$/.test(word) && Number(word) >= 1 && Number(word) <= 65_535;
}

function unusable({ place }: SshValue, what: string): InputError {
  return new InputError('data', [{ ...place, what, expected: 'Expected a plain path, or one with ~ or %d.' }]);
}

function notApplied(answer: SshAnswer): string[] {
  const warnings: string[] = [];
  for (const [keyword, value] of answer.values) {
    const word = value.words[0] ?? '';
    if (NOT_APPLIED[keyword]?.test(word) === true) {
      warnings.push(`${formatPlace(value.place)}: ${quote(`${keyword} ${word}`)} is not supported and not applied.`);
    }
    if (keyword === 'stricthostkeychecking' && flagOf(word) !== true && !/^ask$/i.test(word)) {
      warnings.push(
        `${formatPlace(value.place)}: StrictHostKeyChecking ${word} is not followed: host keys are always checked.`,
      );
    }
  }
  if (answer.identityFiles.some(({ words }) => words[0]?.toLowerCase() === 'none')) {
    warnings.push('IdentityFile none is not followed: the default keys may be offered.');
  }
  return warnings;
}
