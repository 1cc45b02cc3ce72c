import { type Cidr, cidrContains, parseCidr } from '../../model/cidr.ts';
import type { Interfaces, Packets } from './packets.ts';

/** Protocols that carry no connection to a service. */
const CONTROL = new Set(['icmp', 'ipv6-icmp', 'igmp']);

const LOOPBACK = ['127.0.0.0/8', '::1'].map(parseCidr);
const LINK_LOCAL = [parseCidr('fe80::/10')];
const MDNS = ['224.0.0.251', 'ff02::fb'].map(parseCidr);
const SSDP = ['239.255.255.250', 'ff02::f'].map(parseCidr);

/** Bridges that container and VM engines make for their own guests; nothing outside is attached to them. */
const INTERNAL =
  /^(lo|docker\d+|docker_gwbridge|br-[0-9a-f]{12}|virbr\d+|lxcbr\d+|lxdbr\d+|incusbr\d+|podman\d+|cni\d+|cni-podman\d+|cbr\d+|flannel\.\d+|cilium_\w+|cali[0-9a-f+*]+|veth.*|vnet\d+)$/;

export function isInternalName(name: string): boolean {
  return INTERNAL.test(name);
}

/** True when every interface in the set belongs to the host itself. */
export function isInternal(inbound: Interfaces | null): boolean {
  return inbound !== null && !inbound.except && inbound.names.every(isInternalName);
}

/** Accepts that every ordinary firewall has and that open no service: see `PacketFilter.openings`. */
export function isStock(packets: Packets): boolean {
  const { protocols } = packets;
  if (protocols?.every((name) => CONTROL.has(name))) return true;
  if (inside(packets.sources, LOOPBACK) || inside(packets.destinations, LOOPBACK)) return true;
  if (protocols?.length !== 1 || protocols[0] !== 'udp') return false;
  const linkLocal = inside(packets.sources, LINK_LOCAL) || inside(packets.destinations, LINK_LOCAL);
  return (
    (only(packets.ports, 68) && only(packets.sourcePorts, 67)) ||
    (only(packets.ports, 546) && (linkLocal || only(packets.sourcePorts, 547))) ||
    (only(packets.ports, 5353) && inside(packets.destinations, MDNS)) ||
    (only(packets.ports, 1900) && inside(packets.destinations, SSDP))
  );
}

/** True when the destination is an address of the host's own loopback. */
export function isLoopback(destinations: Packets['destinations']): boolean {
  return inside(destinations, LOOPBACK);
}

function only(ports: Packets['ports'], port: number): boolean {
  return ports?.every((range) => range.from === port && range.to === port) ?? false;
}

function inside(addresses: Packets['sources'], networks: readonly Cidr[]): boolean {
  return addresses?.every((one) => networks.some((network) => cidrContains(network, one))) ?? false;
}
