import type { ExchangeState, TcpExchange } from '../../model/exchange.ts';
import { cannotTell, type Unknown, unknown } from '../../model/fact.ts';
import type { AddressExposure, Exposure, PortSeen } from '../../model/facts/outside.ts';

/** Which ports answered, address by address. Throws `Ignorance` when none was tried. */
export function readExposure(exchanges: readonly TcpExchange[]): Exposure {
  if (exchanges.length === 0) return cannotTell('not-observable', 'No port was tried from outside.');
  const addresses = [...new Set(exchanges.map(({ address }) => address))];
  return addresses.map((address) =>
    exposureOf(
      address,
      exchanges.filter((one) => one.address === address),
    ),
  );
}

function exposureOf(address: string, exchanges: readonly TcpExchange[]): AddressExposure {
  const tried = exchanges.filter(({ kind }) => kind === 'port' || kind === 'open-before');
  return {
    address,
    family: address.includes(':') ? 'IPv6' : 'IPv4',
    doubt: doubtOf(exchanges),
    openCounts: !exchanges.some(({ kind, state }) => kind === 'closed' && isTaken(state)),
    ports: tried.map(({ port, state }): PortSeen => ({ port, state: seen(state) })).sort((a, b) => a.port - b.port),
  };
}

/** The SSH port must be open before and after, and the port where nothing listens must not be. */
function doubtOf(exchanges: readonly TcpExchange[]): Unknown | null {
  const of = (kind: string) => exchanges.find((one) => one.kind === kind);
  const [before, closed, after] = [of('open-before'), of('closed'), of('open-after')];
  if (before?.state !== 'answered') {
    const why = before?.error ?? 'The SSH port was not tried.';
    return unknown('unreachable', `The SSH port did not answer, so silence of other ports proves nothing. ${why}`);
  }
  if (closed === undefined || closed.state === 'not-run') {
    return unknown('not-observable', closed?.error ?? 'No port was tried that must be closed.');
  }
  if (isTaken(closed.state)) {
    const where = `port ${closed.port} of ${closed.address}`;
    const message = `Something in between answers for the host: even ${where}, where nothing should listen, takes connections.`;
    return unknown('not-observable', message);
  }
  if (after?.state === 'answered') return null;
  const why = after?.error ?? '';
  const message = `The SSH port answered before the other ports were tried, but not after: the scanner may have been locked out in between. ${why}`;
  return unknown(after?.state === 'not-run' ? 'timeout' : 'unreachable', message.trim());
}

function isTaken(state: ExchangeState): boolean {
  return state === 'answered' || state === 'reset';
}

function seen(state: ExchangeState): PortSeen['state'] {
  switch (state) {
    case 'answered':
      return 'open';
    case 'refused':
      return 'closed';
    case 'reset':
      return 'reset';
    case 'not-run':
      return 'not-tried';
    default:
      return 'filtered';
  }
}
