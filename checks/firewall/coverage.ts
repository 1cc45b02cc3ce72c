import { cidrContains, parseCidr } from '../../src/model/cidr.ts';
import type { Traffic } from '../../src/model/facts/firewall.ts';
import { portsWithin } from '../../src/model/port-range.ts';
import { type Port, parsePort } from '../../src/model/units.ts';

/** What a permission says; null is "any". */
export type Permission = Pick<Traffic, 'protocol' | 'ports' | 'source' | 'destination' | 'interface'>;

const ALL_PORTS = { from: 0, to: 65_535 };

/** The `allowed` parameter of a baseline as permissions. Its schema has already been checked. */
export function permissionsOf(allowed: readonly string[]): readonly Permission[] {
  return allowed.map(parsePort).map(permissionOf);
}

export function permissionOf({ port, endPort, protocol, from }: Port): Permission {
  return { protocol, ports: { from: port, to: endPort ?? port }, source: from, destination: null, interface: null };
}

/** True when the permissions together cover everything that the traffic may be. */
export function permits(permissions: readonly Permission[], traffic: Permission): boolean {
  const fitting = permissions.filter(
    (one) =>
      (one.protocol === 'any' || one.protocol === traffic.protocol) &&
      addressWithin(traffic.source, one.source) &&
      addressWithin(traffic.destination, one.destination) &&
      (one.interface === null || one.interface === traffic.interface),
  );
  return portsWithin(
    traffic.ports ?? ALL_PORTS,
    fitting.map((one) => one.ports ?? ALL_PORTS),
  );
}

/** The same for what comes in by these interfaces only: permissions for each of them make one for all. */
export function permitsFrom(
  interfaces: readonly string[],
  permissions: readonly Permission[],
  traffic: Permission,
): boolean {
  const ways = interfaces.filter((name) => comesInBy(traffic, name));
  if (ways.length === 0) return permits(permissions, traffic);
  return ways.every((name) =>
    permits(
      permissions.filter((one) => comesInBy(one, name)).map((one) => ({ ...one, interface: null })),
      traffic,
    ),
  );
}

/** Whether traffic by this interface is meant: `eth0, wg+`, `not docker0`, or any. */
export function comesInBy({ interface: on }: Pick<Traffic, 'interface'>, name: string): boolean {
  if (on === null) return true;
  const names = on.replace(/^not /, '').split(', ');
  return names.some((one) => isOrBegins(one, name)) !== on.startsWith('not ');
}

/** `eth+` of iptables and `eth*` of nftables stand for every name that begins so. */
function isOrBegins(pattern: string, name: string): boolean {
  return /[+*]$/.test(pattern) ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function addressWithin(inner: string | null, outer: string | null): boolean {
  if (outer === null) return true;
  return inner !== null && cidrContains(parseCidr(outer), parseCidr(inner));
}
