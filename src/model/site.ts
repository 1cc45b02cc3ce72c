import { parseAddress } from './cidr.ts';

/**
 * One name that a host serves, with its port: what the outside view looks at, and what its findings are about
 * (`site:https://example.org:443`).
 */
export interface Site {
  /** Canonical: scheme, name, and the port always written out; `https://[2001:db8::7]:443`. */
  readonly url: string;
  /** `http`: served in clear only. `tls`: TLS without HTTP, e.g. IMAPS. */
  readonly scheme: 'https' | 'http' | 'tls';
  /** A-label in lower case, or an IP address without brackets; a pattern (`*.example.org`, `~^www`) when discovered as one. */
  readonly name: string;
  readonly port: number;
  /**
   * What is sent as SNI and Host. Null for an IP address (RFC 6066 §3 allows names only), and for a pattern that no
   * declared site gives a name to.
   */
  readonly serverName: string | null;
  /** Set when nothing can be asked: why, as a full sentence. The site's checks are `unknown(not-observable)`. */
  readonly unobservable?: string;
  readonly origin: 'declared' | 'discovered' | 'both';
  /** `fleet.yaml:12`, or file and line of the web server's configuration. */
  readonly source: string;
}

export interface SiteAddress {
  readonly scheme: Site['scheme'];
  readonly name: string;
  readonly port: number;
}

const PORTS = { https: 443, http: 80, tls: 0 } as const;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * Reads a declared site: `https://example.org`, `http://example.org:8080`, `https://[2001:db8::7]:8443`,
 * `tls://mail.example.org:993`. A trailing slash is fine, a path is not: a site is a name and a port.
 * @returns the parts, or what is wrong as the end of a sentence ("has a path")
 */
export function parseSite(text: string): SiteAddress | string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(text.trim());
  if (match === null) return 'is not a URL such as https://example.org';
  const [, scheme = '', authority = '', rest = ''] = match;
  const kind = scheme.toLowerCase();
  if (kind !== 'https' && kind !== 'http' && kind !== 'tls') {
    return `has the unknown scheme "${scheme}"; known are https, http and tls`;
  }
  if (authority.includes('@')) return 'holds credentials, which must not be sent';
  if (rest.includes('#')) return 'has a fragment';
  if (rest.includes('?')) return 'has a query';
  if (rest !== '' && rest !== '/') return 'has a path; a site is a name and a port';
  const parts = /^(\[[0-9A-Fa-f:.]+\]|[^:[\]]*)(?::([^:]*))?$/.exec(authority);
  if (parts === null) return 'has no valid host name';
  const port = parts[2] === undefined ? PORTS[kind] : /^[0-9]{1,5}$/.test(parts[2]) ? Number(parts[2]) : 0;
  if (port < 1 || port > 65_535) {
    return kind === 'tls' && parts[2] === undefined
      ? 'needs a port, e.g. tls://mail.example.org:993'
      : `has a bad port "${parts[2] ?? ''}"; ports are 1 to 65535`;
  }
  const name = (parts[1] ?? '').toLowerCase().replace(/\.$/, '');
  if (name.startsWith('[')) {
    const address = name.slice(1, -1);
    return parseAddress(address) === undefined ? 'has no valid IPv6 address' : { scheme: kind, name: address, port };
  }
  if (isAddress(name) && parseAddress(name) === undefined) return 'has no valid IPv4 address';
  if (name.length === 0 || name.length > 253 || !name.split('.').every((label) => LABEL.test(label))) {
    return 'has no valid host name (names outside ASCII are written as A-labels, xn--…)';
  }
  return { scheme: kind, name, port };
}

export function isAddress(name: string): boolean {
  return name.includes(':') || /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(name);
}

/** The canonical URL: two spellings of one site are the same text. */
export function siteUrl({ scheme, name, port }: SiteAddress): string {
  return `${scheme}://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** The subject of findings about a site. */
export function siteSubject(site: Pick<Site, 'url'>): string {
  return `site:${site.url}`;
}
