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
] as const)('%s, %#', (name, check, verdict, because) => {
  const findings = judged(check, captureOf(recorded(name)));
  expect(verdicts(findings)).toEqual([verdict]);
  expect(findings[0]?.because).toContain(because);
});
