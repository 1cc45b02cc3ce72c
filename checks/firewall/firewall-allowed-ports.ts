import { defineCheck, judge } from '../../src/model/check.ts';
import { PORT } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { inKernel } from './families.ts';
import { closedPorts, openPorts, storedPorts } from './openings.ts';
import { grouped, listText } from './words.ts';

export const firewallAllowedPorts = defineCheck({
  id: 'firewall-allowed-ports',
  title: 'Only the documented ports are open in the firewall',
  severity: 'high',
  rationale: 'Every open port is a way in. One that nobody documented is one that nobody watches.',
  remediation: `# Where no firewall is active at all, see firewall-active first.
ufw status numbered        # then, for each rule that is not documented:
ufw delete NUMBER`,
  limits:
    "LIMIT counts as open. ICMP, DHCP client, mDNS, SSDP and the host's own bridges are left out. Published containers are judged by firewall-effective.",
  mappings: {
    'cis-debian-12': ['4.2.6', '2.1.22'],
    'nist-800-53r5': ['CM-7', 'CM-7(1)', 'SC-7'],
    'iso-27001-2022': ['A.8.20', 'A.8.21'],
    'pci-dss-4.0.1': ['1.2.5', '1.2.6', '2.2.4'],
    'soc2-tsc-2017': ['CC6.6'],
  },
  needs: ['ufw', 'packetFilter4', 'packetFilter6', 'ufwStored4', 'ufwStored6'],
  params: {
    allowed: {
      schema: { type: 'array', items: PORT, uniqueItems: true },
      default: ['22/tcp', '80/tcp', '443/tcp'],
      description: 'The documented ports, each with the addresses it may be reached from.',
    },
    required: {
      schema: { type: 'array', items: PORT, uniqueItems: true },
      default: [],
      description: 'Ports that must be open.',
    },
  },
  evaluate(facts, { allowed, required }: { allowed: readonly string[]; required: readonly string[] }) {
    const now = (): string => {
      const openings = [need(facts, 'packetFilter4'), facts.get('packetFilter6')].flatMap((one) => one?.openings ?? []);
      return listText(grouped(openings).map(({ text }) => text)) || 'nothing';
    };
    return judge(
      {
        because: () => `The firewall lets in ${now()}; all of it is documented.`,
        expected: `at most ${listText(allowed) || 'nothing'}${required.length > 0 ? `; at least ${listText(required)}` : ''}`,
        actual: now,
      },
      [
        inKernel(facts, (filters) => openPorts(filters, allowed)),
        () => closedPorts(required, facts),
        () => (facts.get('ufw')?.enabled === true ? storedPorts(facts, allowed) : []),
      ],
    );
  },
});
