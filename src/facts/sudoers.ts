import type { Probe } from '../model/probe.ts';

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

export interface Grant {
  readonly alias: string;
  readonly purpose: string;
  /** As written in sudoers, one per path spelling. */
  readonly commands: readonly string[];
}

/** What sudo must allow for these probes; nothing else. */
export function grantsOf(probes: readonly Probe[]): Grant[] {
  const grants = probes.flatMap((probe) => {
    const own = probe.as === 'root' ? [commandOf(probe)] : [];
    const listing = (probe.alsoPrivileged ?? []).map((argv) => spell(argv[0], argv.slice(1).map(escapeWord).join(' ')));
    const commands = [...own, ...listing].filter((spellings) => spellings.length > 0).flat();
    return commands.length === 0 ? [] : [{ alias: aliasOf(probe.id), purpose: probe.purpose, commands }];
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
  const aliases = grants.flatMap(({ alias, purpose, commands }) => [
    `# ${purpose}`,
    `Cmnd_Alias ${alias} = ${commands.join(', \\\n    ')}`,
    '',
  ]);
  const names = grants.map(({ alias }) => alias);
  const all = `Cmnd_Alias FLEETPROOF = ${names.join(', \\\n    ')}`;
  const rules = users.map((user) => `${user} ALL=(root) NOPASSWD: FLEETPROOF`);
  const defaults = `Defaults!FLEETPROOF !requiretty, !use_pty, command_timeout=${COMMAND_TIMEOUT}`;
  return [...head, ...aliases, all, defaults, ...rules, ''].join('\n');
}

/** The one rule that is missing when sudo refused this probe. */
export function sudoersLine(probe: Probe | undefined, user: string): string {
  const command = probe === undefined ? undefined : commandOf(probe)[0];
  return `${user} ALL=(root) NOPASSWD: ${command ?? '(see "fleetproof plan --sudoers")'}`;
}

function commandOf(probe: Probe): string[] {
  const [tool, ...rest] = probe.argv;
  if (probe.sudoers !== undefined) return spell(tool, probe.sudoers);
  const words = rest.map((word) => (typeof word === 'string' ? escapeWord(word) : word.glob));
  if (probe.each !== undefined) {
    if (probe.each.grant === undefined) return [];
    words.push(probe.each.grant);
  }
  // Without a word behind it, sudoers would allow every argument.
  return spell(tool, words.length === 0 ? '""' : words.join(' '));
}

function spell(tool: string, args: string): string[] {
  const folder = SBIN.has(tool) ? 'sbin' : 'bin';
  return [`/usr/${folder}/${tool} ${args}`, `/${folder}/${tool} ${args}`];
}

/** sudoers(5): the characters that have a meaning in arguments stand for themselves behind a backslash. */
function escapeWord(word: string): string {
  return word.replace(/[,:=\\*?[\]!"#]/g, '\\$&');
}

function aliasOf(id: string): string {
  return `FLEETPROOF_${id.toUpperCase().replaceAll('-', '_')}`;
}
