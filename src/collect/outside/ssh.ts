import type { SshExchange } from '../../model/exchange.ts';
import type { Host } from '../../model/host.ts';
import type { Visit } from './visit.ts';

export async function probeSsh(_host: Host, _address: string, _visit: Visit): Promise<readonly SshExchange[]> {
  return [];
}
