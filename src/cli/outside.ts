import type { Argv } from 'yargs';
import { collectOutside, type OutsideOptions } from '../collect/outside/outside.ts';
import type { TrustFile } from '../collect/outside/visit.ts';
import { factsOf } from '../facts/derive.ts';
import { outsidePlanOf } from '../facts/outside.ts';
import type { Config } from '../inputs/config.ts';
import { InputError } from '../inputs/error.ts';
import { type Folders, readInput } from '../inputs/text.ts';
import type { Baseline } from '../model/baseline.ts';
import type { ExchangeFamily, Outside } from '../model/exchange.ts';
import type { View } from '../model/finding.ts';
import type { Capture, Host } from '../model/host.ts';
import { parsePort } from '../model/units.ts';
import { TOOL } from './tool.ts';

/** The options of the outside view. */
export function withOutsideOptions<T>(args: Argv<T>) {
  return args
    .option('network', {
      type: 'boolean',
      describe: 'Look at sites, SSH and ports from outside too; --no-network: only log in',
    })
    .option('tls-full', {
      type: 'boolean',
      describe: 'List every TLS version, suite and group of a site instead of the 15-connection plan',
    });
}

export interface OutsideArguments {
  readonly network?: boolean | undefined;
  readonly tlsFull?: boolean | undefined;
}

/** Throws `InputError` (64) for sites that nobody may look at. */
export function viewOf(args: OutsideArguments, config: Config, hosts: readonly Host[]): View {
  const network = args.network ?? config.network ?? true;
  if (!network && hosts.some(({ outsideOnly }) => outsideOnly === true)) {
    const where = args.network === undefined ? 'network: false in the configuration' : '--no-network';
    const what = `--site looks from outside, and ${where} forbids that.`;
    throw new InputError('usage', [{ file: '', what, expected: 'Expected one of the two.' }]);
  }
  if (hosts.length > 0 && hosts.every(({ outsideOnly }) => outsideOnly === true)) return 'outside';
  return network ? 'both' : 'inside';
}

/** Who looks, with which trust, for how long. Reads the files of `caFile` parameters; throws `InputError` (66). */
export function outsideOptionsOf(
  args: OutsideArguments,
  config: Config,
  given: { readonly trust: readonly TrustFile[]; readonly hostSeconds: number; readonly signal: AbortSignal },
): OutsideOptions {
  const contact = config.contact === undefined ? '' : ` (+${config.contact})`;
  return {
    ...given,
    agent: `${TOOL.name}/${TOOL.version}${contact}`,
    tlsFull: args.tlsFull ?? config.tlsFull ?? false,
  };
}

/** The files that `caFile` parameters name, of baselines and of single hosts. */
export function trustFilesOf(baselines: readonly Baseline[], hosts: readonly Host[], folders: Folders): TrustFile[] {
  const named = [
    ...paramsNamed(baselines, 'tls-certificate', 'caFile'),
    ...hosts.map(({ params }) => params['tls-certificate']?.caFile),
  ];
  const paths = new Set(named.filter((path): path is string => typeof path === 'string' && path !== ''));
  return [...paths].map((path) => ({ path, pem: readInput(path, folders).text }));
}

/** The TCP ports that the baselines document: those are tried on every host. */
export function documentedPorts(baselines: readonly Baseline[]): number[] {
  const listed = ['allowed', 'required'].flatMap((name) => paramsNamed(baselines, 'ports-exposed', name));
  return listed.flat().flatMap((text) => {
    const { port, endPort = port, protocol } = parsePort(String(text));
    // A documented range says what may be open, not what to try.
    return protocol === 'tcp' && endPort === port ? [port] : [];
  });
}

function paramsNamed(baselines: readonly Baseline[], check: string, name: string): unknown[] {
  return baselines.flatMap(({ controls }) =>
    controls.flatMap(({ checks }) => checks.flatMap((item) => (item.check === check ? [item.params[name]] : []))),
  );
}

/** Adds the outside view to what a host has just shown of itself, which decides what there is to look at. */
export function outsideView(options: OutsideOptions, documented: readonly number[]) {
  return async (capture: Capture, families: readonly ExchangeFamily[]): Promise<Capture> => {
    // Where nobody could log in, sshd and the ports have nothing to be compared with; sites can still be looked at.
    const useful =
      capture.hostEpoch === null ? families.filter((family) => family !== 'ssh' && family !== 'tcp') : families;
    const plan = outsidePlanOf(factsOf(capture), useful, documented);
    const outside = await collectOutside(capture.host, plan, options);
    const finishedAt = new Date().toISOString();
    const looked = { ...capture, outside, finishedAt };
    return capture.host.outsideOnly === true ? standing(looked, outside) : looked;
  };
}

/** A site that nobody logs in to was reached when it answered anything at all. */
function standing({ reason: _, message: __, ...looked }: Capture, { exchanges }: Outside): Capture {
  const asked = exchanges.filter(({ family }) => family !== 'dns');
  if (asked.some(({ state }) => state === 'answered' || state === 'garbled' || state === 'too-much'))
    return { ...looked, outcome: 'assessed' };
  const message = asked.find(({ error }) => error !== '')?.error ?? 'The name of the site has no address.';
  return { ...looked, outcome: 'unreachable', reason: 'unreachable', message };
}
