import { type Condition, defineCheck, judge } from '../../src/model/check.ts';
import { BACKENDS, type Backend } from '../../src/model/facts/firewall.ts';
import { need } from '../need.ts';
import { bootProblems } from './boot.ts';
import { everythingOpen, plain } from './now.ts';
import { backendText } from './words.ts';

export const firewallActive = defineCheck({
  id: 'firewall-active',
  title: 'UFW is active now and after a reboot',
  severity: 'critical',
  rationale: 'The firewall is the last barrier when a database or a debug port starts to listen.',
  remediation: `apt-get install ufw
ufw default deny incoming; ufw default deny routed
ufw allow 22/tcp; ufw allow 80/tcp; ufw allow 443/tcp   # your own SSH port first, or you lock yourself out
ufw --force enable; systemctl enable ufw`,
  limits:
    "The word of `ufw status` and of the unit's activity is not used: both stay positive while nothing is filtered. Scripts that ufw runs at boot (/etc/ufw/*.init) are not read; of nftables only the main file is, of firewalld nothing but its unit.",
  mappings: {
    'cis-debian-12': ['4.1.1', '4.2.1', '4.2.3'],
    'nist-800-53r5': ['SC-7', 'CM-7'],
    'iso-27001-2022': ['A.8.20'],
    'pci-dss-4.0.1': ['1.2.1', '1.4.1'],
    'soc2-tsc-2017': ['CC6.6'],
  },
  needs: ['ufw', 'firewallUnits', 'packetFilter4', 'packetFilter6', 'storedAlternatives'],
  params: {
    acceptBackends: {
      schema: { type: 'array', items: { enum: BACKENDS }, minItems: 1, uniqueItems: true },
      default: ['ufw'],
      description: 'The firewalls that count: ufw, nftables, firewalld or iptables.',
    },
  },
  evaluate(facts, { acceptBackends }: { acceptBackends: readonly Backend[] }, scope) {
    const wanted = acceptBackends.join(' or ');
    const onlyUfw = wanted === 'ufw';
    const active = (): readonly Backend[] =>
      need(facts, 'packetFilter4').chains.flatMap((chain) => (chain.denies ? [chain.backend] : []));
    const found = (): Backend | undefined => acceptBackends.find((backend) => active().includes(backend));
    const installed: Condition = () =>
      onlyUfw && facts.get('ufw') === undefined ? plain(facts.absence('ufw')) : undefined;
    const now: Condition = () => {
      if (found() !== undefined) return undefined;
      if (active().length === 0) return everythingOpen([need(facts, 'packetFilter4')], facts.get('ufw'), scope);
      return plain(`Incoming connections are filtered by ${backendText(active())}, but only ${wanted} counts here`);
    };
    const atBoot: Condition = () => {
      const backend = onlyUfw ? 'ufw' : found();
      return backend === undefined ? undefined : bootProblems(backend, facts, scope);
    };
    return judge(
      {
        because: () => `${found()} filters incoming connections in the kernel now and starts at boot.`,
        expected: `${wanted} filters in the kernel now and starts at boot`,
        actual: () => `${found()} active now and at boot`,
      },
      [installed, now, atBoot],
    );
  },
});
