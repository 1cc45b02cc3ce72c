import { defineCheck, judge } from '../../src/model/check.ts';
import { PORT } from '../../src/model/units.ts';
import { seenFrom } from '../outside.ts';
import { openText } from './exposed.ts';
import { completeness, missingPorts, undocumentedPorts } from './judge-exposed.ts';
import { listText } from './words.ts';

export const portsExposed = defineCheck({
  id: 'ports-exposed',
  title: 'Only the documented ports answer from outside',
  severity: 'high',
  rationale:
    'Rules say what should be closed; a connection shows what is open. Docker, a second rule set, or IPv6 without rules open ports that no listing of the firewall shows.',
  remediation: `ss -Hltnp                  # who listens; then bind it to loopback, or stop it
ufw delete allow PORT/tcp  # when the firewall opens it
# Docker: publish on loopback only (-p 127.0.0.1:5432:5432), or filter in the chain DOCKER-USER`,
  limits:
    'Seen from the scanner alone: what is closed to it may be open to others. Tried are the documented TCP ports, those the host listens on and those it forwards; not all 65535, so a host that forwards too many to try is unknown; and no UDP, which firewall-allowed-ports judges from the rules. Addresses that are not declared for the host are not tried, so IPv6 is where its name has an AAAA record.',
  mappings: {
    'cis-debian-12': ['4.2.6'],
    'nist-800-53r5': ['CM-7', 'SC-7'],
    'iso-27001-2022': ['A.8.20', 'A.8.9'],
    'pci-dss-4.0.1': ['1.2.5', '2.2.4'],
    'soc2-tsc-2017': ['CC6.6'],
  },
  needs: ['exposure', 'packetFilter4', 'packetFilter6', 'listeners', 'vantage'],
  view: 'network',
  params: {
    allowed: {
      schema: { type: 'array', items: PORT, uniqueItems: true },
      default: ['22/tcp', '80/tcp', '443/tcp'],
      description: 'The documented ports, each with the addresses it may be reached from.',
    },
    required: {
      schema: { type: 'array', items: PORT, uniqueItems: true },
      default: [],
      description: 'Ports that must answer.',
    },
  },
  evaluate(facts, { allowed, required }: { allowed: readonly string[]; required: readonly string[] }) {
    const documented = [...allowed, ...required];
    const open = (): string => openText(facts);
    return judge(
      {
        because: () => `${seenFrom(facts)}${open()}; all of it is documented.${completeness(facts, documented)}`,
        expected: `at most ${listText(allowed) || 'nothing'}${required.length > 0 ? `; at least ${listText(required)}` : ''}`,
        actual: open,
      },
      [
        () => undocumentedPorts(facts, documented),
        () => missingPorts(facts, required),
        () => void completeness(facts, documented),
      ],
    );
  },
});
