import { defineCheck, judge } from '../../src/model/check.ts';
import { need } from '../need.ts';
import { foreignProblems, publishedProblems, wordProblems } from './bypass.ts';
import { inKernel } from './families.ts';
import { everythingOpen } from './now.ts';
import { seenProblems } from './seen.ts';

export const firewallEffective = defineCheck({
  id: 'firewall-effective',
  title: 'Nothing bypasses the firewall',
  severity: 'high',
  rationale:
    'Docker, port forwards and hand-made rules let connections in that `ufw status` never shows; the operator believes a port closed that the world can reach.',
  remediation: `# Docker: publish on loopback only (-p 127.0.0.1:5432:5432, or "ip": "127.0.0.1" in /etc/docker/daemon.json)
# Rules outside ufw: remove them, and say the same with: ufw allow PORT/tcp
# Nothing leads to ufw's chains: /lib/ufw/ufw-init flush-all && ufw --force enable, then restart fail2ban and Docker`,
  limits:
    'Interfaces of the default route count as outside; where a container is reachable through another one only, it is not reported. eBPF and nftables ingress hooks are seen only where a port answers from outside that the rules deny.',
  mappings: {
    'cis-debian-12': ['4.2.6'],
    'nist-800-53r5': ['CM-7', 'SC-7', 'AC-4'],
    'iso-27001-2022': ['A.8.20', 'A.8.21'],
    'pci-dss-4.0.1': ['1.2.5', '2.2.4'],
    'soc2-tsc-2017': ['CC6.6'],
  },
  needs: ['ufw', 'packetFilter4', 'packetFilter6', 'exposure', 'listeners', 'vantage'],
  view: 'both',
  params: {},
  evaluate(facts, _params, scope) {
    const beside = (): string => {
      const names = need(facts, 'packetFilter4').chains.filter(
        (chain) => !chain.denies && chain.name.startsWith('iptables-legacy'),
      );
      return names.length === 0 ? '' : ' Rules of iptables-legacy stand beside it; they can only narrow it.';
    };
    return judge(
      {
        because: () =>
          `What the kernel lets in is what the firewall's own rules say; no port is published around them.${beside()}`,
        expected:
          'no published port, forward or foreign rule lets in more than the firewall itself; the kernel has its chains',
        actual: 'nothing around the firewall',
      },
      [
        inKernel(facts, (filters) => everythingOpen(filters, facts.get('ufw'), scope)),
        inKernel(facts, (filters) => wordProblems(filters, facts.get('ufw'), scope)),
        inKernel(facts, foreignProblems),
        inKernel(facts, publishedProblems),
        () => seenProblems(facts),
      ],
    );
  },
});
