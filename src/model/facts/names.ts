import type { Fact } from '../fact.ts';

/** Facts about where names lead. */
export interface NamesFacts {
  /** One per site with a name that was looked up. */
  names: readonly SiteName[];
}

export interface SiteName {
  /** `url` of the site. */
  readonly site: string;
  readonly name: string;
  /** A and AAAA records, as the scanner's resolver gives them; empty when there are none. */
  readonly addresses: Fact<readonly string[]>;
  /** Those of them that are no address of the host, as far as they are known: a CDN, a load balancer, another server. */
  readonly elsewhere: readonly string[];
}
