import { describe, expect, test } from 'vitest';
import { firewallActive } from '../../checks/firewall/firewall-active.ts';
import {
  answerOf,
  noRoot,
  recorded,
  ruleFiles,
  sampled,
  settings,
  stdoutOf,
  withListing,
} from '../facts/firewall/recorded.ts';
import { DISTROS } from '../facts/recorded.ts';
import { captureOf, judged, verdicts } from './recorded.ts';

const pass = recorded('pass');
const units = (from: RegExp, to: string): string => stdoutOf(pass, 'firewall-units').replace(from, to);
const save4 = stdoutOf(sampled('debian12'), 'iptables-save');
const listed = (name: string): string => withListing(save4, answerOf(name));
const enabled = (...names: readonly string[]): string =>
  names.reduce(
    (text, unit) =>
      text.replace(
        new RegExp(`(Id=${unit}\n)LoadState=.*\n(.*\n)UnitFileState=.*`),
        '$1LoadState=loaded\n$2UnitFileState=enabled',
      ),
    stdoutOf(pass, 'firewall-units'),
  );

describe('firewall-active', () => {
  test.each(DISTROS)('ufw as %s shows it', (distro) => {
    const [finding] = judged(firewallActive, captureOf(sampled(distro)));
    expect(finding).toMatchObject({
      verdict: 'pass',
      because: 'ufw filters incoming connections in the kernel now and starts at boot.',
      expected: 'ufw filters in the kernel now and starts at boot',
      actual: 'ufw active now and at boot',
    });
  });

  test.each([
    ['as recorded', pass, 'pass', 'now and starts at boot'],
    ['default reject (sample 43)', recorded('default-reject'), 'pass', 'now'],
    ['00: never enabled, unit active', recorded('nothing'), 'fail', 'ENABLED is "no"'],
    [
      '50: INPUT flushed',
      recorded('input-flushed'),
      'fail',
      "ufw's chains are in the kernel, but nothing leads to them",
    ],
    [
      '50, the sample',
      sampled('debian12', {
        'iptables-save': save4.replace(/^-A INPUT .*\n/gm, '').replace(':INPUT DROP', ':INPUT ACCEPT'),
      }),
      'fail',
      'nothing leads to them',
    ],
    [
      '54: default allow was loaded, then only the file was put back',
      recorded('default-not-loaded'),
      'fail',
      'policy accept',
    ],
    [
      '54, the sample',
      sampled('debian12', { 'iptables-save': listed('54-trap-default-edited-not-loaded') }),
      'fail',
      'policy accept',
    ],
    ['55: kernel policy accept', recorded('policy-accept'), 'fail', 'iptables filter INPUT has the policy accept'],
    [
      '55, the sample',
      sampled('debian12', { 'iptables-save': listed('55-trap-policy-accept-kernel') }),
      'fail',
      'policy accept',
    ],
    ['42: default allow', recorded('default-allow'), 'fail', 'policy accept'],
    ['56: active now, not at boot', recorded('not-at-boot'), 'fail', 'ufw does not start at boot: ENABLED is "no"'],
    ['57: enabled, but everything flushed', recorded('flushed-enabled'), 'fail', 'ufw is installed but inactive'],
    ['58: unit masked', recorded('masked'), 'fail', 'ufw.service is masked'],
    [
      'unit disabled',
      recorded('pass', { 'firewall-units': units(/=enabled/, '=disabled') }),
      'fail',
      'ufw.service is disabled',
    ],
    [
      'ENABLED=Yes starts nothing',
      recorded('pass', { 'firewall-settings': settings([/ENABLED=yes/, 'ENABLED=Yes']) }),
      'fail',
      '"Yes"',
    ],
    ['ufw out of the path', recorded('removed-rules'), 'fail', 'filtered by iptables, but only ufw counts here'],
    ['nftables instead', recorded('nftables'), 'fail', 'filtered by nftables, but only ufw counts here'],
    ['firewalld instead', recorded('firewalld-80-443'), 'fail', 'filtered by firewalld, but only ufw counts here'],
    [
      '11: nftables.service active with nothing loaded',
      recorded('nftables-empty'),
      'fail',
      'accepts every incoming IPv4 connection',
    ],
    [
      'ufw removed, its files left behind',
      recorded('nothing', { 'firewall-programs': '' }),
      'fail',
      'ufw is not installed. No firewall is active',
    ],
    ['no sudo, and not enabled', recorded('not-at-boot', noRoot), 'fail', 'ENABLED is "no"'],
    [
      'no sudo, and not installed',
      recorded('pass', { ...noRoot, 'firewall-programs': '' }),
      'fail',
      'ufw is not installed',
    ],
    ['no sudo', recorded('pass', noRoot), 'unknown no-privilege', 'sudo refused to run'],
    [
      'no systemctl',
      recorded('pass', { 'firewall-units': { state: 'missing', exitCode: null } }),
      'unknown tool-missing',
      'firewall-units',
    ],
  ] as const)('%s', (_, state, verdict, because) => {
    const findings = judged(firewallActive, captureOf(state));
    expect(verdicts(findings)).toEqual([verdict]);
    expect(findings[0]?.because).toContain(because);
    expect(findings[0]?.expected).not.toBe('');
    expect(findings[0]?.actual).not.toBe('');
  });

  const others = { acceptBackends: ['ufw', 'nftables', 'firewalld', 'iptables'] };
  test.each([
    ['ufw all the same', pass, 'pass', 'ufw filters'],
    [
      'nftables',
      recorded('nftables'),
      'pass',
      'nftables filters incoming connections in the kernel now and starts at boot',
    ],
    [
      'nftables, not enabled',
      recorded('nftables', { 'firewall-units': units(/^/, '') }),
      'fail',
      'nftables.service is disabled',
    ],
    [
      'nftables, whose file denies nothing',
      recorded('nftables', { 'firewall-rule-files': ruleFiles({}) }),
      'fail',
      '/etc/nftables.conf denies no IPv4 connections',
    ],
    [
      'nftables, whose file includes others',
      recorded('nftables', {
        'firewall-rule-files': ruleFiles({ '/etc/nftables.conf': 'include "/etc/nftables.d/*.nft"\n' }),
      }),
      'unknown not-observable',
      'includes other files',
    ],
    [
      'firewalld',
      recorded('firewalld-default', { 'firewall-units': enabled('firewalld.service') }),
      'pass',
      'firewalld filters',
    ],
    ['firewalld, not enabled', recorded('firewalld-default'), 'fail', 'firewalld.service is not there'],
    [
      'iptables-persistent',
      recorded('iptables-persistent', { 'firewall-units': enabled('netfilter-persistent.service') }),
      'pass',
      'iptables filters',
    ],
    [
      'iptables-persistent, whose IPv6 file denies nothing',
      recorded('iptables-persistent', {
        'firewall-units': enabled('netfilter-persistent.service'),
        'firewall-rule-files': ruleFiles({
          '/etc/iptables/rules.v4': '*filter\n:INPUT DROP [0:0]\nCOMMIT\n',
          '/etc/iptables/rules.v6': '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n',
        }),
      }),
      'fail',
      '/etc/iptables/rules.v6 denies no IPv6 connections',
    ],
    [
      'iptables of the Red Hat family, whose service for IPv6 is not enabled',
      recorded('iptables-persistent', { 'firewall-units': enabled('iptables.service') }),
      'fail',
      'ip6tables.service is not there',
    ],
    [
      'iptables of the Red Hat family',
      recorded('iptables-persistent', { 'firewall-units': enabled('iptables.service', 'ip6tables.service') }),
      'pass',
      'iptables filters',
    ],
    [
      'iptables without anything to load it',
      recorded('iptables-persistent'),
      'fail',
      'netfilter-persistent.service is not there',
    ],
    ['nothing', recorded('nothing'), 'fail', 'ufw is installed but inactive'],
    ['no sudo', recorded('not-at-boot', noRoot), 'unknown no-privilege', 'sudo refused'],
  ] as const)('with every back end accepted: %s', (_, state, verdict, because) => {
    const findings = judged(firewallActive, captureOf(state), others);
    expect(verdicts(findings)).toEqual([verdict]);
    expect(findings[0]?.because).toContain(because);
  });

  test('says which commands bring it back', () => {
    const [finding] = judged(firewallActive, captureOf(recorded('masked')));
    expect(finding?.remediation).toBe('systemctl unmask ufw.service\nsystemctl enable ufw.service');
  });
});
