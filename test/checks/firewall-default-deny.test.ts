import { describe, expect, test } from 'vitest';
import { firewallDefaultDeny } from '../../checks/firewall/firewall-default-deny.ts';
import { noRoot, recorded, sampled, settings, stdoutOf } from '../facts/firewall/recorded.ts';
import { DISTROS } from '../facts/recorded.ts';
import { captureOf, judged, verdicts } from './recorded.ts';

const save6 = (from: RegExp, to: string): string => stdoutOf(recorded('pass'), 'ip6tables-save').replace(from, to);
const ipv6Off = settings(
  [/^(\/proc\/sys\/net\/ipv6\/conf\/all\/disable_ipv6:).*$/m, '$11'],
  [/^\/proc\/net\/if_inet6:.* eth0\n/gm, ''],
);

const tunnel = recorded('extra-ports', {
  'iptables-save': stdoutOf(recorded('extra-ports'), 'iptables-save').replaceAll(
    '-i eth0 -j ACCEPT',
    '-i wg0 -j ACCEPT',
  ),
  'ip6tables-save': stdoutOf(recorded('extra-ports'), 'ip6tables-save').replaceAll(
    '-i eth0 -j ACCEPT',
    '-i wg+ -j ACCEPT',
  ),
});

describe('firewall-default-deny', () => {
  test.each(DISTROS)('ufw as %s shows it', (distro) => {
    expect(judged(firewallDefaultDeny, captureOf(sampled(distro)))).toMatchObject([
      { verdict: 'pass', actual: 'denied by default for IPv4 and IPv6' },
    ]);
  });

  test.each([
    ['as recorded', recorded('pass'), 'pass', 'IPv4 and IPv6'],
    ['43: default reject', recorded('default-reject'), 'pass', 'IPv4 and IPv6'],
    ['47: IPV6=no blocks IPv6 as a whole', recorded('ipv6-no'), 'pass', 'IPv4 and IPv6'],
    ['45: forwarding, routed denied', recorded('routed-deny'), 'pass', 'IPv4 and IPv6'],
    ['forwarding, and Docker beside ufw', recorded('docker-user-drop'), 'pass', 'IPv4 and IPv6'],
    [
      'routed allowed, but nothing is forwarded',
      recorded('pass', {
        'firewall-settings': settings([/DEFAULT_FORWARD_POLICY="DROP"/, 'DEFAULT_FORWARD_POLICY="ACCEPT"']),
        'iptables-save': stdoutOf(recorded('pass'), 'iptables-save').replace(':FORWARD DROP', ':FORWARD ACCEPT'),
      }),
      'pass',
      'IPv4 and IPv6',
    ],
    ['nftables', recorded('nftables'), 'pass', 'IPv4 and IPv6'],
    ['iptables-persistent', recorded('iptables-persistent'), 'pass', 'IPv4 and IPv6'],
    ['firewalld, whose chains end in reject', recorded('firewalld-default'), 'pass', 'IPv4 and IPv6'],
    ['firewalld that forwards', recorded('firewalld-rich-forward'), 'pass', 'IPv4 and IPv6'],
    [
      'IPv6 off',
      recorded('pass', { 'firewall-settings': ipv6Off, 'ip6tables-save': '' }),
      'pass',
      'IPv4 (IPv6 is switched off and no interface has an IPv6 address)',
    ],
    [
      'IPv6 switched off for new interfaces only',
      recorded('pass', {
        'firewall-settings': settings([/^(.*disable_ipv6:).*$/m, '$11']),
        'ip6tables-save': save6(/^:INPUT DROP/m, ':INPUT ACCEPT'),
      }),
      'fail',
      'every incoming IPv6 connection',
    ],
    [
      'IPv6 on, and no address yet',
      recorded('pass', {
        'firewall-settings': settings([/^\/proc\/net\/if_inet6:.* eth0\n/gm, '']),
        'ip6tables-save': save6(/^:INPUT DROP/m, ':INPUT ACCEPT'),
      }),
      'fail',
      'every incoming IPv6 connection',
    ],
    [
      'IPv6 unknown to the kernel',
      recorded('pass', {
        'firewall-settings': {
          stdout: settings([/^\/proc\/(sys\/net\/ipv6|net\/if_inet6).*\n/gm, '']),
          stderr: 'grep: /proc/sys/net/ipv6/conf/all/disable_ipv6: No such file or directory\n',
        },
        'ip6tables-save': { exitCode: 3, stdout: '' },
      }),
      'pass',
      'IPv4 (the kernel has no IPv6)',
    ],
    ['42: default allow', recorded('default-allow'), 'fail', 'DEFAULT_INPUT_POLICY is "ACCEPT" in /etc/default/ufw'],
    ['50: INPUT flushed, IPv4 only', recorded('input-flushed'), 'fail', 'every incoming IPv4 connection.'],
    ['55: policy accept', recorded('policy-accept'), 'fail', 'what they leave undecided is accepted'],
    [
      'IPv6 policy accept, IPv4 as it should be',
      recorded('pass', { 'ip6tables-save': save6(/^:INPUT DROP/m, ':INPUT ACCEPT') }),
      'fail',
      'the kernel accepts every incoming IPv6 connection',
    ],
    ['44: forwarding, routed allowed', recorded('routed-allow'), 'fail', 'no forward chain denies'],
    ['40: everything on one interface', recorded('extra-ports'), 'fail', 'lets in all traffic from anywhere on eth0'],
    [
      '03: the interface is in the trusted zone',
      recorded('firewalld-trusted'),
      'fail',
      'all traffic from anywhere on eth0',
    ],
    ['00 and 20: nothing', recorded('nothing'), 'fail', 'ufw is installed but inactive'],
    [
      '11: nftables.service without rules',
      recorded('nftables-empty'),
      'fail',
      'every incoming IPv4 and IPv6 connection',
    ],
    ['ufw removed, nothing else', recorded('nothing', { 'firewall-programs': '' }), 'fail', 'No firewall is active'],
    ['everything through a tunnel, by a rule', tunnel, 'pass', 'IPv4 and IPv6'],
    ['no sudo', recorded('pass', noRoot), 'unknown no-privilege', 'sudo refused'],
    [
      'no sudo, default allow in the file',
      recorded('default-allow', noRoot),
      'fail',
      'DEFAULT_INPUT_POLICY is "ACCEPT"',
    ],
    [
      'IPv6 not readable, IPv4 open',
      recorded('policy-accept', { 'ip6tables-save': noRoot['ip6tables-save'] }),
      'fail',
      'every incoming IPv4 connection',
    ],
    [
      'IPv6 not readable, IPv4 as it should be',
      recorded('pass', { 'ip6tables-save': noRoot['ip6tables-save'] }),
      'unknown no-privilege',
      'sudo refused',
    ],
    [
      'neither iptables nor nft',
      recorded('pass', {
        'iptables-save': { state: 'missing' },
        'ip6tables-save': { state: 'missing' },
        'nft-ruleset': { state: 'missing' },
      }),
      'unknown tool-missing',
      'neither iptables-save nor nft',
    ],
    [
      'a rule set that was cut',
      recorded('pass', { 'iptables-save': { state: 'truncated', exitCode: null } }),
      'unknown truncated',
      'cut off',
    ],
  ] as const)('%s', (_, state, verdict, because) => {
    const findings = judged(firewallDefaultDeny, captureOf(state));
    expect(verdicts(findings)).toEqual([verdict]);
    expect(findings[0]?.because).toContain(because);
  });
});
