import type { HttpExchange } from '../../model/exchange.ts';
import type { SiteTarget } from './tls.ts';
import type { Visit } from './visit.ts';

export async function probeHttp(_target: SiteTarget, _visit: Visit): Promise<readonly HttpExchange[]> {
  return [];
}
