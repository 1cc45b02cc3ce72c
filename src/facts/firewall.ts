import { known } from '../model/fact.ts';
import type { FirewallFacts } from '../model/facts/firewall.ts';
import type { Probe } from '../model/probe.ts';
import { NFT, readKernel } from './firewall/kernel.ts';
import { ADDRESSES, ROUTES, readForwarding, SETTINGS } from './firewall/network.ts';
import { RULE_FILES, readStoredAlternatives, readUfwStored } from './firewall/stored.ts';
import { PRESENCE, readFirewallUnits, readUfw, UNITS } from './firewall/ufw.ts';
import type { FactSources } from './outputs.ts';

const UFW_RULES = ['before', 'before6', 'after', 'after6', 'user', 'user6'].map((name) => `/etc/ufw/${name}.rules`);
const OTHER_RULES = [
  '/etc/nftables.conf',
  '/etc/sysconfig/nftables.conf',
  '/etc/iptables/rules.v4',
  '/etc/iptables/rules.v6',
  '/etc/sysconfig/iptables',
  '/etc/sysconfig/ip6tables',
];
const MIB = 1_048_576;

/** `ufw status` is not here: it takes ufw's lock, costs a Python start, and prints its files, not the kernel. */
export const probes: readonly Probe[] = [
  {
    id: PRESENCE,
    purpose: 'Whether ufw is installed, and which packet filters the kernel has.',
    as: 'user',
    argv: [
      'ls',
      '-1d',
      '/usr/sbin/ufw',
      '/sys/module/x_tables',
      '/sys/module/nf_tables',
      '/proc/net/ip_tables_names',
      '/proc/net/ip6_tables_names',
    ],
  },
  {
    id: SETTINGS,
    purpose: "ufw's settings that everybody may read, whether packets are forwarded, and whether IPv6 is in use.",
    as: 'user',
    argv: [
      'grep',
      '-H',
      '^[^#]',
      '/etc/ufw/ufw.conf',
      '/etc/default/ufw',
      '/proc/sys/net/ipv4/ip_forward',
      { glob: '/proc/sys/net/ipv4/conf/*/forwarding' },
      { glob: '/proc/sys/net/ipv6/conf/*/forwarding' },
      '/proc/sys/net/ipv6/conf/all/disable_ipv6',
      '/proc/net/if_inet6',
    ],
  },
  {
    id: ROUTES,
    purpose: 'Which interfaces lead outside: the default routes.',
    as: 'user',
    argv: [
      'grep',
      '-hE',
      '^[^[:space:]]+[[:space:]]+0{8}[[:space:]]|^0{32} 00 ',
      '/proc/net/route',
      '/proc/net/ipv6_route',
    ],
  },
  {
    id: ADDRESSES,
    purpose: "The host's own addresses, for rules that send packets to one of them.",
    as: 'user',
    // Of IPv4 an address stands in the line before what it is.
    argv: ['grep', '-hE', '-B1', '/32 host LOCAL|^[0-9a-f]{32} ', '/proc/net/fib_trie', '/proc/net/if_inet6'],
  },
  {
    id: UNITS,
    purpose: 'Which firewall services are loaded, running and enabled.',
    as: 'user',
    argv: [
      'systemctl',
      'show',
      '-p',
      'Id,LoadState,ActiveState,UnitFileState',
      'ufw.service',
      'nftables.service',
      'firewalld.service',
      'netfilter-persistent.service',
      'iptables.service',
      'ip6tables.service',
    ],
  },
  { id: 'iptables-save', purpose: 'The IPv4 rules in the kernel.', as: 'root', argv: ['iptables-save'], maxBytes: MIB },
  {
    id: 'ip6tables-save',
    purpose: 'The IPv6 rules in the kernel.',
    as: 'root',
    argv: ['ip6tables-save'],
    maxBytes: MIB,
  },
  {
    id: 'iptables-legacy-save',
    purpose: 'IPv4 rules of the older kernel interface, which filter beside the others.',
    as: 'root',
    argv: ['iptables-legacy-save'],
    maxBytes: MIB,
  },
  {
    id: 'ip6tables-legacy-save',
    purpose: 'IPv6 rules of the older kernel interface, which filter beside the others.',
    as: 'root',
    argv: ['ip6tables-legacy-save'],
    maxBytes: MIB,
  },
  {
    id: NFT,
    purpose: 'All nftables rules in the kernel, as JSON, without counters.',
    as: 'root',
    argv: ['nft', '-j', '-s', 'list', 'ruleset'],
    maxBytes: 2 * MIB,
  },
  {
    id: RULE_FILES,
    purpose: 'The firewall rules that are loaded at the next boot.',
    as: 'root',
    argv: ['tail', '-n', '+1', ...UFW_RULES, ...OTHER_RULES],
  },
];

const IPV4 = ['iptables-save', 'iptables-legacy-save'];
const IPV6 = ['ip6tables-save', 'ip6tables-legacy-save'];

export const facts: FactSources<FirewallFacts> = {
  ufw: { probes: [PRESENCE, SETTINGS], derive: readUfw },
  firewallUnits: { probes: [UNITS], derive: (outputs) => known(readFirewallUnits(outputs)) },
  forwarding: { probes: [SETTINGS], derive: (outputs) => known(readForwarding(outputs)) },
  packetFilter4: {
    probes: [...IPV4, NFT, ROUTES, PRESENCE, SETTINGS],
    rare: [ADDRESSES],
    derive: (outputs) => readKernel(outputs, 'IPv4'),
  },
  packetFilter6: {
    probes: [...IPV6, NFT, ROUTES, PRESENCE, SETTINGS],
    rare: [ADDRESSES],
    derive: (outputs) => readKernel(outputs, 'IPv6'),
  },
  ufwStored4: { probes: [PRESENCE, SETTINGS, RULE_FILES], derive: (outputs) => readUfwStored(outputs, 'IPv4') },
  ufwStored6: { probes: [PRESENCE, SETTINGS, RULE_FILES], derive: (outputs) => readUfwStored(outputs, 'IPv6') },
  storedAlternatives: { probes: [RULE_FILES], derive: (outputs) => known(readStoredAlternatives(outputs)) },
};
