import { describe, expect, test } from 'vitest';
import { providerKnown } from '../../checks/host/provider-known.ts';
import { captureOf, judged, recording, verdicts, without } from './recorded.ts';

/** What the `machine` probe prints where the firmware says this. Texts: cloud-init, tools/ds-identify. */
function machine(lines: readonly string[]) {
  const { now, outputs } = recording('bookworm-compliant');
  const stdout = ['container:none', ...lines, ''].join('\n');
  return { now, outputs: outputs.map((output) => (output.probe === 'machine' ? { ...output, stdout } : output)) };
}

describe('provider-known', () => {
  test.each([
    [['sys_vendor:Hetzner', 'product_name:vServer'], undefined, 'pass', 'hetzner'],
    [['sys_vendor:DigitalOcean'], undefined, 'pass', 'digitalocean'],
    [['sys_vendor:Linode'], undefined, 'pass', 'linode'],
    [['sys_vendor:Akamai'], 'akamai', 'pass', 'linode'],
    [['sys_vendor:Vultr'], undefined, 'pass', 'vultr'],
    [['sys_vendor:Amazon EC2'], 'AWS', 'pass', 'aws'],
    [['sys_vendor:Xen', 'hypervisor_uuid:ec2'], undefined, 'pass', 'aws'],
    [['cmdline:vultr', 'file:/etc/vultr'], undefined, 'pass', 'vultr'],
    [['cloud_id:aws'], undefined, 'pass', 'aws'],
    [['cloud_id:aws-gov'], 'aws', 'pass', 'aws'],
    // cloud-init's data came from a disk, or from whatever platform: that is no provider's name.
    [['cloud_id:nocloud'], 'hetzner', 'pass', 'hetzner'],
    [['cloud_id:lxd'], 'hetzner', 'pass', 'hetzner'],
    [['cloud_id:openstack'], 'hetzner', 'pass', 'hetzner'],
    [['cloud_id:nocloud'], undefined, 'unknown not-observable', 'unknown (not-observable)'],
    // Exact texts only.
    [['sys_vendor:hetzner'], undefined, 'unknown not-observable', 'unknown (not-observable)'],
    [['sys_vendor:Hetzner Online'], undefined, 'unknown not-observable', 'unknown (not-observable)'],
    // cloud-init's file may be baked into an image: firmware that says something else counts more.
    [['sys_vendor:QEMU', 'cloud_id:hetzner'], undefined, 'unknown not-observable', 'unknown (not-observable)'],
    [['sys_vendor:Hetzner', 'file:/etc/vultr'], undefined, 'unknown not-observable', 'unknown (not-observable)'],
    [['sys_vendor:Google', 'product_name:Google Compute Engine'], undefined, 'fail', 'gce'],
    [['sys_vendor:Hetzner'], 'aws', 'fail', 'hetzner'],
    [['sys_vendor:Dell Inc.'], 'hetzner', 'pass', 'hetzner'],
    [['sys_vendor:Dell Inc.'], 'cellar', 'fail', 'cellar'],
  ] as const)('%j, declared %s: %s', (lines, provider, expected, actual) => {
    const host = provider === undefined ? {} : { provider };
    const findings = judged(providerKnown, captureOf(machine(lines), host));
    expect(verdicts(findings)).toEqual([expected]);
    expect(findings[0]?.actual).toBe(actual);
  });

  test('a container without firmware', () => {
    const findings = judged(providerKnown, captureOf(recording('bookworm-compliant')));
    expect(verdicts(findings)).toEqual(['unknown not-observable']);
    expect(findings[0]?.because).toBe(
      'This is a container (systemd-nspawn), which shows no firmware that would name the provider.',
    );
    const declared = judged(providerKnown, captureOf(recording('bookworm-compliant'), { provider: 'hetzner' }));
    expect(verdicts(declared)).toEqual(['pass']);
  });

  test('the list is a parameter', () => {
    const capture = captureOf(machine(['sys_vendor:Hetzner']));
    expect(verdicts(judged(providerKnown, capture, { providers: ['aws'] }))).toEqual(['fail']);
  });

  test.each([
    ['missing', 'unknown tool-missing'],
    ['timeout', 'unknown timeout'],
  ] as const)('the machine cannot be asked: %s', (state, expected) => {
    expect(verdicts(judged(providerKnown, captureOf(without('bookworm-compliant', state, ['machine']))))).toEqual([
      expected,
    ]);
  });
});
