import type { Output, Probe, Word } from '../model/probe.ts';

/** Tools that live in sbin; all others live in bin. Both the merged and the older layout of /usr are granted. */
const SBIN = new Set([
  'ip6tables-legacy-save',
  'ip6tables-save',
  'iptables-legacy-save',
  'iptables-save',
  'nft',
  'sshd',
  'ufw',
]);

/** Seconds after which sudo itself ends a command that we may not kill (a root process of ours that hangs). */
const COMMAND_TIMEOUT = 30;
const SECURE_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

/** What the collector lets into an argument that comes from the host, as a set of fnmatch(3) in sudoers. */
const SAFE = 'A-Za-z0-9_./\\:@\\=\\,+-';

/**
 * Why the two kinds of wildcards allow nothing else. sudo compares all arguments as one text, joined by blanks, and a
 * `*` stands for anything. So the rules behind the first one take back whatever is not meant: the last match counts.
 */
const WILDCARDS = {
  paths: {
    note: 'Behind "--" only words that begin with "/" and have no sign but letters, digits and _./:@=,+-: no option, nothing that extends one.',
    allow: '/*',
    deny: [`*[!\\ ${SAFE}]*`, '*\\ [!/]*'],
  },
  word: {
    note: 'One word of letters, digits and _./:@=,+- takes the place of *: no blank, so no further option.',
    allow: '[A-Za-z]*',
    deny: [`*[!${SAFE}]*`],
  },
} as const;

export interface Grant {
  readonly alias: string;
  readonly purpose: string;
  /** Why its wildcards are safe, where it has any. */
  readonly note?: string;
  /** As written in sudoers, for every place a tool may be in; `!` takes back what an earlier one allows. */
  readonly commands: readonly string[];
}

/** What sudo must allow for these probes; nothing else. */
export function grantsOf(probes: readonly Probe[]): Grant[] {
  const grants = probes.flatMap((probe): readonly Grant[] => {
    const own = probe.as === 'root' ? grantedCommands(probe, placesOf(probe.argv[0])) : [];
    const listing = (probe.alsoPrivileged ?? []).flatMap((argv) =>
      spell(placesOf(argv[0]), argumentsOf(argv.slice(1))),
    );
    const note =
      probe.as === 'root' && probe.each?.grant !== undefined ? { note: WILDCARDS[probe.each.grant].note } : {};
    return [{ alias: aliasOf(probe.id), purpose: probe.purpose, ...note, commands: [...own, ...listing] }];
  });
  const seen = new Set<string>();
  return grants.flatMap((grant) => {
    const commands = grant.commands.filter((command) => !seen.has(command));
    for (const command of commands) seen.add(command);
    return commands.length === 0 ? [] : [{ ...grant, commands }];
  });
}

/** A sudoers file that grants exactly the privileged commands of these probes. `visudo -c` accepts it. */
export function sudoersFile(probes: readonly Probe[], users: readonly string[], digest: string): string {
  const grants = grantsOf(probes);
  const head = [
    '# Least-privilege sudo rules for fleetproof: read-only commands with fixed arguments.',
    `# Command set: ${digest}`,
    '# Install: visudo -cf FILE && install -o root -g root -m 0440 FILE /etc/sudoers.d/fleetproof',
    '',
  ];
  const aliases = grants.flatMap(({ alias, purpose, note, commands }) => [
    `# ${purpose}`,
    ...(note === undefined ? [] : [`# ${note}`]),
    `Cmnd_Alias ${alias} = ${commands.join(', \\\n    ')}`,
    '',
  ]);
  const names = grants.map(({ alias }) => alias);
  const all = `Cmnd_Alias FLEETPROOF = ${names.join(', \\\n    ')}`;
  const odd = users.find((user) => !/^[A-Za-z0-9_.][A-Za-z0-9_.@\\$+-]*$/.test(user));
  if (odd !== undefined) throw new Error(`${JSON.stringify(odd)} is no user name.`);
  const rules = users.map((user) => `${userName(user)} ALL=(root) NOPASSWD: NOSETENV: FLEETPROOF`);
  // Nothing that the host keeps of the account's environment (PYTHONPATH, a PATH of its own) may reach a command of root.
  const defaults = `Defaults!FLEETPROOF env_reset, !env_keep, secure_path="${SECURE_PATH}", !requiretty, !use_pty, command_timeout=${COMMAND_TIMEOUT}`;
  // For "sudo -l", which is no command: without it the collector does not learn what is granted.
  const listing = users.map((user) => `Defaults:${userName(user)} !requiretty`);
  return [...head, ...aliases, all, defaults, ...listing, ...rules, ''].join('\n');
}

/** The one rule that is missing when sudo refused this command, with the tool where this host has it. */
export function sudoersLine(probe: Probe | undefined, { argv }: Pick<Output, 'argv'>, user: string): string {
  const found = probe === undefined ? undefined : argv.find((word) => word.endsWith(`/${probe.argv[0]}`));
  const commands =
    probe === undefined ? [] : grantedCommands(probe, found === undefined ? placesOf(probe.argv[0]) : [found]);
  const what = commands.length === 0 ? '(see "fleetproof plan --sudoers")' : commands.join(', ');
  return `${userName(user)} ALL=(root) NOPASSWD: ${what}`;
}

function grantedCommands({ argv, each }: Probe, places: readonly string[]): string[] {
  const fixed = argumentsOf(argv.slice(1));
  if (each === undefined) return spell(places, fixed);
  if (each.grant === undefined) return [];
  const { allow, deny } = WILDCARDS[each.grant];
  return places.flatMap((place) => [
    `${place} ${fixed} ${allow}`,
    ...deny.map((pattern) => `!${place} ${fixed} ${pattern}`),
  ]);
}

function placesOf(tool: string): string[] {
  const folder = SBIN.has(tool) ? 'sbin' : 'bin';
  return [`/usr/${folder}/${tool}`, `/${folder}/${tool}`];
}

/** Without a word behind it, a command would be allowed with every argument. */
function spell(places: readonly string[], args: string): string[] {
  return places.map((place) => `${place} ${args === '' ? '""' : args}`);
}

function argumentsOf(words: readonly Word[]): string {
  return words
    .map((word) => {
      // The login user's shell expands it, so sudo would have to allow whatever that gives.
      if (typeof word !== 'string') throw new Error(`sudoers cannot grant the glob ${word.glob}.`);
      // sudoers(5): the characters that have a meaning in arguments stand for themselves behind a backslash.
      return word.replace(/[,:=\\*?[\]!#]/g, '\\$&');
    })
    .join(' ');
}

/** In quotes a name is no alias, no number and not the word ALL. Directory names may have `@` and `\`. */
function userName(user: string): string {
  return /^[a-z_][a-z0-9_.-]*$/.test(user) ? user : `"${user}"`;
}

function aliasOf(id: string): string {
  return `FLEETPROOF_${id.toUpperCase().replaceAll('-', '_')}`;
}
