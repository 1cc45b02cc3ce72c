import { type Cidr, formatCidr } from '../../model/cidr.ts';
import type { Family, Traffic } from '../../model/facts/firewall.ts';
import type { Interfaces, Packets } from './packets.ts';
import { isInternalName } from './stock.ts';

/** One set of packets in the words of a finding: one entry for each protocol, port range and address. */
export function trafficOf(packets: Packets, family: Family): readonly Traffic[] {
  const { unread } = packets;
  return each(packets.protocols).flatMap((protocol) =>
    each(packets.ports).flatMap((ports) =>
      each(packets.sources).flatMap((source) =>
        each(packets.destinations).map((destination) => ({
          family,
          protocol: protocol ?? 'any',
          ports,
          source: cidrText(source),
          destination: cidrText(destination),
          interface: interfaceText(packets.inbound),
          unread,
        })),
      ),
    ),
  );
}

function each<T>(values: readonly T[] | null): readonly (T | null)[] {
  return values ?? [null];
}

function cidrText(cidr: Cidr | null): string | null {
  return cidr === null ? null : formatCidr(cidr);
}

function interfaceText(inbound: Interfaces | null): string | null {
  if (inbound === null) return null;
  if (!inbound.except) return inbound.names.join(', ');
  const names = inbound.names.filter((name) => !isInternalName(name));
  return names.length === 0 ? null : `not ${names.join(', ')}`;
}
