import type { Problem } from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type {
  BansInKernel,
  ConfiguredAction,
  ConfiguredJail,
  Jail,
  JailTraces,
} from '../../src/model/facts/fail2ban.ts';
import { problem } from './words.ts';

/** Actions that tell somebody, and refuse nothing. Source: fail2ban's action.d, and its Python actions. */
const REPORTING =
  /^(abuseipdb|apprise|badips|blocklist_de|cloudflare|complain|dshield|dummy|helpers|mail|mynetwatchman|nginx-block-map|sendmail|smtp|symbiosis|xarf)/;
/** Ways to refuse that do not show in the packet filter. */
const UNSEEN = ['hosts.deny', 'ip route', 'ipset'];
/** The command behind a tool's name in `ConfiguredAction`; null: a file, no command. */
const COMMANDS: Readonly<Record<string, string | null>> = { 'ip route': 'ip', 'hosts.deny': null };
const PORTS: Readonly<Record<string, number>> = { ssh: 22, http: 80, https: 443 };

/** What of the firewall an action may depend on. */
export interface Firewalls {
  readonly ufwActive: () => boolean;
  readonly firewalldActive: () => boolean;
  /** sshd is built to read /etc/hosts.deny: Debian's and Ubuntu's are, others are not any more. */
  readonly readsHostsDeny: () => boolean;
}

/** The actions of the running jail that refuse connections, as the files describe them. */
export function refusingActions(jail: Jail, files: () => ConfiguredJail): readonly ConfiguredAction[] {
  const names = read(jail.actions) ?? [];
  const open = names.filter((name) => !REPORTING.test(name));
  return open.map((name) => {
    const action = files().actions.find((one) => one.name === name);
    if (action === undefined) {
      const sentence = `The running sshd jail bans through "${name}", which its files do not name (any more)`;
      cannotTell('not-observable', `${sentence}: what it does, the next start will not do.`);
    }
    if (action.tools.length === 0) {
      cannotTell(
        'not-observable',
        `fleetproof does not know how the action "${name}" of the sshd jail refuses anybody.`,
      );
    }
    return action;
  });
}

/** What is wrong with the actions: none, none that refuses, or none that can work. */
export function actionProblems(
  jail: Jail,
  actions: () => readonly ConfiguredAction[],
  traces: () => JailTraces,
  firewalls: Firewalls,
): readonly Problem[] {
  const names = read(jail.actions) ?? [];
  if (names.length === 0) return [problem('The sshd jail has no action: it counts bans and refuses nobody.')];
  if (actions().length === 0) return [problem(`The sshd jail only reports (${names.join(', ')}) and refuses nobody.`)];
  const troubles = actions().map((action) => actionTrouble(action, traces().tools, firewalls));
  return troubles.includes(undefined) ? [] : troubles.flatMap((one) => (one === undefined ? [] : [problem(one)]));
}

function actionTrouble(
  { name, tools, letsIn }: ConfiguredAction,
  present: readonly string[],
  firewalls: Firewalls,
): string | undefined {
  if (letsIn) return `The sshd jail bans with ${name}, whose blocktype lets banned addresses in.`;
  const commands = tools.flatMap((tool) => COMMANDS[tool] ?? (COMMANDS[tool] === null ? [] : [tool]));
  const missing = commands.filter((command) => !present.includes(command));
  if (missing.length > 0)
    return `The sshd jail bans with ${name}, which needs ${missing.join(' and ')}: not on this host.`;
  if (tools.includes('ufw') && !firewalls.ufwActive()) return `The sshd jail bans with ${name}, and ufw is inactive.`;
  if (tools.includes('firewall-cmd') && !firewalls.firewalldActive()) {
    return `The sshd jail bans with ${name}, and firewalld is not running.`;
  }
  if (tools.includes('hosts.deny') && !firewalls.readsHostsDeny()) {
    return cannotTell(
      'not-observable',
      `The sshd jail bans with ${name}; whether sshd reads /etc/hosts.deny is not known.`,
    );
  }
  return undefined;
}

/** Ports of sshd on which a banned address still gets in. `doubt` says why the files may not tell. */
export function portProblems(
  actions: readonly ConfiguredAction[],
  sshdPorts: readonly number[],
  doubt: () => string | undefined,
): readonly Problem[] {
  // Without an action there is no port to be wrong about.
  if (actions.length === 0 || actions.some(({ ports }) => ports === null)) return [];
  const reason = doubt();
  if (reason !== undefined) {
    const remedy = 'Restart fail2ban: systemctl restart fail2ban';
    cannotTell('not-observable', `${reason}, so on which ports it bans now cannot be seen.`, remedy);
  }
  const open = sshdPorts.filter((port) => !actions.some((action) => coversPort(action, port)));
  const configured = actions.map(({ ports }) => ports).join(', ');
  return open.map((port) =>
    problem(`sshd listens on port ${port}, and the sshd jail bans on port ${configured} only.`),
  );
}

function coversPort({ ports, protocol }: ConfiguredAction, port: number): boolean {
  if (protocol !== '' && !/\b(tcp|all)\b/.test(protocol)) return false;
  return (ports ?? '').split(/[\s,]+/).some((part) => {
    const [, from, to = from] = /^(\d{1,5})(?:[:-](\d{1,5}))?$/.exec(part) ?? [];
    if (from !== undefined) return port >= Number(from) && port <= Number(to);
    const named = PORTS[part];
    return named === undefined
      ? cannotTell('not-observable', `Which port the name "${part}" stands for is not known.`)
      : port === named;
  });
}

const INCOMING = /^(hook:(input|prerouting|ingress)|(INPUT|PREROUTING)(_direct)?)$/;
const ELSEWHERE = /^(hook:(forward|output|postrouting|egress)|(FORWARD|OUTPUT|POSTROUTING)(_direct)?|DOCKER-USER)$/;
/** They have places of their own, which need not be named. */
const WITHOUT_PLACE = ['ufw', 'firewall-cmd', 'ip route', 'hosts.deny'];

/** Whether bans are where connections to sshd pass. `doubt` says why the files may not tell. */
export function placeProblems(
  actions: readonly ConfiguredAction[],
  doubt: () => string | undefined,
): readonly Problem[] {
  const open = actions.filter(({ places, tools }) => (places ?? []).length > 0 || !hasOwnPlace(tools));
  // An action without a place to be wrong about refuses wherever its tool does.
  if (actions.length === 0 || open.length < actions.length) return [];
  const reason = doubt();
  if (reason !== undefined) {
    const remedy = 'Restart fail2ban: systemctl restart fail2ban';
    cannotTell('not-observable', `${reason}, so in which chain it bans now cannot be seen.`, remedy);
  }
  if (open.some(({ places }) => places?.some((place) => INCOMING.test(place)))) return [];
  const unsure = open.find(({ places }) => !places?.length || !places.every((place) => ELSEWHERE.test(place)));
  if (unsure !== undefined) {
    const where = unsure.places?.length ? ` (${unsure.places.join(', ')})` : '';
    const sentence = `Whether connections to sshd pass where the action "${unsure.name}" bans${where} cannot be seen.`;
    cannotTell('not-observable', sentence);
  }
  const where = open.flatMap(({ places }) => places ?? []).map((place) => place.replace('hook:', 'the hook '));
  return [problem(`The sshd jail bans in ${where.join(', ')}, where connections to sshd do not pass.`)];
}

function hasOwnPlace(tools: readonly string[]): boolean {
  return tools.some((tool) => WITHOUT_PLACE.includes(tool));
}

/** Addresses that fail2ban takes for banned and the kernel lets in. */
export function kernelProblems(
  bans: BansInKernel | undefined,
  actions: () => readonly ConfiguredAction[],
): readonly Problem[] {
  if (bans === undefined || bans.missing.length === 0) return [];
  if (actions().some(({ tools }) => tools.some((tool) => UNSEEN.includes(tool)))) {
    cannotTell('not-observable', 'The bans of the sshd jail are kept where the packet filter does not show them.');
  }
  const shown = bans.missing.slice(0, 3).join(', ');
  return [problem(`fail2ban counts ${shown} as banned, and the kernel lets it connect to sshd.`)];
}

/** Bans that the log says went wrong. */
export function failureProblems({ failedBans }: JailTraces): readonly Problem[] {
  if (failedBans === null || failedBans === 0) return [];
  return [
    problem(`fail2ban failed to carry out ${failedBans} ${failedBans === 1 ? 'ban' : 'bans'} since the jail started.`),
  ];
}
