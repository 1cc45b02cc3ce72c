import type { Fact } from '../../model/fact.ts';
import type {
  ConfiguredHsts,
  ConfiguredProtocols,
  ConfiguredRedirect,
  Place,
  WebServerName,
} from '../../model/facts/web.ts';

/** A server block, a virtual host, a site block: what one configuration says about some names and ports. */
export interface Served {
  readonly software: WebServerName;
  readonly place: Place;
  readonly listens: readonly Listen[];
  /** In lower case as written; empty when it has none. */
  readonly names: readonly string[];
  /** True: it answers nobody (`return 444`), or everybody with an error in clear, so there is nothing to look at. */
  readonly isSilent: boolean;
  /** True: whatever it is asked for, it sends on to HTTPS. */
  readonly onlyRedirects: boolean;
  readonly hsts: Fact<ConfiguredHsts>;
  readonly protocols: Fact<ConfiguredProtocols>;
  readonly certificates: Fact<readonly CertificateFile[]>;
  readonly redirect: Fact<ConfiguredRedirect>;
}

export interface CertificateFile {
  readonly path: string;
  readonly place: Place;
}

export interface Listen {
  /** `*` for every address. */
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
  readonly isDefault: boolean;
  /** True: no handshake succeeds there (`ssl_reject_handshake`), so there is nothing to look at. */
  readonly refuses?: boolean;
}

export function isLocal({ address }: Pick<Listen, 'address'>): boolean {
  return address.startsWith('127.') || address === '::1' || address === 'localhost' || address.startsWith('unix:');
}

/** `name`: can be asked for. `pattern`: stands for names that are not known. `none`: whatever nobody else has. */
export function kindOf(name: string): 'name' | 'pattern' | 'none' {
  if (NO_NAMES.has(name)) return 'none';
  if (/[*?~$%{}]/.test(name) || name.startsWith('.')) return 'pattern';
  return /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/.test(name) && /[a-z0-9]/.test(name) ? 'name' : 'none';
}

/** What people write where no name is meant. */
const NO_NAMES = new Set(['', '_', 'localhost', 'default', 'default_server', '_default_', 'invalid']);

/**
 * The one of these servers that answers for a name on a port: exact names first, then the longest wildcard that begins
 * with `*`, then the longest that ends with it, then regular expressions in their order, then the default of the port.
 * Source: nginx.org/en/docs/http/server_names.html; Apache takes the first that fits, which these rules include.
 */
export function answering(all: readonly Served[], name: string | null, port: number): Served | undefined {
  const here = all.filter(({ listens }) => listens.some((listen) => listen.port === port));
  if (name !== null) {
    const fits = here.flatMap((served) =>
      served.names.flatMap((pattern) => {
        const rank = rankOf(pattern, name);
        return rank === undefined ? [] : [{ served, rank }];
      }),
    );
    const best = fits.sort((a, b) => b.rank - a.rank)[0];
    if (best !== undefined) return best.served;
  }
  return here.find(({ listens }) => listens.some((listen) => listen.port === port && listen.isDefault)) ?? here[0];
}

/** Whether a pattern stands for this name. */
export function standsFor(pattern: string, name: string): boolean {
  return rankOf(pattern, name) !== undefined;
}

function rankOf(pattern: string, name: string): number | undefined {
  if (pattern === name) return 3_000_000;
  if (pattern.startsWith('~')) return expressionFits(pattern.slice(1), name) ? 1 : undefined;
  if (pattern.startsWith('.')) {
    if (name === pattern.slice(1)) return 2_999_999;
    return name.endsWith(pattern) ? 2_000_000 + pattern.length : undefined;
  }
  if (/^[^*?]*[*?][^$]*$/.test(pattern) && !pattern.includes('$')) {
    const source = pattern
      .replace(/[\\^$.|+(){}[\]]/g, '\\$&')
      .replaceAll('*', '.+')
      .replaceAll('?', '.');
    if (!new RegExp(`^${source}$`).test(name)) return undefined;
    return (pattern.startsWith('*') ? 2_000_000 : 1_000_000) + pattern.length;
  }
  return undefined;
}

/** PCRE and ECMAScript agree on what server names are made of; what does not compile stands for no name we know. */
function expressionFits(source: string, name: string): boolean {
  try {
    return new RegExp(source.replaceAll('(?P<', '(?<'), 'i').test(name);
  } catch {
    return false;
  }
}
