import { known } from '../model/fact.ts';
import type { HostFacts } from '../model/facts/host.ts';
import type { Probe } from '../model/probe.ts';
import type { FactSources } from './outputs.ts';

export const probes: readonly Probe[] = [
  {
    id: 'os-release',
    purpose: 'Which distribution and release this is.',
    as: 'user',
    argv: ['cat', '/etc/os-release'],
  },
];

export const facts: FactSources<HostFacts> = {
  os: {
    probes: ['os-release'],
    derive(outputs) {
      const fields = new Map<string, string>();
      for (const line of outputs.ran('os-release').split('\n')) {
        const match = /^([A-Z_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line);
        if (match?.[1] !== undefined) fields.set(match[1], match[2] ?? match[3] ?? match[4] ?? '');
      }
      return known({
        id: fields.get('ID') ?? 'linux',
        idLike: (fields.get('ID_LIKE') ?? '').split(' ').filter(Boolean),
        versionId: fields.get('VERSION_ID') ?? '',
        codename: fields.get('VERSION_CODENAME') ?? '',
        prettyName: fields.get('PRETTY_NAME') ?? '',
        container: null,
      });
    },
  },
  provider: { probes: [], derive: () => known({}) },
};
