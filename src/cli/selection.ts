import type { Argv } from 'yargs';
import { checks } from '../../checks/index.ts';
import { formats } from '../../reports/index.ts';
import { type Asked, kindOf, onCommandLine } from '../inputs/asked.ts';
import { catalogueOf } from '../inputs/catalogue.ts';
import { type Config, loadConfig } from '../inputs/config.ts';
import { InputError, quote } from '../inputs/error.ts';
import { loadInventory } from '../inputs/inventory.ts';
import { didYouMean } from '../inputs/suggest.ts';
import { decodeInput, type InputText, MOST_BYTES, readInput } from '../inputs/text.ts';
import type { Baseline } from '../model/baseline.ts';
import type { Host } from '../model/host.ts';
import { baselinesNamed } from './builtin.ts';
import type { Context } from './context.ts';
import type { FormatName } from './reports.ts';

/** The options that say which hosts and which baselines. */
export function withSelection<T>(args: Argv<T>) {
  return args
    .positional('hosts', {
      type: 'string',
      array: true,
      describe: '[user@]host[:port], [ipv6]:port, or a name of the inventory or ~/.ssh/config',
    })
    .option('inventory', {
      alias: 'i',
      type: 'string',
      describe: 'Inventory: our YAML, or an Ansible INI or YAML inventory; - for stdin',
    })
    .option('site', {
      type: 'string',
      array: true,
      describe: 'Sites to look at from outside, without a log-in: https://example.org',
    })
    .option('baseline', {
      alias: 'b',
      type: 'string',
      array: true,
      describe: 'Built-in baselines or files (default cleavr)',
    })
    .option('limit', {
      type: 'string',
      array: true,
      describe: 'Only these hosts: names, groups, tag:NAME, globs; !X excludes',
    })
    .option('config', { type: 'string', describe: 'Configuration file (default fleetproof.yaml, where there is one)' })
    .option('ssh-config', { type: 'string', describe: 'Instead of ~/.ssh/config and /etc/ssh/ssh_config' });
}

export interface SelectionArguments {
  readonly hosts?: readonly string[] | undefined;
  readonly inventory?: string | undefined;
  readonly site?: readonly string[] | undefined;
  readonly baseline?: readonly string[] | undefined;
  readonly limit?: readonly string[] | undefined;
  readonly config?: string | undefined;
  readonly sshConfig?: string | undefined;
}

export interface Selection {
  readonly config: Config;
  readonly hosts: readonly Host[];
  /** Hosts of the inventory that are not in this selection. */
  readonly excluded: readonly string[];
  readonly inventorySha256: string;
  readonly baselines: readonly Baseline[];
}

/** Everything people wrote, read and checked before any connection. Flags win over the configuration file. */
export async function selectionOf(
  args: SelectionArguments,
  context: Context,
  { hostsRequired }: { hostsRequired: boolean },
): Promise<Selection> {
  const { folders, console } = context;
  const config = loadConfig(args.config, folders);
  const baselines = baselinesNamed(askedOf(args.baseline, config.baseline), folders);
  const named = args.hosts ?? [];
  const sites = args.site ?? [];
  // Hosts or sites on the command line alone are the selection; a configured inventory is for scans that name neither.
  const file = args.inventory ?? (sites.length > 0 && named.length === 0 ? undefined : config.inventory);
  if (!hostsRequired && named.length === 0 && file === undefined && sites.length === 0) {
    return { config, hosts: [], excluded: [], inventorySha256: '', baselines };
  }
  const inventory = file === undefined ? undefined : await inventoryText(file, folders);
  const sshConfig = args.sshConfig ?? config.sshConfig;
  const loaded = loadInventory({
    ...(inventory === undefined ? {} : { inventory }),
    ...(sshConfig === undefined ? {} : { sshConfig }),
    hosts: named,
    sites,
    limit: askedOf(args.limit, config.limit),
    catalogue: catalogueOf(checks),
    folders,
    localUser: context.localUser,
  });
  const nobody = loaded.hosts.find(({ user, outsideOnly }) => user === '' && outsideOnly !== true);
  if (nobody !== undefined) {
    const what = `Nothing names the user to log in to ${nobody.name} as, and this user id has no name.`;
    throw new InputError('usage', [{ file: '', what, expected: 'Expected user@host, or "user:" in the inventory.' }]);
  }
  for (const warning of loaded.warnings) console.err(`fleetproof: ${warning}\n`);
  return { config, hosts: loaded.hosts, excluded: loaded.excluded, inventorySha256: loaded.sha256, baselines };
}

/** Flags win. */
function askedOf(flags: readonly string[] | undefined, configured: readonly Asked[] = []): readonly Asked[] {
  return flags === undefined ? configured : onCommandLine(flags);
}

async function inventoryText(file: string, folders: Context['folders']): Promise<InputText> {
  if (file !== '-') return readInput(file, folders);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin) {
    length += chunks[chunks.push(Buffer.from(chunk as Uint8Array)) - 1]?.length ?? 0;
    // More than this is refused anyway, and a pipe may have no end.
    if (length > MOST_BYTES) break;
  }
  return decodeInput('standard input', Buffer.concat(chunks));
}

export function withFormats<T>(args: Argv<T>) {
  return args.option('format', {
    type: 'string',
    array: true,
    describe: `Reports to write: ${Object.keys(formats).join(', ')} (default all of these)`,
  });
}

const DEFAULT_FORMATS: readonly FormatName[] = ['json', 'html'];

/** Formats may stand several times or with commas: `--format html,json`. */
export function formatsOf(
  args: { readonly format?: readonly string[] | undefined },
  config: Pick<Config, 'format'> = {},
): readonly FormatName[] {
  const asked = askedOf(args.format, config.format);
  const names = asked.flatMap(({ text, place }) => text.split(',').map((name) => ({ text: name.trim(), place })));
  const [first] = names;
  if (first === undefined) return DEFAULT_FORMATS;
  const known = Object.keys(formats);
  const problems = names.flatMap(({ text, place }) =>
    known.includes(text)
      ? []
      : [
          {
            ...place,
            what: `There is no report format ${quote(text)}.`,
            expected: `Expected ${known.join(', ')}.`,
            ...didYouMean(text, known),
          },
        ],
  );
  if (problems.length > 0) throw new InputError(kindOf(first), problems);
  return [...new Set(names.map(({ text }) => text))] as FormatName[];
}
