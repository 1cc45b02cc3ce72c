import { absent, cannotTell, type Fact, known } from '../../model/fact.ts';
import type { Jail, JailSource } from '../../model/facts/fail2ban.ts';
import type { Probe } from '../../model/probe.ts';
import { type Outputs, settle } from '../outputs.ts';

const SETTINGS = ['maxretry', 'findtime', 'bantime', 'bantime.increment', 'actions', 'ignoreip'] as const;
type Setting = (typeof SETTINGS)[number];

/** A server that hangs must not hold up the host six times for long. */
const SECONDS = 5;

/**
 * Who is banned before the packet filter is read. `fail2ban-status` says it again afterwards: only who is in both lists
 * was banned while the rules were read.
 */
export const earlyProbe: Probe = {
  id: 'fail2ban-status-before',
  purpose: 'Whom the sshd jail bans before the packet filter is read.',
  as: 'root',
  argv: ['fail2ban-client', 'status', 'sshd'],
  timeoutSeconds: SECONDS,
};

/** Each is its own sudo rule, so that a grant never allows `set`. */
export const jailProbes: readonly Probe[] = [
  {
    id: 'fail2ban-status',
    purpose: 'What the running sshd jail reads, has seen and has banned.',
    as: 'root',
    argv: ['fail2ban-client', 'status', 'sshd'],
    timeoutSeconds: SECONDS,
  },
  ...SETTINGS.map(
    (setting): Probe => ({
      id: idOf(setting),
      purpose: `The running sshd jail's ${setting}, which may differ from its files.`,
      as: 'root',
      argv: ['fail2ban-client', 'get', 'sshd', setting],
      timeoutSeconds: SECONDS,
    }),
  ),
];

function idOf(setting: Setting): string {
  return `fail2ban-${setting.replace('.', '-')}`;
}

export const jailProbeIds = jailProbes.map(({ id }) => id);

/** The running jail, from `fail2ban-client`, 0.11 to 1.1. */
export function readJail(outputs: Outputs): Fact<Jail> {
  const status = statusOf(outputs, 'fail2ban-status');
  if (status.state !== 'known') return status;
  const text = status.value;
  return known({
    totalFailed: count(text, 'Total failed'),
    currentlyBanned: count(text, 'Currently banned'),
    totalBanned: count(text, 'Total banned'),
    banned: bannedIn(text),
    source: sourceOf(text),
    maxRetry: settle(() => integer(outputs, 'maxretry')),
    findTime: settle(() => integer(outputs, 'findtime')),
    banTime: settle(() => integer(outputs, 'bantime')),
    banTimeGrows: settle(() => flag(outputs, 'bantime.increment')),
    actions: settle(() => actionNames(setting(outputs, 'actions'))),
    ignored: settle(() => ignoredAddresses(setting(outputs, 'ignoreip'))),
  });
}

/** Whom the jail banned before the packet filter was read. */
export function readBannedBefore(outputs: Outputs): readonly string[] {
  const status = statusOf(outputs, earlyProbe.id);
  return status.state === 'known' ? bannedIn(status.value) : [];
}

function bannedIn(status: string): readonly string[] {
  return field(status, 'Banned IP list').split(/\s+/).filter(Boolean);
}

/** The exit code is 255 for every trouble; only the words tell "no such jail" from "may not ask". */
function statusOf(outputs: Outputs, probe: string): Fact<string> {
  const output = outputs.get(probe);
  if (output.state === 'ran' && output.exitCode === 255) {
    const said = output.stdout + output.stderr;
    if (said.includes("Sorry but the jail 'sshd' does not exist")) {
      return absent('The running fail2ban server has no jail named sshd');
    }
    if (said.includes('Is fail2ban running?')) return absent('No fail2ban server answers on its socket');
    if (said.includes('Permission denied to socket')) {
      cannotTell('no-privilege', 'Only root may ask the fail2ban server for the state of its jails.');
    }
  }
  return known(outputs.ran(probe));
}

function setting(outputs: Outputs, name: Setting): string {
  return outputs.ran(idOf(name)).trim();
}

/** `None`: nobody has set it. */
function flag(outputs: Outputs, name: Setting): boolean {
  const text = setting(outputs, name);
  if (!/^(True|False|None)$/.test(text)) {
    cannotTell('unparseable', `fail2ban printed neither yes nor no as the sshd jail's ${name}.`);
  }
  return text === 'True';
}

function integer(outputs: Outputs, name: Setting): number {
  const text = setting(outputs, name);
  if (!/^-?\d{1,12}$/.test(text)) {
    cannotTell('unparseable', `fail2ban printed something else than a number as the sshd jail's ${name}.`);
  }
  return Number(text);
}

function actionNames(text: string): readonly string[] {
  if (text === 'No actions for jail sshd') return [];
  const names = /^The jail sshd has the following actions:\n(.+)$/.exec(text)?.[1];
  if (names === undefined) cannotTell('unparseable', 'fail2ban printed its list of actions in an unknown form.');
  return names.split(/,\s*/);
}

function ignoredAddresses(text: string): readonly string[] {
  if (text === 'No IP address/network is ignored') return [];
  const [head, ...lines] = text.split('\n');
  const entries = lines.map((line) => /^[|`]- (\S+)$/.exec(line)?.[1]);
  if (head !== 'These IP addresses/networks are ignored:' || entries.includes(undefined)) {
    cannotTell('unparseable', 'fail2ban printed its list of ignored addresses in an unknown form.');
  }
  return entries.flatMap((entry) => entry ?? []);
}

function sourceOf(status: string): JailSource {
  if (/- Journal matches:/.test(status)) return { kind: 'journal', match: field(status, 'Journal matches').trim() };
  return { kind: 'files', files: field(status, 'File list').split(/\s+/).filter(Boolean) };
}

function count(status: string, name: string): number {
  const text = field(status, name);
  if (!/^\d{1,12}$/.test(text)) {
    cannotTell('unparseable', `"fail2ban-client status sshd" shows no number after "${name}:".`);
  }
  return Number(text);
}

/** Values follow a tab in the drawn tree. */
function field(status: string, name: string): string {
  const line = status.split('\n').find((one) => one.includes(`- ${name}:`));
  if (line === undefined) cannotTell('unparseable', `"fail2ban-client status sshd" has no line "${name}".`);
  return line.slice(line.indexOf(':') + 1).trim();
}
