import { createHash } from 'node:crypto';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Host } from '../model/host.ts';
import type { Asked } from './asked.ts';
import type { Catalogue } from './catalogue.ts';
import type { Declarations } from './declared.ts';
import { InputError } from './error.ts';
import { readDeclarations } from './read-declarations.ts';
import { resolveHosts } from './resolve-hosts.ts';
import { limitHosts } from './select.ts';
import { withSites } from './sites.ts';
import { loadSshConfig } from './ssh/resolve.ts';
import { targetsOf } from './targets.ts';
import type { Folders, InputText } from './text.ts';

export interface InventoryRequest {
  /** The inventory file, where one is given. */
  readonly inventory?: InputText;
  /** HOST arguments; none: every host of the inventory. */
  readonly hosts: readonly string[];
  /** URLs of `--site`. */
  readonly sites?: readonly string[];
  /** `--limit` patterns; none: no limit. */
  readonly limit: readonly Asked[];
  readonly catalogue: Catalogue;
  readonly folders: Folders;
  /** Who runs the scan: the login user where nothing else says one. */
  readonly localUser: string;
  /** Instead of ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly sshConfig?: string;
}

export interface Inventory {
  /** At least one; names are unique. In the order of the arguments or of the file. */
  readonly hosts: readonly Host[];
  /** Names of hosts of the inventory that were not selected. */
  readonly excluded: readonly string[];
  /** Of the selected hosts as resolved, without paths of this machine. */
  readonly sha256: string;
  readonly warnings: readonly string[];
}

const NOTHING: Declarations = { hosts: [], groups: [], hopDefaults: {}, warnings: [] };

/**
 * The hosts in scope, completely resolved; nothing is connected to. Throws `InputError`: usage (64) for arguments
 * and patterns, data (65) for files, missing (66) for files that are not there.
 */
export function loadInventory(request: InventoryRequest): Inventory {
  const { inventory, catalogue, folders, localUser, sites = [] } = request;
  if (inventory === undefined && request.hosts.length === 0 && sites.length === 0) {
    throw new InputError('usage', [
      {
        file: '',
        what: 'No host is given.',
        expected: 'Expected HOST arguments, an inventory (-i FILE), --site URL, or "inventory:" in fleetproof.yaml.',
      },
    ]);
  }
  const declarations = inventory === undefined ? NOTHING : readDeclarations(inventory, catalogue, folders);
  const ssh = loadSshConfig(sshConfigFiles(request), folders, localUser);
  const named =
    request.hosts.length === 0
      ? declarations.hosts.map((host) => ({ host }))
      : targetsOf(request.hosts, declarations, ssh);
  const kept = new Set(
    // Sites of the command line are beside the inventory: there is nothing to limit when they stand alone.
    named.length === 0
      ? []
      : limitHosts(
          named.map(({ host }) => host),
          request.limit,
        ),
  );
  const targets = named.filter(({ host }) => kept.has(host));
  const resolved = resolveHosts(targets, declarations, ssh);
  const hosts = withSites(resolved.hosts, sites);
  const selected = new Set(hosts.map(({ name }) => name));
  return {
    hosts,
    excluded: declarations.hosts.map(({ name }) => name).filter((name) => !selected.has(name)),
    sha256: digestOf(hosts),
    warnings: [...declarations.warnings, ...resolved.warnings],
  };
}

function sshConfigFiles({ folders: { home }, sshConfig }: InventoryRequest) {
  const userFolder = `${home}/.ssh`;
  if (sshConfig !== undefined) return [{ file: sshConfig, includeFolder: userFolder, mustExist: true }];
  return [
    { file: '~/.ssh/config', includeFolder: userFolder, mustBeOwn: true },
    { file: '/etc/ssh/ssh_config', includeFolder: '/etc/ssh' },
  ];
}

/** Equal for equal fleets, whoever scans them from wherever. */
function digestOf(hosts: readonly Host[]): string {
  const shared = ({
    identities: _,
    identitiesOnly: __,
    knownHostsFiles: ___,
    revokedHostKeysFile: ____,
    source: _____,
    jump,
    ...host
  }: Host): object => ({
    ...host,
    jump: jump.map(shared),
  });
  const sorted = [...hosts].sort((a, b) => (a.name < b.name ? -1 : 1)).map(shared);
  return createHash('sha256').update(canonicalJson(sorted)).digest('hex');
}
