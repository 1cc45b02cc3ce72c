import { defineCheck } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';

const OTHER_NAMES: Readonly<Record<string, string>> = { akamai: 'linode', amazon: 'aws', ec2: 'aws' };

export const providerKnown = defineCheck<'provider', { providers: readonly string[] }>({
  id: 'provider-known',
  title: 'The hosting provider is known and listed',
  severity: 'info',
  rationale:
    "Guards, power, fire protection and the hypervisor are the provider's part. Its certificates count only for " +
    'machines that really stand there.',
  remediation: `# In the inventory, say where the host stands: provider: hetzner
# Or accept the provider in the baseline: provider-known: { providers: [aws, digitalocean, hetzner, linode, vultr] }`,
  limits:
    'Firmware texts are set by whoever controls the hypervisor: evidence, not proof. No metadata service is asked.',
  mappings: {
    'nist-800-53r5': ['PE-3', 'PE-13', 'SA-9'],
    'iso-27001-2022': ['A.5.19', 'A.5.20', 'A.5.21', 'A.5.22', 'A.5.23', 'A.7.1'],
    'pci-dss-4.0.1': ['12.8.2', '12.8.4', '12.8.5'],
    'soc2-tsc-2017': ['CC6.4', 'CC9.2'],
  },
  needs: ['provider'],
  params: {
    providers: {
      schema: { type: 'array', items: { type: 'string', pattern: '^[a-z0-9-]+$' }, minItems: 1, uniqueItems: true },
      default: ['aws', 'digitalocean', 'hetzner', 'linode', 'vultr'],
      description: 'The providers that are accepted.',
    },
  },
  evaluate(facts, { providers }, { host }) {
    const provider = facts.get('provider');
    if (provider === undefined) return cannotTell('not-observable', `${facts.absence('provider')}.`);
    const { detected, because } = provider;
    const expected = `one of ${providers.join(', ')}`;
    const written = host.provider?.trim().toLowerCase();
    const declared = written === undefined ? undefined : (OTHER_NAMES[written] ?? written);
    if (detected !== null && declared !== undefined && detected !== declared) {
      const contradiction = `The inventory says ${declared}, but the host says otherwise. ${because}.`;
      return { verdict: 'fail', because: contradiction, expected: declared, actual: detected };
    }
    const name = detected ?? declared;
    const remedy = 'Say in the inventory where the host stands, e.g. "provider: hetzner".';
    if (name === undefined) return cannotTell('not-observable', `${because}.`, remedy);
    const source = detected === null ? `The inventory says ${name}. ${because}.` : `${because}.`;
    if (!providers.includes(name)) {
      return {
        verdict: 'fail',
        because: `${source} ${name} is not among the accepted providers.`,
        expected,
        actual: name,
      };
    }
    return { verdict: 'pass', because: source, expected, actual: name };
  },
});
