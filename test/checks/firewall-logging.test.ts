import { describe, expect, test } from 'vitest';
import { firewallLogging } from '../../checks/firewall/firewall-logging.ts';
import { noRoot, recorded, type State, sampled, settings, stdoutOf } from '../facts/firewall/recorded.ts';
import { DISTROS } from '../facts/recorded.ts';
import { captureOf, judged, verdicts } from './recorded.ts';

const level = (name: string): string => settings([/LOGLEVEL=\w+/, `LOGLEVEL=${name}`]);
const silent = stdoutOf(recorded('pass'), 'iptables-save').replace(/^.*-j LOG.*\n/gm, '');

/** A recorded host whose rules log these packets instead of those that are left at the end. */
const logging = (packets: string): State => {
  const changed = (probe: string): string =>
    stdoutOf(recorded('iptables-persistent'), probe)
      .replace(/^-A INPUT -j LOG .*\n/m, '')
      .replace(/^-A INPUT /m, `-A INPUT ${packets} -j LOG --log-prefix "seen: "\n-A INPUT `);
  return recorded('iptables-persistent', {
    'iptables-save': changed('iptables-save'),
    'ip6tables-save': changed('ip6tables-save'),
  });
};

describe('firewall-logging', () => {
  test.each(DISTROS)('ufw as %s shows it', (distro) => {
    expect(verdicts(judged(firewallLogging, captureOf(sampled(distro))))).toEqual(['pass']);
  });

  test.each([
    ['46: low', recorded('pass'), 'low', 'pass', 'at level low'],
    ['46: medium', recorded('log-medium'), 'medium', 'pass', 'at level medium'],
    ['46: full', recorded('log-full'), 'high', 'pass', 'at level full'],
    ['47: IPV6=no', recorded('ipv6-no'), 'low', 'pass', 'at level low'],
    ['nftables with a log statement', recorded('nftables'), 'low', 'pass', 'logs denied connections'],
    ['iptables with a LOG rule', recorded('iptables-persistent'), 'low', 'pass', 'logs denied connections'],
    ['firewalld with LogDenied', recorded('firewalld-80-443'), 'low', 'pass', 'logs denied connections'],
    ['46: off', recorded('log-off'), 'low', 'fail', 'LOGLEVEL is "off"'],
    ['low where medium is wanted', recorded('pass'), 'medium', 'fail', 'at least "medium" is wanted'],
    [
      'the file says medium, the kernel does low',
      recorded('pass', { 'firewall-settings': level('medium') }),
      'medium',
      'fail',
      `The kernel logs less than ufw's level "medium" does (IPv4 and IPv6)`,
    ],
    [
      'no level that ufw knows',
      recorded('pass', { 'firewall-settings': level('loud') }),
      'low',
      'fail',
      'LOGLEVEL is "loud"',
    ],
    [
      'the file says low, the kernel has no log rule',
      recorded('pass', { 'iptables-save': silent }),
      'low',
      'fail',
      'The kernel has no rule of ufw that logs denied connections (IPv4)',
    ],
    [
      'firewalld without LogDenied',
      recorded('firewalld-default'),
      'low',
      'fail',
      'No rule that incoming packets meet logs them',
    ],
    [
      'a log of accepted SSH only',
      logging('-p tcp -m tcp --dport 22 -m conntrack --ctstate NEW'),
      'low',
      'fail',
      'log only what is let in (IPv4 and IPv6)',
    ],
    ['a log of several accepted ports', logging('-p tcp -m multiport --dports 22,80'), 'low', 'fail', 'what is let in'],
    ['a log of a port that is denied', logging('-p tcp -m tcp --dport 23'), 'low', 'pass', 'logs denied connections'],
    ['a log of both', logging('-p tcp -m multiport --dports 22,23'), 'low', 'pass', 'logs denied connections'],
    ['a log of everything, first', logging('-m limit --limit 3/min'), 'low', 'pass', 'logs denied connections'],
    ['nothing', recorded('nothing'), 'low', 'fail', 'No firewall denies incoming connections'],
    ['ufw removed', recorded('nothing', { 'firewall-programs': '' }), 'low', 'fail', 'No firewall denies'],
    ['no sudo, off in the file', recorded('log-off', noRoot), 'low', 'fail', 'LOGLEVEL is "off"'],
    ['no sudo', recorded('pass', noRoot), 'low', 'unknown no-privilege', 'sudo refused'],
  ] as const)('%s', (_, state, levelAtLeast, verdict, because) => {
    const findings = judged(firewallLogging, captureOf(state), { levelAtLeast });
    expect(verdicts(findings)).toEqual([verdict]);
    expect(findings[0]?.because).toContain(because);
  });

  const withoutLog = (probe: string): string =>
    stdoutOf(recorded('iptables-persistent'), probe).replace(/^.*-j LOG.*\n/gm, '');
  const nft = stdoutOf(recorded('nftables'), 'nft-ruleset').replace(/\{"log": [^}]*\}\}?/, '{"counter": null}');

  test.each([
    ['firewalld', recorded('firewalld-default'), 'firewall-cmd --set-log-denied=all'],
    ['nftables', recorded('nftables', { 'nft-ruleset': nft }), 'nft add rule inet filter input limit rate'],
    [
      'iptables',
      recorded('iptables-persistent', {
        'iptables-save': withoutLog('iptables-save'),
        'ip6tables-save': withoutLog('ip6tables-save'),
      }),
      'ip6tables -t filter -A INPUT -m limit --limit 10/minute -j LOG',
    ],
  ])('what to do where %s denies and there is no ufw', (_, state, command) => {
    const [finding] = judged(firewallLogging, captureOf(state));
    expect(finding?.verdict).toBe('fail');
    expect(finding?.remediation).toContain(command);
    expect(finding?.remediation).not.toContain('ufw');
  });
});
