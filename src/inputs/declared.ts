import type { Host } from '../model/host.ts';
import type { InputProblem, Place } from './error.ts';

/** One host as an inventory states it: what is left out is for ~/.ssh/config and the defaults to say. */
export interface DeclaredHost {
  readonly name: string;
  /** What to dial; default: the name. */
  readonly address?: string;
  readonly user?: string;
  readonly port?: number;
  /** Absolute. */
  readonly identities?: readonly string[];
  readonly identitiesOnly?: boolean;
  /** Hops as written, first hop first; empty: a direct connection, whatever ~/.ssh/config says. */
  readonly jump?: readonly string[];
  readonly hostKeyAlias?: string;
  readonly knownHostsFiles?: readonly string[];
  readonly revokedHostKeysFile?: string;
  readonly groups: readonly string[];
  readonly tags: readonly string[];
  readonly sites: readonly string[];
  readonly provider?: string;
  readonly params: Host['params'];
  readonly place: Place;
  /** Why this host cannot be scanned as it is declared; they count only when it is selected. */
  readonly problems: readonly InputProblem[];
}

/** What one inventory file (and the files next to it) declares. */
export interface Declarations {
  readonly hosts: readonly DeclaredHost[];
  /** Every group, also those without hosts. */
  readonly groups: readonly string[];
  /** For jump hosts that are not hosts of the file, below what ~/.ssh/config says. */
  readonly hopDefaults: { readonly user?: string; readonly identities?: readonly string[] };
  readonly warnings: readonly string[];
}

/** Leaves out what is undefined, so that a spread of it sets nothing. */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
