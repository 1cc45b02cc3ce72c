import { expect, test } from 'vitest';
import { firewallActive } from '../../checks/firewall/firewall-active.ts';
import { firewallAllowedPorts } from '../../checks/firewall/firewall-allowed-ports.ts';
import { firewallDefaultDeny } from '../../checks/firewall/firewall-default-deny.ts';
import { firewallEffective } from '../../checks/firewall/firewall-effective.ts';
import { firewallLogging } from '../../checks/firewall/firewall-logging.ts';
import { recorded } from '../facts/firewall/recorded.ts';
import { captureOf, judged, verdicts } from './recorded.ts';

const EVERYTHING = 'every incoming IPv4 and IPv6 connection';

test.each([
  // A rate or a count per address refuses nobody for good.
  ['nft-update-inserted', firewallActive, 'pass', 'ufw filters incoming connections'],
  ['nft-update-inserted', firewallAllowedPorts, 'fail', 'lets in 3306/tcp from anywhere (IPv4 and IPv6)'],
  ['nft-update-inserted', firewallEffective, 'fail', '3306/tcp from anywhere (IPv4 and IPv6)'],
  ['nft-update-inserted-trixie', firewallActive, 'pass', 'ufw filters incoming connections'],
  ['nft-update-inserted-trixie', firewallAllowedPorts, 'fail', 'lets in 3306/tcp from anywhere (IPv4 and IPv6)'],
  ['nft-update-inserted-trixie', firewallEffective, 'fail', '3306/tcp from anywhere (IPv4 and IPv6)'],
  ['nft-update-alone', firewallActive, 'fail', 'ufw is installed but inactive'],
  ['nft-update-alone', firewallDefaultDeny, 'fail', EVERYTHING],
  ['nft-update-alone', firewallAllowedPorts, 'fail', EVERYTHING],
  ['nft-update-alone', firewallLogging, 'fail', 'No firewall denies'],
  // Rules of nft in the tables of iptables, of which iptables-save shows less than there is.
  ...(['nft-blocklist-ufw', 'nft-blocklist-ufw-trixie'] as const).flatMap((name) => [
    [name, firewallActive, 'pass', 'ufw filters incoming connections'] as const,
    [name, firewallDefaultDeny, 'pass', 'IPv4 and IPv6'] as const,
    [name, firewallAllowedPorts, 'pass', 'lets in 22/tcp from anywhere (IPv4 and IPv6)'] as const,
    [name, firewallEffective, 'pass', 'own rules'] as const,
    [name, firewallLogging, 'pass', 'logs denied connections'] as const,
  ]),
  ['nft-blocklist-alone', firewallActive, 'fail', 'ufw is installed but inactive'],
  ['nft-blocklist-alone', firewallDefaultDeny, 'fail', EVERYTHING],
  ['nft-blocklist-alone', firewallAllowedPorts, 'fail', EVERYTHING],
  ['nft-vmap-ufw-trixie', firewallActive, 'pass', 'ufw filters incoming connections'],
  ['nft-vmap-ufw-trixie', firewallAllowedPorts, 'fail', 'lets in 5432/tcp from anywhere (IPv4), which'],
  ['nft-vmap-ufw-trixie', firewallEffective, 'fail', "A rule outside ufw's own lets in 5432/tcp from anywhere (IPv4)."],
  ['nft-native-ufw', firewallActive, 'pass', 'ufw filters incoming connections'],
  [
    'nft-native-ufw',
    firewallAllowedPorts,
    'fail',
    'lets in 9100/tcp from 10.9.0.1/32 (IPv4), 9100/tcp from 10.9.0.2/31 (IPv4), 9100/tcp from 10.9.0.4/31 (IPv4), 9100/tcp from 10.9.0.6/32 (IPv4) and 5432/tcp from anywhere (IPv6), which',
  ],
  ['nft-native-ufw', firewallLogging, 'pass', 'logs denied connections'],
  ['nft-native-ufw-bullseye', firewallActive, 'pass', 'ufw filters incoming connections'],
  [
    'nft-native-ufw-bullseye',
    firewallAllowedPorts,
    'fail',
    'lets in 5432/tcp from 10.0.0.0/8 (IPv4) and 5432/tcp from anywhere (IPv6), which',
  ],
  // A base chain of nft in a table of iptables.
  ['nft-base-chain-ufw-trixie', firewallActive, 'pass', 'ufw filters incoming connections'],
  ['nft-base-chain-ufw-trixie', firewallEffective, 'fail', '5432/tcp from anywhere, sent to 10.1.1.1:5432 (IPv4)'],
  // A dormant table does nothing, whatever is in it.
  ['nft-dormant-trixie', firewallActive, 'fail', 'ufw is installed but inactive'],
  ['nft-dormant-trixie', firewallDefaultDeny, 'fail', EVERYTHING],
  ['nft-dormant-trixie', firewallAllowedPorts, 'fail', EVERYTHING],
  ['nft-dormant-trixie', firewallLogging, 'fail', 'No firewall denies'],
  ['nft-dormant-ufw-trixie', firewallActive, 'fail', "ufw's chains are in the kernel, but nothing leads to them"],
  ['nft-dormant-ufw-trixie', firewallDefaultDeny, 'fail', EVERYTHING],
  ['nft-flags', firewallDefaultDeny, 'unknown unparseable', 'table inet filter has a flag, but not which one'],
  ['nft-flags-ufw', firewallDefaultDeny, 'unknown unparseable', 'table ip filter has a flag, but not which one'],
] as const)('%s, %#', (name, check, verdict, because) => {
  const findings = judged(check, captureOf(recorded(name)));
  expect(verdicts(findings)).toEqual([verdict]);
  expect(findings[0]?.because).toContain(because);
});
