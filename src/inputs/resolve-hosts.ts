import { existsSync } from 'node:fs';
import type { Host } from '../model/host.ts';
import { type Destination, parseDestination } from './address.ts';
import { type Declarations, type DeclaredHost, defined } from './declared.ts';
import { formatPlace, InputError, type InputProblem, type Place, quote } from './error.ts';
import { resolveSsh, type SshConfig, type SshSettings } from './ssh/resolve.ts';

/** A host to scan, with what the command line says over everything else. */
export interface Target {
  readonly host: DeclaredHost;
  readonly user?: string;
  readonly port?: number;
  /** For a jump host that no inventory declares: below ssh_config. */
  readonly fallback?: Declarations['hopDefaults'];
}

export interface Resolved {
  readonly hosts: readonly Host[];
  readonly warnings: readonly string[];
}

/**
 * Completes declared hosts: command line, then inventory, then ssh_config, then the defaults of ssh(1); each hop
 * of a jump chain likewise. Throws `InputError` with the problems of all hosts: a ProxyCommand, a value that cannot
 * be used, an identity file that does not exist, a jump chain that returns to where it was.
 */
export function resolveHosts(targets: readonly Target[], declarations: Declarations, ssh: SshConfig): Resolved {
  const problems: InputProblem[] = [];
  const warnings = new Set<string>();
  const resolver: Resolver = {
    declared: new Map(declarations.hosts.map((host) => [host.name, host])),
    hopDefaults: declarations.hopDefaults,
    ssh,
    warn: (warning) => warnings.add(warning),
  };
  const hosts = targets.flatMap((target) => {
    try {
      if (target.host.problems.length > 0) throw new InputError('data', target.host.problems);
      return [resolveTarget(target, resolver, [])];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length > 0) throw new InputError('data', problems);
  for (const warning of sharedAddresses(hosts)) warnings.add(warning);
  return { hosts, warnings: [...warnings] };
}

interface Resolver {
  readonly declared: ReadonlyMap<string, DeclaredHost>;
  readonly hopDefaults: Declarations['hopDefaults'];
  readonly ssh: SshConfig;
  warn(warning: string): void;
}

/** `trail`: the names of the hosts whose jump chains led here. */
function resolveTarget(target: Target, resolver: Resolver, trail: readonly string[]): Host {
  const declared = target.host;
  const settings = lookUp(target, resolver);
  if (declared.jump === undefined && settings.refusal !== undefined) throw settings.refusal;
  const chosen = chosenIdentities(target, settings);
  const missing = chosen?.find((file) => !existsSync(file) && !existsSync(`${file}.pub`));
  if (missing !== undefined) {
    throw problemAt(declared, `The identity file ${quote(missing)} of ${declared.name} does not exist.`);
  }
  const host = hostOf(declared, settings, chosen);
  const jump = resolveJump(declared.jump ?? settings.jump, declared, resolver, [...trail, declared.name]);
  const twin = jump.find((hop) => isSameLogin(hop, host));
  if (twin !== undefined) {
    throw problemAt(declared, `${declared.name} would be reached by a jump through itself (${twin.name}).`);
  }
  return { ...host, jump };
}

/** As ssh(1) tells a loop; networks with equal addresses differ in HostKeyAlias or user. */
function isSameLogin(a: Host, b: Host): boolean {
  return a.address === b.address && a.port === b.port && a.user === b.user && a.hostKeyAlias === b.hostKeyAlias;
}

/** The identities that the inventory names; undefined where only ssh_config or nothing does. */
function chosenIdentities({ host, fallback }: Target, settings: SshSettings): readonly string[] | undefined {
  return host.identities ?? (settings.identities.length === 0 ? fallback?.identities : undefined);
}

function lookUp({ host, user = host.user, port = host.port, fallback }: Target, { ssh, warn }: Resolver): SshSettings {
  const given = defined({ user, port, defaultUser: fallback?.user });
  const settings = resolveSsh(ssh, host.address ?? host.name, given);
  for (const warning of settings.warnings) warn(warning);
  return settings;
}

function hostOf(declared: DeclaredHost, settings: SshSettings, chosen: readonly string[] | undefined): Host {
  const { name, groups, tags, sites, params, place, provider } = declared;
  return {
    name,
    address: settings.address,
    port: settings.port,
    user: settings.user,
    identities: chosen ?? settings.identities,
    // An identity that someone chose is the one to offer; more keys look like an attack to the host.
    identitiesOnly: declared.identitiesOnly ?? (chosen !== undefined || settings.identitiesOnly),
    jump: [],
    knownHostsFiles: declared.knownHostsFiles ?? settings.knownHostsFiles,
    groups,
    tags,
    sites,
    params,
    source: formatPlace({ ...defined({ line: place.line }), file: place.file }),
    ...defined({
      hostKeyAlias: declared.hostKeyAlias ?? settings.hostKeyAlias,
      revokedHostKeysFile: declared.revokedHostKeysFile ?? settings.revokedHostKeysFile,
      provider,
    }),
  };
}

/** As `ssh -J a,b`: only the first hop may itself be behind other hops; the chain says how the others are reached. */
function resolveJump(
  hops: readonly string[],
  from: DeclaredHost,
  resolver: Resolver,
  trail: readonly string[],
): Host[] {
  return hops.flatMap((hop, index) => {
    const target = hopTarget(hop, from, resolver);
    if (trail.includes(target.host.name)) {
      throw problemAt(from, `The jump hosts form a circle: ${[...trail, target.host.name].join(' → ')}.`);
    }
    const host = index === 0 ? target.host : { ...target.host, jump: [] };
    const resolved = resolveTarget({ ...target, host }, resolver, trail);
    return [...resolved.jump, { ...resolved, jump: [] }];
  });
}

/** A host of the inventory where the hop names one, else whatever `ssh HOP` would reach. */
function hopTarget(hop: string, from: DeclaredHost, { declared, hopDefaults }: Resolver): Target {
  const named = declared.get(hop);
  if (named !== undefined) return { host: named };
  const destination = parseDestination(hop);
  if (typeof destination === 'string') {
    throw problemAt(from, `A jump host of ${from.name} cannot be read: ${destination}`);
  }
  const host = declared.get(destination.host);
  const login = defined({ user: destination.user, port: destination.port });
  if (host !== undefined) return { ...login, host };
  return { ...login, host: undeclared(destination, from.place), fallback: hopDefaults };
}

/** A host that only the command line or a jump chain names. */
export function undeclared({ host, port }: Destination, place: Place): DeclaredHost {
  const bracketed = host.includes(':') && port !== undefined ? `[${host}]` : host;
  const name = port === undefined ? bracketed : `${bracketed}:${port}`;
  return { name, address: host, groups: [], tags: [], sites: [], params: {}, place, problems: [] };
}

function problemAt({ place }: DeclaredHost, what: string): InputError {
  return new InputError('data', [{ ...place, what }]);
}

/** Not wrong (a host may be in scope under two names), but more often a slip than not. */
function sharedAddresses(hosts: readonly Host[]): string[] {
  const first = new Map<string, Host>();
  return hosts.flatMap((host) => {
    const key = JSON.stringify([
      host.address,
      host.port,
      host.user,
      host.jump.map(({ address, port }) => [address, port]),
    ]);
    const other = first.get(key);
    if (other === undefined) first.set(key, host);
    return other === undefined
      ? []
      : [`${host.name} and ${other.name} are the same: ${host.user}@${host.address} port ${host.port}.`];
  });
}
