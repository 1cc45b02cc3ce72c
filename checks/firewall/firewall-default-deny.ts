import { type Condition, defineCheck, judge } from '../../src/model/check.ts';
import type { Forwarding } from '../../src/model/facts/firewall.ts';
import { need } from '../need.ts';
import { policyProblem, routedProblems, wideProblems } from './default.ts';
import { inKernel } from './families.ts';
import { everythingOpen } from './now.ts';

export const firewallDefaultDeny = defineCheck({
  id: 'firewall-default-deny',
  title: 'Incoming connections are denied unless a rule allows them, for IPv4 and IPv6',
  severity: 'critical',
  rationale: 'A default-allow firewall exposes every service that nobody remembered to block.',
  remediation: `ufw allow 22/tcp   # or your own SSH port, and first, else you lock yourself out
ufw default deny incoming; ufw default deny routed
sed -i 's/^IPV6=.*/IPV6=yes/' /etc/default/ufw
ufw disable && ufw --force enable`,
  limits:
    'Conditional drops are not counted as a default. Ingress hooks, eBPF and firewalls of the provider are not seen.',
  mappings: {
    'cis-debian-12': ['4.2.7'],
    'nist-800-53r5': ['SC-7(5)'],
    'iso-27001-2022': ['A.8.20', 'A.8.22'],
    'pci-dss-4.0.1': ['1.3.1', '1.4.2'],
    'soc2-tsc-2017': ['CC6.6'],
  },
  needs: ['ufw', 'packetFilter4', 'packetFilter6', 'forwarding'],
  params: {},
  evaluate(facts, _params, scope) {
    const forwarding = (): Forwarding => need(facts, 'forwarding');
    const stored: Condition = () => {
      const ufw = facts.get('ufw');
      if (ufw?.enabled !== true) return undefined;
      const incoming = policyProblem('INPUT', ufw.inputPolicy, scope);
      const forwards = forwarding().IPv4.length + forwarding().IPv6.length > 0;
      return [...incoming, ...(forwards ? policyProblem('FORWARD', ufw.forwardPolicy, scope) : [])];
    };
    const six = (): string =>
      facts.get('packetFilter6') === undefined ? ` (${facts.absence('packetFilter6')})` : ' and IPv6';
    return judge(
      {
        because: () => `Incoming connections that no rule allows are denied for IPv4${six()}.`,
        expected: 'incoming connections denied by default, for IPv4 and IPv6; routed ones too where the host forwards',
        actual: () => `denied by default for IPv4${six()}`,
      },
      [
        inKernel(facts, (filters) => everythingOpen(filters, facts.get('ufw'), scope)),
        inKernel(facts, wideProblems),
        stored,
        inKernel(facts, (filters) => routedProblems(filters, forwarding)),
      ],
    );
  },
});
