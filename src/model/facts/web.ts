import type { Fact, Unknown } from '../fact.ts';
import type { Site } from '../site.ts';

/** Facts about what the host serves to the web. */
export interface WebFacts {
  sites: Sites;
  /** Sorted by port; each address and port once. */
  listeners: readonly Listener[];
  /** What the configurations of the host's own web servers say about its sites. */
  webConfig: WebConfig;
}

/** What there is to look at from outside. */
export interface Sites {
  /** Sorted by URL, each once. */
  readonly sites: readonly Site[];
  /** Where sites may hide that could not be listed, e.g. a configuration that may not be read. */
  readonly doubts: readonly Unknown[];
}

/** A TCP socket of the host that takes connections. */
export interface Listener {
  /** Without brackets and interface: `0.0.0.0`, `::`, `10.0.0.7`; `*` for all addresses of both families. */
  readonly address: string;
  readonly port: number;
  /** Only the host itself can connect. */
  readonly isLoopback: boolean;
  /** Names of the processes that hold it, sorted; empty when the kernel itself does, or when ss may not tell. */
  readonly processes: readonly string[];
}

/** A line of a file on the host. */
export interface Place {
  readonly path: string;
  readonly line: number;
}

export type WebServerName = 'nginx' | 'Apache' | 'Caddy';

export interface WebConfig {
  /** One per site that a web server of the host is configured for. */
  readonly sites: readonly ConfiguredSite[];
}

/** What the web server that answers for a site is told to do; what is on the wire may differ. */
export interface ConfiguredSite {
  /** `url` of the site. */
  readonly site: string;
  readonly software: WebServerName;
  /** Where the server block (nginx), virtual host (Apache) or site block (Caddy) begins. */
  readonly place: Place;
  readonly hsts: Fact<ConfiguredHsts>;
  /** Absent: none are set, so that the server's own default decides. */
  readonly protocols: Fact<ConfiguredProtocols>;
  /** Absent: the configuration names no file. */
  readonly certificates: Fact<readonly ConfiguredCertificate[]>;
  /** Absent: plain HTTP is not redirected by this server, or there is no plain HTTP for this name. */
  readonly redirect: Fact<ConfiguredRedirect>;
}

export interface ConfiguredHsts {
  /** What the start page of the site gets; several make several fields. Empty: the server adds none. */
  readonly headers: readonly ConfiguredHeader[];
  /** Parts of the site whose answers do not get it, though the site is meant to; the start page may be among them. */
  readonly lostIn: readonly LostHeader[];
  /** Lines that would set it, were they not commented out; in the files that the server uses. */
  readonly commented: readonly Place[];
}

export interface ConfiguredHeader {
  readonly value: string;
  readonly place: Place;
  /** False: answers with an error status go without it. */
  readonly onErrors: boolean;
}

export interface LostHeader {
  /** As configured: `location /api`. */
  readonly part: string;
  /** What takes it away. */
  readonly place: Place;
}

export interface ConfiguredProtocols {
  /** `SSLv3`, `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`; in order, each once. */
  readonly versions: readonly string[];
  readonly place: Place;
  /** Set when the site's own block says otherwise, and the default server of the listening socket overrules it. */
  readonly overruled?: Place;
}

export interface ConfiguredCertificate {
  readonly path: string;
  readonly place: Place;
  /** SHA-256 of the first certificate of the file, 64 hex digits in lower case. */
  readonly fingerprint: Fact<string>;
}

export interface ConfiguredRedirect {
  /** 301, 302, … */
  readonly status: number;
  /** As configured, with its variables. */
  readonly to: string;
  readonly place: Place;
}
