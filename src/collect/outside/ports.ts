import type { TcpExchange } from '../../model/exchange.ts';
import type { Visit } from './visit.ts';

export async function probePorts(
  _address: string,
  _sshPort: number,
  _ports: readonly number[],
  _visit: Visit,
): Promise<readonly TcpExchange[]> {
  return [];
}
