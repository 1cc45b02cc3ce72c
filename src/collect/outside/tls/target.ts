import type { Site } from '../../../model/site.ts';

/** One address of a site. */
export interface SiteTarget {
  readonly site: Site;
  /** IP address without brackets. */
  readonly address: string;
}
