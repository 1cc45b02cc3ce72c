import { type Cidr, parseCidr } from '../../model/cidr.ts';
import { read } from '../../model/fact.ts';
import type { Family, Forwarding } from '../../model/facts/firewall.ts';
import { type Outputs, settle } from '../outputs.ts';
import { greppedFiles } from './files.ts';
import { isInternalName } from './stock.ts';

export const SETTINGS = 'firewall-settings';
export const ROUTES = 'default-routes';
export const ADDRESSES = 'own-addresses';

/** Settings that everybody may read. */
export const settings = greppedFiles(SETTINGS);

const ADDRESSES6 = '/proc/net/if_inet6';
const DISABLED6 = '/proc/sys/net/ipv6/conf/all/disable_ipv6';

/** Interfaces whose forwarding switch is on. Source: kernel, Documentation/networking/ip-sysctl. */
export function readForwarding(outputs: Outputs): Forwarding {
  const files = settings(outputs);
  const on = (version: string): readonly string[] =>
    files.paths.flatMap((path) => {
      const [, name] = new RegExp(`^/proc/sys/net/${version}/conf/([^/]+)/forwarding$`).exec(path) ?? [];
      return name !== undefined && read(files(path))?.trim() !== '0' ? [name] : [];
    });
  // Without this switch the pattern matched nothing, and "no interface forwards" would be a guess.
  read(files('/proc/sys/net/ipv4/ip_forward'));
  return { IPv4: on('ipv4'), IPv6: on('ipv6') };
}

/**
 * Why no IPv6 packet can come in; undefined when one can. IPv6 counts as usable unless the kernel has none
 * or it is switched off everywhere and no interface but loopback has an address.
 */
export function ipv6Absence(outputs: Outputs): string | undefined {
  const files = settings(outputs);
  const disabled = files(DISABLED6);
  if (disabled.state === 'absent') return 'the kernel has no IPv6';
  if (read(disabled)?.trim() !== '1') return undefined;
  const addresses = files(ADDRESSES6);
  const outside =
    addresses.state === 'known' && addresses.value.split('\n').some((line) => /\s(?!lo$)\S+$/.test(line.trim()));
  return outside ? undefined : 'IPv6 is switched off and no interface has an IPv6 address';
}

/**
 * Interfaces by which strangers come in: those of the default routes, or every one that is not the host's
 * own where there is no default route. Source: proc(5), /proc/net/route; net/ipv6/route.c for ipv6_route.
 */
export function outsideInterfaces(outputs: Outputs, family: Family): readonly string[] {
  const lines = outputs.ran(ROUTES, [0, 1, 2]).split('\n');
  const routed = lines.flatMap((line) => defaultRoute(line.trim().split(/\s+/), family) ?? []);
  const names = routed.length > 0 ? routed : interfaces(outputs);
  return [...new Set(names)].filter((name) => !isInternalName(name)).sort();
}

/**
 * The host's own addresses; null when they are not known, as of older recordings. Source: net/ipv4/fib_trie.c
 * (`|-- 192.0.2.2` and below it `/32 host LOCAL`), proc(5) for /proc/net/if_inet6.
 */
export function ownAddresses(outputs: Outputs, family: Family): readonly Cidr[] | null {
  const printed = settle(() => outputs.ran(ADDRESSES, [0, 1, 2]));
  const text = printed.state === 'known' ? printed.value : '';
  const found =
    family === 'IPv4'
      ? [...text.matchAll(/\|-- ([\d.]+)\n\s*\/32 host LOCAL/g)].map(([, address = '']) => address)
      : [...text.matchAll(/^([0-9a-f]{32}) /gm)].map(([, digits = '']) => digits.replace(/.{4}(?!$)/g, '$&:'));
  return found.length === 0 ? null : [...new Set(found)].map(parseCidr);
}

function defaultRoute(fields: readonly string[], family: Family): string | undefined {
  if (family === 'IPv4') return fields[1] === '00000000' && fields[7] === '00000000' ? fields[0] : undefined;
  const name = /^0{32}$/.test(fields[0] ?? '') && fields[1] === '00' ? fields.at(-1) : undefined;
  // The kernel keeps a route to nowhere on loopback.
  return name === 'lo' ? undefined : name;
}

function interfaces(outputs: Outputs): readonly string[] {
  const names = settings(outputs).paths.map(
    (path) => /^\/proc\/sys\/net\/ipv4\/conf\/([^/]+)\/forwarding$/.exec(path)?.[1],
  );
  return names.flatMap((name) => (name === undefined || name === 'all' || name === 'default' ? [] : name));
}
