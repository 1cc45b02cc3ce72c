import { commandSetSha256, programOf } from '../../collect/program.ts';
import { familiesFor, probesFor } from '../../facts/derive.ts';
import { sudoersFile } from '../../facts/sudoers.ts';
import type { Host } from '../../model/host.ts';
import type { Probe } from '../../model/probe.ts';
import { factNamesOf } from '../assessment.ts';
import type { Command } from '../context.ts';
import { documentedPorts, viewOf, withOutsideOptions } from '../outside.ts';
import { formatsOf, selectionOf, withSelection } from '../selection.ts';
import { columns, wrap } from '../text.ts';
import { outsideJson, outsideText } from './plan-outside.ts';

/** `fleetproof plan`: what would run, where, as whom. Connects to nothing. */
export const planCommand: Command = (cli, about, context, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      withOutsideOptions(withSelection(args))
        .option('sudoers', { type: 'boolean', describe: 'Print a least-privilege sudoers file for it' })
        .option('script', { type: 'boolean', describe: 'Print the program that would be sent to sh' })
        .option('json', { type: 'boolean', describe: 'Print JSON' })
        .conflicts('sudoers', ['script', 'json'])
        .conflicts('script', 'json'),
    (args) =>
      run(async () => {
        const { console } = context;
        const needsHosts = args.sudoers !== true && args.script !== true;
        const { config, hosts, baselines } = await selectionOf(args, context, { hostsRequired: needsHosts });
        // Nothing is written here, but a configuration that the scan would refuse is no plan.
        formatsOf({}, config);
        const view = viewOf(args, config, hosts);
        const names = factNamesOf(baselines, view);
        const probes = view === 'outside' ? [] : probesFor(names);
        const outside = {
          families: view === 'inside' ? [] : familiesFor(names),
          ports: view === 'both' ? documentedPorts(baselines) : [],
        };
        const digest = commandSetSha256(probes);
        const logins = hosts.filter(({ outsideOnly }) => outsideOnly !== true);
        if (args.script === true) console.out(programOf(probes, '0'.repeat(32)));
        else if (args.sudoers === true) console.out(sudoersText(probes, logins, digest));
        else if (args.json === true)
          console.out(
            `${JSON.stringify({ ...planOf(logins, probes, digest), outside: outsideJson(hosts, outside) }, null, 2)}\n`,
          );
        else
          console.out(
            `${planText(logins, probes, digest, console.width)}\n${outsideText(hosts, outside, console.width)}`,
          );
        return 0;
      })(),
  );

function sudoersText(probes: readonly Probe[], logins: readonly Host[], digest: string): string {
  // sudo refuses an alias for nothing, and with it the whole of its configuration.
  if (!probes.some(({ as }) => as === 'root')) return '# Nothing runs as root: no rule is needed.\n';
  return sudoersFile(probes, loginUsers(logins), digest);
}

/** Root needs no rule. Without an inventory the file names the user that the documentation uses. */
function loginUsers(hosts: readonly Host[]): string[] {
  const users = [...new Set(hosts.map((host) => host.user))].filter((user) => user !== 'root').sort();
  return users.length > 0 ? users : ['audit'];
}

function planOf(hosts: readonly Host[], probes: readonly Probe[], commandSetSha256: string): object {
  return {
    commandSetSha256,
    hosts: hosts.map(({ name, address, port, user, jump, source }) => ({
      name,
      address,
      port,
      user,
      jump: jump.map((hop) => loginAt(hop)),
      source,
    })),
    connectionsPerHost: 1,
    execsPerHost: 1,
    probes: probes.map((probe) => ({
      id: probe.id,
      as: probe.as,
      command: commandText(probe),
      purpose: probe.purpose,
    })),
  };
}

function loginAt({ user, address, port }: Host): string {
  return `${user}@${address.includes(':') ? `[${address}]` : address}:${port}`;
}

function planText(hosts: readonly Host[], probes: readonly Probe[], digest: string, width: number): string {
  const where = hosts.map((host) => [
    host.name,
    loginAt(host),
    host.jump.length === 0 ? 'direct' : `through ${host.jump.map((hop) => hop.name).join(', ')}`,
  ]);
  const group = (as: Probe['as']) =>
    probes
      .filter((probe) => probe.as === as)
      .map((probe) => `  ${commandText(probe)}\n${wrap(probe.purpose, width, '      ')}\n`)
      .join('');
  if (hosts.length === 0) return 'Nobody logs in anywhere.\n';
  return [
    `${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}, one connection and one exec of "sh" each; nothing is written there.\n`,
    columns(where, width),
    `As the login user (${probes.filter((probe) => probe.as === 'user').length} commands):\n`,
    group('user'),
    `As root, each through "sudo -n --" unless the login user is root (${probes.filter((probe) => probe.as === 'root').length} commands):\n`,
    group('root'),
    `Command set: sha256 ${digest}\n`,
    'The whole program: fleetproof plan --script. The sudoers file: fleetproof plan --sudoers.\n',
  ].join('\n');
}

/** As a person would type it. A snippet is shown whole: nothing that runs is left out. */
export function commandText(probe: Probe): string {
  const words = probe.argv.map((word) => (typeof word === 'string' ? shellWord(word) : word.glob)).join(' ');
  if (probe.snippet !== undefined) return `sh -c ${shellWord(probe.snippet)}`;
  if (probe.each === undefined) return words;
  const each = probe.each.snippet.trim().replaceAll('\n', '\n      ');
  return `${words} ITEM${probe.each.together === true ? '…' : ''}, for at most ${probe.each.limit} items that this lists:\n      ${each}`;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
