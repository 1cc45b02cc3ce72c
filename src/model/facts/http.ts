import type { Fact, Unknown } from '../fact.ts';

/** Facts about what a site answers over HTTP. */
export interface HttpFacts {
  /** One per site and address that was asked. */
  http: readonly HttpEndpoint[];
}

/** A site at one address. */
export interface HttpEndpoint {
  /** `url` of the site. */
  readonly site: string;
  /** IP address without brackets. */
  readonly address: string;
  /** `/` over TLS and where it leads within the same host name; absent for a site in clear. */
  readonly root: Fact<Chain>;
  /** A path that does not exist, over TLS. */
  readonly missing: Fact<Chain>;
  /**
   * `/` in clear; absent where nothing answers in clear, which the sentence says. For a site over TLS on another port
   * than 443 nobody knows where its users would come in clear: absent too, see `hasPlainTwin`.
   */
  readonly plainRoot: Fact<Chain>;
  readonly plainMissing: Fact<Chain>;
  /** True: its users can come to it in clear, at a port that was asked. */
  readonly hasPlainTwin: boolean;
  /** What responses say about the software and the machines behind the site. */
  readonly disclosures: readonly Disclosure[];
  /** Parts of responses that could not be read for disclosures. */
  readonly unread: readonly Unknown[];
  /** `Server` fields of the first response, joined; what the software says it is proves nothing. */
  readonly server: string;
  readonly software: WebSoftware | null;
  /** The server's clock minus the scanner's; absent when no response had a Date. */
  readonly clockSkewSeconds: Fact<number>;
}

export type WebSoftware = 'nginx' | 'apache' | 'caddy';

/** One URL and the redirects from it, walked within its host name. */
export interface Chain {
  /** At least one. */
  readonly pages: readonly [Page, ...Page[]];
  /**
   * Why it ends: the last page does not redirect or is the last one that was wanted (`page`), leads to another host name or to something that is no web
   * page (`away`), leads to a page of this chain (`circle`), was not followed further (`long`), or the next page could
   * not be had (`broken`, see `trouble`).
   */
  readonly end: 'page' | 'away' | 'circle' | 'long' | 'broken';
  readonly trouble: Unknown | null;
}

export interface Page {
  /** Absolute, without secrets. */
  readonly url: string;
  readonly status: number;
  /** As sent; null: no Location, or not a redirect. */
  readonly location: string | null;
  /** The absolute URL it redirects to; null: it does not, or Location is no URL. */
  readonly to: string | null;
  /** What further Location fields say, where that is something else: browsers follow none then. */
  readonly otherwise: readonly string[];
  readonly hsts: HstsSeen;
  /** The page itself sends the reader on, by `<meta http-equiv=refresh>` or a script. */
  readonly clientRedirect: boolean;
}

/** What browsers make of the Strict-Transport-Security fields of one response; of several they read the first. */
export interface HstsSeen {
  /** As sent, in order. */
  readonly fields: readonly string[];
  readonly effect: 'on' | 'off' | 'ignored' | 'missing';
  /** Why it is ignored, as the end of a sentence; else empty. */
  readonly because: string;
  /** Seconds; 0 unless `on`. */
  readonly maxAge: number;
  readonly includeSubDomains: boolean;
  /** Why hstspreload.org would refuse it, each as the end of a sentence. */
  readonly preloadProblems: readonly string[];
}

export interface Disclosure {
  /**
   * `version`: software with its version. `software`: its name alone. `error-text`: a stack trace, a database error or
   * a path. `internal-address`: of a machine behind. `session-url`: a session identifier in a URL. `extension`: a file
   * extension that names the technology.
   */
  readonly kind: 'version' | 'software' | 'error-text' | 'internal-address' | 'session-url' | 'extension';
  /** `the Server header`, `the error page`, `a link of the page`. */
  readonly where: string;
  readonly url: string;
  /** As seen, cut to 120 characters. */
  readonly text: string;
}
