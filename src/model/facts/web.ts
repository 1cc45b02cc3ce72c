import type { Unknown } from '../fact.ts';
import type { Site } from '../site.ts';

/** Facts about what the host serves to the web. */
export interface WebFacts {
  sites: Sites;
}

/** What there is to look at from outside. */
export interface Sites {
  /** Sorted by URL, each once. */
  readonly sites: readonly Site[];
  /** Where sites may hide that could not be listed, e.g. a configuration that may not be read. */
  readonly doubts: readonly Unknown[];
}
