import { known } from '../model/fact.ts';
import type { HostFacts } from '../model/facts/host.ts';
import type { Probe } from '../model/probe.ts';
import type { FactSources } from './outputs.ts';
import { detectProvider, readMachine } from './provider.ts';

export const probes: readonly Probe[] = [
  {
    id: 'os-release',
    purpose: 'Which distribution and release this is.',
    as: 'user',
    argv: ['cat', '/etc/os-release'],
  },
  {
    id: 'machine',
    purpose:
      'Whether this is a container, and what the firmware and cloud-init say of the provider. No serial numbers.',
    as: 'user',
    argv: ['systemd-detect-virt', '-c'],
    snippet: `c=$(systemd-detect-virt -c 2>/dev/null)
[ -n "$c" ] || { read -r c </run/systemd/container; } 2>/dev/null
[ -n "$c" ] || { [ -e /.dockerenv ] && c=docker; }
[ -n "$c" ] || { [ -e /run/.containerenv ] && c=podman; }
printf 'container:%s\n' "\${c:-none}"
for f in sys_vendor product_name bios_vendor chassis_asset_tag; do
  v=; { IFS= read -r v </sys/class/dmi/id/$f; } 2>/dev/null
  [ -n "$v" ] && printf '%s:%s\n' "$f" "$v"
done
v=; { read -r v </sys/hypervisor/uuid; } 2>/dev/null
[ -n "$v" ] && printf 'hypervisor_uuid:%.3s\n' "$v"
v=; { read -r v </run/cloud-init/cloud-id; } 2>/dev/null
[ -n "$v" ] && printf 'cloud_id:%s\n' "$v"
{ read -r v </proc/cmdline; } 2>/dev/null
case " $v " in *' vultr '*) echo 'cmdline:vultr' ;; esac
[ -e /etc/vultr ] && echo 'file:/etc/vultr'
exit 0`,
  },
  {
    id: 'passwd-entries',
    purpose: 'Accounts, their homes and login shells.',
    as: 'user',
    argv: ['getent', 'passwd'],
    redact: [/^[^:\n]*:([^:\n]{3,}):/gm],
    records: true,
  },
  {
    id: 'group-entries',
    purpose: 'Groups and their members.',
    as: 'user',
    argv: ['getent', 'group'],
    redact: [/^[^:\n]*:([^:\n]{3,}):/gm],
    records: true,
  },
];

export const facts: FactSources<HostFacts> = {
  os: {
    probes: ['os-release', 'machine'],
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
        // Nothing is judged by this alone, so a machine that could not be asked counts as one of its own.
        container: outputs.get('machine').state === 'ran' ? readMachine(outputs.get('machine').stdout).container : null,
      });
    },
  },
  provider: {
    probes: ['machine'],
    derive: (outputs) => known(detectProvider(readMachine(outputs.ran('machine')))),
  },
};
