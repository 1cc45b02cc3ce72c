import type { TlsExchange } from '../../model/exchange.ts';
import type { Site } from '../../model/site.ts';
import type { Visit } from './visit.ts';

/** One address of a site. */
export interface SiteTarget {
  readonly site: Site;
  /** IP address without brackets. */
  readonly address: string;
}

export async function probeTls(_target: SiteTarget, _visit: Visit): Promise<readonly TlsExchange[]> {
  return [];
}
