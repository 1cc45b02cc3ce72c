import { cannotTell } from '../model/fact.ts';
import type { Provider } from '../model/facts/host.ts';

/** What the `machine` probe printed. */
interface Machine {
  readonly container: string | null;
  /** `sys_vendor`, `product_name`, …, as they are named in /sys/class/dmi/id, and `cloud_id`, `cmdline`, `file`. */
  readonly signs: ReadonlyMap<string, string>;
}

interface Rule {
  readonly provider: string;
  readonly sign: string;
  /** Compared exactly, upper and lower case included. */
  readonly values: readonly string[];
}

/** Source: cloud-init, tools/ds-identify. */
const RULES: readonly Rule[] = [
  { provider: 'hetzner', sign: 'sys_vendor', values: ['Hetzner'] },
  { provider: 'digitalocean', sign: 'sys_vendor', values: ['DigitalOcean'] },
  { provider: 'linode', sign: 'sys_vendor', values: ['Linode', 'Akamai'] },
  { provider: 'vultr', sign: 'sys_vendor', values: ['Vultr'] },
  { provider: 'vultr', sign: 'cmdline', values: ['vultr'] },
  { provider: 'vultr', sign: 'file', values: ['/etc/vultr'] },
  { provider: 'aws', sign: 'sys_vendor', values: ['Amazon EC2'] },
  { provider: 'aws', sign: 'bios_vendor', values: ['Amazon EC2'] },
  { provider: 'aws', sign: 'hypervisor_uuid', values: ['ec2', 'EC2'] },
  { provider: 'gce', sign: 'product_name', values: ['Google Compute Engine'] },
  { provider: 'azure', sign: 'chassis_asset_tag', values: ['7783-7084-3265-9085-8269-3286-77'] },
  { provider: 'oracle', sign: 'chassis_asset_tag', values: ['OracleCloud.com'] },
  { provider: 'scaleway', sign: 'sys_vendor', values: ['Scaleway'] },
  { provider: 'upcloud', sign: 'sys_vendor', values: ['UpCloud'] },
];

/** Names that cloud-init uses for providers that have another name here. */
const CLOUD_IDS: Readonly<Record<string, string>> = {
  akamai: 'linode',
  'aws-china': 'aws',
  'aws-gov': 'aws',
  'azure-china': 'azure',
  ec2: 'aws',
};

/** Where cloud-init's data can come from anywhere: no provider's name. Source: cloud-init, its data sources. */
const NAMELESS = [
  'altcloud',
  'cloudstack',
  'configdrive',
  'fallback',
  'lxd',
  'maas',
  'nocloud',
  'none',
  'opennebula',
  'openstack',
  'ovf',
  'unknown',
  'vmware',
  'wsl',
];

/** Reads `name:value` lines. Throws `Ignorance` when the container line, which is always printed, is missing. */
export function readMachine(text: string): Machine {
  const signs = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf(':');
    if (at > 0) signs.set(line.slice(0, at), line.slice(at + 1).trim());
  }
  const container = signs.get('container') ?? cannotTell('unparseable', 'The probe of the machine printed nothing.');
  return { container: container === 'none' ? null : container, signs };
}

/**
 * One provider, when the signs of the firmware name exactly one. cloud-init's word alone counts only where
 * there is no firmware to ask: its file may be baked into an image.
 */
export function detectProvider({ container, signs }: Machine): Provider {
  const hits = RULES.filter(({ sign, values }) => values.includes(signs.get(sign) ?? ''));
  const names = [...new Set(hits.map(({ provider }) => provider))];
  const shown = hits.map(({ sign }) => `${sign} is "${signs.get(sign)}"`).join(' and ');
  const [only] = names;
  if (names.length > 1) return { detected: null, because: `The signs of the provider contradict each other: ${shown}` };
  if (only !== undefined) return { detected: only, because: `The machine says ${only}: ${shown}` };
  const vendor = signs.get('sys_vendor');
  const cloud = signs.get('cloud_id');
  if (vendor !== undefined)
    return { detected: null, because: `The firmware names "${vendor}", which is no provider known here` };
  if (cloud !== undefined && !NAMELESS.includes(cloud)) {
    return {
      detected: CLOUD_IDS[cloud] ?? cloud,
      because: `cloud-init says ${cloud}; the machine has no firmware to ask`,
    };
  }
  const where = container === null ? 'The machine' : `This is a container (${container}), which`;
  return { detected: null, because: `${where} shows no firmware that would name the provider` };
}
