import { join } from 'node:path';
import type { Argv } from 'yargs';
import { type SshOptions, sshOptions } from '../../collect/ssh/session.ts';
import type { Config } from '../../inputs/config.ts';
import { defined } from '../../inputs/declared.ts';
import { InputError } from '../../inputs/error.ts';
import { expandPath, readableFile } from '../../inputs/text.ts';
import { LONGEST_SECONDS, parseDuration } from '../../model/units.ts';
import type { Command, Context } from '../context.ts';
import { type GateArguments, gateOf, withGate } from '../gate.ts';
import { onInterrupt } from '../interrupt.ts';
import { farewell, say } from '../outcome.ts';
import {
  documentedPorts,
  type OutsideArguments,
  outsideOptionsOf,
  outsideView,
  trustFilesOf,
  viewOf,
  withOutsideOptions,
} from '../outside.ts';
import { askPassphrase } from '../passphrase.ts';
import { liveProgress } from '../progress.ts';
import { scan } from '../scan.ts';
import { formatsOf, type SelectionArguments, selectionOf, withFormats, withSelection } from '../selection.ts';

const DEFAULTS = { out: 'runs', concurrency: 32, perJumpHost: 8, jitterMs: 20 } as const;

/** `fleetproof scan`: reach every host, judge it, keep the evidence, say what is wrong. */
export const scanCommand: Command = (cli, about, context, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) => withOutsideOptions(withConnection(withGate(withFormats(withSelection(args))))),
    (args) => run(() => scanFleet(args, context))(),
  );

function withConnection<T>(args: Argv<T>) {
  return args
    .option('out', { alias: 'o', type: 'string', describe: `Folder that keeps the runs (default ${DEFAULTS.out})` })
    .option('concurrency', {
      alias: 'c',
      type: 'string',
      describe: `Hosts at a time (default ${DEFAULTS.concurrency})`,
    })
    .option('per-jump-host', {
      type: 'string',
      describe: `Hosts at a time through one jump host (default ${DEFAULTS.perJumpHost})`,
    })
    .option('connect-timeout', { type: 'string', describe: 'Name lookup and TCP connection (default 10s)' })
    .option('handshake-timeout', { type: 'string', describe: 'Key exchange and log-in (default 15s)' })
    .option('host-timeout', { type: 'string', describe: 'One host, first to last byte (default 120s)' })
    .option('run-timeout', { type: 'string', describe: 'The whole run (default none)' })
    .option('known-hosts', { type: 'string', array: true, describe: "known_hosts files instead of ssh's own" })
    .option('accept-new-host-keys', {
      type: 'boolean',
      describe:
        'Trust the keys of hosts that no file names, and keep them in a file of fleetproof; a changed key is always refused',
    })
    .option('json', { type: 'boolean', describe: 'Print a summary as JSON' });
}

interface ScanArguments extends SelectionArguments, GateArguments, OutsideArguments {
  readonly out?: string | undefined;
  readonly format?: readonly string[] | undefined;
  readonly concurrency?: string | undefined;
  readonly perJumpHost?: string | undefined;
  readonly connectTimeout?: string | undefined;
  readonly handshakeTimeout?: string | undefined;
  readonly hostTimeout?: string | undefined;
  readonly runTimeout?: string | undefined;
  readonly knownHosts?: readonly string[] | undefined;
  readonly acceptNewHostKeys?: boolean | undefined;
  readonly json?: boolean | undefined;
}

async function scanFleet(args: ScanArguments, context: Context): Promise<number> {
  const { console, folders } = context;
  const { config, hosts, excluded, baselines, inventorySha256 } = await selectionOf(args, context, {
    hostsRequired: true,
  });
  const formats = formatsOf(args, config);
  const out = args.out === undefined ? (config.out ?? join(folders.cwd, DEFAULTS.out)) : expandPath(args.out, folders);
  const trust = trustFilesOf(baselines, hosts, folders);
  const runSeconds = seconds('run-timeout', args.runTimeout, config.timeouts?.run);
  const view = viewOf(args, config, hosts);
  const gate = gateOf(args, config);
  const concurrency = count('concurrency', args.concurrency, config.concurrency) ?? DEFAULTS.concurrency;
  const perJumpHost = count('per-jump-host', args.perJumpHost, config.perJumpHost) ?? DEFAULTS.perJumpHost;
  const sshWith = connectionOf(args, config, context);
  // From here on signals are caught and a timer may run: nothing that could be refused is left.
  const interrupt = onInterrupt(console, runSeconds);
  const progress = liveProgress(console, hosts.length);
  const ssh = sshWith(interrupt.signal);
  const outside = outsideOptionsOf(args, config, { trust, hostSeconds: ssh.hostSeconds, signal: interrupt.signal });
  try {
    const ended = await scan({
      hosts,
      excluded,
      inventorySha256,
      baselines,
      out,
      formats,
      clock: () => Date.now(),
      fleet: {
        concurrency,
        perJumpHost,
        jitterMs: hosts.length > 1 ? DEFAULTS.jitterMs : 0,
        ssh,
      },
      view,
      lookFromOutside: outsideView(outside, documentedPorts(baselines)),
      onProgress: progress.onEvent,
      tell: (conclusion) => farewell(console, { ...conclusion, gate, json: args.json === true }),
    });
    progress.end();
    return say(console, ended);
  } finally {
    progress.end();
    interrupt.dispose();
  }
}

/** Everything that can be refused is, before there is a signal to stop at. */
function connectionOf(args: ScanArguments, config: Config, context: Context): (signal: AbortSignal) => SshOptions {
  const { folders, env, uid } = context;
  const { timeouts = {} } = config;
  const own = join(folders.home, '.config', 'fleetproof', 'known_hosts');
  const named = (args.knownHosts ?? config.knownHosts)?.map((file) => readableFile(file, folders));
  const accept = args.acceptNewHostKeys ?? config.acceptNewHostKeys ?? false;
  const given = {
    ...defined({
      connectSeconds: seconds('connect-timeout', args.connectTimeout, timeouts.connect),
      handshakeSeconds: seconds('handshake-timeout', args.handshakeTimeout, timeouts.handshake),
      hostSeconds: seconds('host-timeout', args.hostTimeout, timeouts.host),
    }),
    pinnedKnownHosts: named ?? null,
    ownKnownHosts: own,
    acceptNewHostKeys: accept ? own : null,
    passphrase: askPassphrase,
  };
  return (signal) => ({
    ...sshOptions({ home: folders.home, uid, agentSocket: env.SSH_AUTH_SOCK ?? null, signal }),
    ...given,
  });
}

function seconds(option: string, flag: string | undefined, configured: number | undefined): number | undefined {
  if (flag === undefined) return configured;
  if (!/^[1-9][0-9]{0,6}[smhd]$/.test(flag)) throw usage(option, flag, 'a duration such as 30s, 10m or 2h');
  const given = parseDuration(flag);
  if (given > LONGEST_SECONDS) throw usage(option, flag, 'at most 24d');
  return given;
}

function count(option: string, flag: string | undefined, configured: number | undefined): number | undefined {
  if (flag === undefined) return configured;
  if (!/^[1-9][0-9]{0,2}$|^1000$/.test(flag)) throw usage(option, flag, 'a whole number from 1 to 1000');
  return Number(flag);
}

function usage(option: string, given: string, expected: string): InputError {
  return new InputError('usage', [
    { file: '', what: `--${option} ${JSON.stringify(given)} cannot be used.`, expected: `Expected ${expected}.` },
  ]);
}
