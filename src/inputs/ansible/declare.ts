import { isAddress, isUser } from '../address.ts';
import { type DeclaredHost, defined } from '../declared.ts';
import { formatPlace, type InputProblem, quote } from '../error.ts';
import { canonicalSites, siteProblem } from '../sites.ts';
import { equivalentJump, readSshArguments } from '../ssh/arguments.ts';
import { flagOf } from '../ssh/flag.ts';
import { isKeyword, KEYWORDS } from '../ssh/keywords.ts';
import { didYouMean } from '../suggest.ts';
import { expandPath, type Folders } from '../text.ts';
import { splitWords } from '../words.ts';
import type { Variable, Variables } from './model.ts';

/** Connection plugins that reach a host over SSH. */
const SSH_CONNECTIONS = [
  'ssh',
  'smart',
  'paramiko',
  'paramiko_ssh',
  'ansible.builtin.ssh',
  'ansible.builtin.paramiko_ssh',
];
const PASSWORDS = ['ansible_password', 'ansible_ssh_pass', 'ansible_ssh_password', 'ansible_become_password'];
/** Before and after the options that Ansible makes of its own variables. */
const FIRST_ARGUMENTS = ['ansible_ssh_args'];
const LAST_ARGUMENTS = ['ansible_ssh_common_args', 'ansible_ssh_extra_args'];

/** What is expected where the value of an option that counts cannot be used. */
const UNUSABLE: Readonly<Record<string, string>> = {
  identitiesonly: 'yes or no',
  port: 'a port number from 1 to 65535',
  user: 'a user name',
};

/** ssh_config keywords that change how a connection feels, not whom it reaches or whom it trusts. */
const HARMLESS =
  /^(addkeystoagent|batchmode|ciphers|compression|connecttimeout|connectionattempts|control(master|path|persist)|forwardagent|forwardx11|gssapi.*|hashknownhosts|hostkeyalgorithms|ipqos|kexalgorithms|kbdinteractiveauthentication|loglevel|macs|passwordauthentication|preferredauthentications|pubkey.*|requesttty|sendenv|serveralive.*|tcpkeepalive|-[ceEmO])$/;

/** One host while its variables are read. */
interface Reading {
  readonly name: string;
  readonly vars: ReadonlyMap<string, Variable>;
  readonly problems: InputProblem[];
  readonly warnings: string[];
}

/** What the combined variables of a host say about reaching it. Trouble with them is in the host's `problems`. */
export function declareAnsibleHost(
  host: Pick<DeclaredHost, 'name' | 'groups' | 'place'>,
  vars: Variables,
  folders: Folders,
): { readonly host: DeclaredHost; readonly warnings: readonly string[] } {
  const reading: Reading = { name: host.name, vars, problems: [], warnings: [] };
  refuseOtherConnections(reading);
  const password = PASSWORDS.find((name) => vars.has(name));
  if (password !== undefined) reading.warnings.push(`${password} is not used: passwords are not supported.`);
  const key = textOf(
    ['ansible_ssh_private_key_file', 'ansible_private_key_file'],
    reading,
    (file) => file !== '',
    'a file',
  );
  const port = textOf(['ansible_ssh_port', 'ansible_port'], reading, isPort, 'a port number from 1 to 65535');
  const own = defined({
    user: textOf(['ansible_ssh_user', 'ansible_user'], reading, isUser, 'a user name'),
    port: port === undefined ? undefined : Number(port),
  });
  const first = argumentsOf(FIRST_ARGUMENTS, reading, folders);
  const last = argumentsOf(LAST_ARGUMENTS, reading, folders);
  const identities = [
    ...(first.identities ?? []),
    ...(key === undefined ? [] : [expandPath(key, folders)]),
    ...(last.identities ?? []),
  ];
  const given = defined({
    address: textOf(['ansible_ssh_host', 'ansible_host'], reading, isAddress, 'a host name or an IP address'),
    identities: identities.length === 0 ? undefined : identities,
    provider: textOf(['fleetproof_provider'], reading, (word) => word !== '', 'a name'),
  });
  const declared: DeclaredHost = {
    ...host,
    params: {},
    tags: listOf('fleetproof_tags', reading, (word) => word !== '', 'a list of words'),
    sites: sitesOf(reading),
    problems: reading.problems,
    // The first value counts for ssh.
    ...last,
    ...own,
    ...first,
    ...given,
  };
  return { host: declared, warnings: reading.warnings };
}

function refuseOtherConnections(reading: Reading): void {
  const variable = reading.vars.get('ansible_connection');
  const connection = textOf(['ansible_connection'], reading, () => true, 'ssh');
  if (variable === undefined || connection === undefined || SSH_CONNECTIONS.includes(connection)) return;
  reading.problems.push({
    ...variable.place,
    what: `${reading.name} has the connection ${quote(connection)}; hosts are reached over SSH only.`,
    suggestion: `Leave it out with --limit '!${reading.name}'.`,
  });
}

type Settings = Partial<
  Pick<
    DeclaredHost,
    | 'user'
    | 'port'
    | 'identities'
    | 'identitiesOnly'
    | 'jump'
    | 'hostKeyAlias'
    | 'knownHostsFiles'
    | 'revokedHostKeysFile'
  >
>;
type MutableSettings = { -readonly [K in keyof Settings]: Settings[K] };

/** The options of ssh(1) in the variables that hold some; the first value of each counts, as on a command line. */
function argumentsOf(names: readonly string[], reading: Reading, folders: Folders): Settings {
  const settings: MutableSettings = {};
  for (const name of names) {
    const text = textOf([name], reading, () => true, 'options of ssh');
    const place = reading.vars.get(name)?.place;
    if (text === undefined || place === undefined) continue;
    const refuse = (what: string, suggestion?: string) =>
      reading.problems.push({ ...place, what: `${name} of ${reading.name} ${what}`, ...defined({ suggestion }) });
    const words = splitWords(text);
    if (words === undefined) refuse('has a quote that is not closed.');
    for (const { keyword, value } of readSshArguments(words ?? []).options) {
      if (applyOption(keyword, value, settings, folders) || HARMLESS.test(keyword)) continue;
      if (keyword === 'proxycommand') {
        const jump = equivalentJump(splitWords(value) ?? []);
        refuse('has a ProxyCommand, which is not supported.', `Use "-J ${jump ?? 'HOST'}" instead.`);
      } else if (keyword === 'configfile') {
        refuse(`names the ssh_config file ${quote(value)}.`, 'Give it with --ssh-config instead.');
      } else if (keyword === 'stricthostkeychecking') {
        if (flagOf(value) !== true && !/^ask$/i.test(value))
          reading.warnings.push(
            `${formatPlace(place)}: StrictHostKeyChecking=${value} is not followed: host keys are always checked.`,
          );
      } else if (UNUSABLE[keyword] !== undefined) {
        refuse(`has ${quote(value)} as its ${keyword}.`, `Expected ${UNUSABLE[keyword]}.`);
      } else if (keyword === 'incomplete') {
        refuse(`ends in ${quote(value)}, which needs a value.`);
      } else if (!keyword.startsWith('-') && !isKeyword(keyword)) {
        refuse(`has the option ${quote(keyword)}, which ssh does not know.`, didYouMean(keyword, KEYWORDS).suggestion);
      } else {
        reading.warnings.push(
          `${formatPlace(place)}: ${keyword} in ${name} of ${reading.name} is not supported and not applied.`,
        );
      }
    }
  }
  return settings;
}

function applyOption(keyword: string, value: string, settings: MutableSettings, folders: Folders): boolean {
  switch (keyword) {
    case 'proxyjump':
      settings.jump ??= value.toLowerCase() === 'none' ? [] : value.split(',').map((hop) => hop.trim());
      return true;
    case 'identityfile':
      settings.identities = [...(settings.identities ?? []), expandPath(value, folders)];
      return true;
    case 'identitiesonly': {
      const only = flagOf(value);
      if (only !== undefined) settings.identitiesOnly ??= only;
      return only !== undefined;
    }
    case 'hostkeyalias':
      settings.hostKeyAlias ??= value.toLowerCase();
      return true;
    case 'userknownhostsfile':
      settings.knownHostsFiles ??= value.split(/\s+/).map((file) => expandPath(file, folders));
      return true;
    case 'revokedhostkeys':
      if (value.toLowerCase() !== 'none') settings.revokedHostKeysFile ??= expandPath(value, folders);
      return true;
    case 'user':
      if (isUser(value)) settings.user ??= value;
      return isUser(value);
    case 'port':
      if (isPort(value)) settings.port ??= Number(value);
      return isPort(value);
    default:
      return false;
  }
}

/** The text of the first of these variables that is set; problems where it cannot be known or cannot be right. */
function textOf(
  names: readonly string[],
  reading: Reading,
  check: (text: string) => boolean,
  expected: string,
): string | undefined {
  const name = names.find((candidate) => reading.vars.has(candidate));
  const variable = name === undefined ? undefined : reading.vars.get(name);
  if (name === undefined || variable === undefined || variable.value === null || variable.value === '')
    return undefined;
  const refuse = (what: string, wanted: string, suggestion?: string) => {
    reading.problems.push({
      ...variable.place,
      what: `${name} of ${reading.name} ${what}.`,
      expected: `Expected ${wanted}.`,
      ...defined({ suggestion }),
    });
    return undefined;
  };
  refuseDispute(name, variable, reading);
  if (variable.vaulted)
    return refuse('is encrypted with Ansible Vault, which is not read here', `${expected} in clear`);
  if (typeof variable.value === 'object') return refuse('is not a single value', expected);
  const text = String(variable.value)
    .replace(/\{\{\s*inventory_hostname\s*\}\}/g, reading.name)
    .replace(/\{\{\s*inventory_hostname_short\s*\}\}/g, reading.name.replace(/\..*/s, ''))
    .trim();
  // Only the template: the options of ssh around it may hold the password of a proxy.
  const template = /\{\{.*?\}\}|\{[{%]/s.exec(text)?.[0];
  if (template !== undefined)
    return refuse(`holds the template ${quote(template)}, which is not evaluated here`, `${expected} as plain text`);
  if (check(text)) return text;
  const login = name.endsWith('_host') && text.includes('@') ? 'Give the user as ansible_user.' : undefined;
  return refuse(`is ${quote(text.replace(/:[^:]*@/, ':[redacted]@'))}`, expected, login);
}

function refuseDispute(name: string, { place, disputed }: Variable, reading: Reading): void {
  if (disputed === undefined) return;
  const groups = `${quote(disputed.rival)} and ${quote(disputed.group)}`;
  reading.problems.push({
    ...place,
    what: `The groups ${groups} of ${reading.name} disagree about ${name}.`,
    expected: 'Expected one value, or one of the host itself.',
    suggestion: 'ansible_group_priority lets one of the groups win.',
  });
}

/** A YAML list, or words separated by commas (the only form INI has). */
function sitesOf(reading: Reading): string[] {
  const words = listOf('fleetproof_sites', reading, () => true, 'a list of URLs');
  const place = reading.vars.get('fleetproof_sites')?.place;
  const problems = words.flatMap((word) => siteProblem(word) ?? []);
  if (place !== undefined) reading.problems.push(...problems.map((wrong) => ({ ...place, ...wrong })));
  return canonicalSites(words);
}

function listOf(name: string, reading: Reading, check: (word: string) => boolean, expected: string): string[] {
  const variable = reading.vars.get(name);
  if (variable === undefined) return [];
  refuseDispute(name, variable, reading);
  const { value, place } = variable;
  const words = (Array.isArray(value) ? value.map(String) : String(value).split(',')).map((word) => word.trim());
  if (words.every(check)) return words;
  reading.problems.push({
    ...place,
    what: `${name} of ${reading.name} is ${quote(value)}.`,
    expected: `Expected ${expected}.`,
  });
  return [];
}

function isPort(text: string): boolean {
  return /^[1-9][0-9]{0,4}$/.test(text) && Number(text) <= 65_535;
}
