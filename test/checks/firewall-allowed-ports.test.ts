import { describe, expect, test } from 'vitest';
import { firewallAllowedPorts } from '../../checks/firewall/firewall-allowed-ports.ts';
import { answerOf, fileOf, noRoot, recorded, sampled, stdoutOf, withListing } from '../facts/firewall/recorded.ts';
import { DISTROS } from '../facts/recorded.ts';
import { captureOf, judged, verdicts } from './recorded.ts';

const save4 = stdoutOf(sampled('debian12'), 'iptables-save');
const tuples = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('### tuple'));

describe('firewall-allowed-ports', () => {
  test.each(DISTROS)('ufw as %s shows it', (distro) => {
    expect(judged(firewallAllowedPorts, captureOf(sampled(distro)))).toMatchObject([
      { verdict: 'pass', expected: 'at most 22/tcp, 80/tcp and 443/tcp' },
    ]);
  });

  test.each([
    ['apps', '31-pass-apps-tuples'],
    ['limit-multiport', '33-pass-limit-tuples'],
    ['from-restricted', '34-from-restricted'],
    ['extra-ports', '40-fail-extra-ports'],
    ['v6-only-extra', '41-fail-v6-only-extra'],
  ])('%s was recorded with the rules of sample %s', (name, file) => {
    const state = recorded(name);
    const own = [...tuples(fileOf(state, '/etc/ufw/user.rules')), ...tuples(fileOf(state, '/etc/ufw/user6.rules'))];
    expect(own.sort()).toEqual(tuples(answerOf(file)).sort());
    expect(own.length).toBeGreaterThan(3);
  });

  test.each([
    [
      '10: numeric rules',
      recorded('pass'),
      'pass',
      'The firewall lets in 22/tcp from anywhere (IPv4 and IPv6), 80/tcp',
    ],
    ['30: application profiles', recorded('apps'), 'pass', '443/tcp from anywhere (IPv4 and IPv6)'],
    [
      '32: LIMIT is open, several ports in one rule',
      recorded('limit-multiport'),
      'pass',
      '22/tcp from anywhere (IPv4 and IPv6)',
    ],
    ['43: default reject', recorded('default-reject'), 'pass', '22/tcp'],
    ['47: IPV6=no', recorded('ipv6-no'), 'pass', '22/tcp from anywhere (IPv4);'],
    ['fail2ban bans somebody', recorded('f2b'), 'pass', '22/tcp from anywhere'],
    ['Docker publishes a port', recorded('dnat-style'), 'pass', '22/tcp'],
    ['10: nftables', recorded('nftables'), 'pass', '443/tcp from anywhere (IPv4 and IPv6)'],
    ['firewalld', recorded('firewalld-80-443'), 'pass', '443/tcp from anywhere (IPv4 and IPv6)'],
    [
      '40: extra ports',
      recorded('extra-ports'),
      'fail',
      'The firewall lets in 22/udp from anywhere (IPv4 and IPv6), 3306/tcp from anywhere (IPv4 and IPv6), 8000-8100/tcp from anywhere (IPv4 and IPv6), all traffic from anywhere on eth0 (IPv4 and IPv6), all traffic from 10.0.0.0/8 (IPv4), 5432/tcp from anywhere (IPv4 and IPv6) and 1 more, which is not documented.',
    ],
    [
      '41: an extra port for IPv6 only',
      recorded('v6-only-extra'),
      'fail',
      '5432/tcp from 2001:db8::/32 (IPv6) and 6379/tcp from anywhere (IPv6)',
    ],
    ['34: udp beside tcp', recorded('from-restricted'), 'fail', '443/udp from anywhere'],
    [
      '51: a rule inserted with iptables',
      recorded('inserted'),
      'fail',
      'lets in 3306/tcp from anywhere (IPv4), which is not documented',
    ],
    [
      '51, the sample',
      sampled('debian12', { 'iptables-save': withListing(save4, answerOf('51-trap-rule-inserted-outside-ufw')) }),
      'fail',
      '3306/tcp',
    ],
    ['52: before.rules edited', recorded('before-rules'), 'fail', '6379/tcp from anywhere (IPv4)'],
    [
      '52, the sample',
      sampled('debian12', { 'iptables-save': withListing(save4, answerOf('52-trap-before.rules-accept')) }),
      'fail',
      '6379/tcp',
    ],
    [
      '53: loaded, then taken out of the files',
      recorded('not-loaded'),
      'fail',
      "the kernel lets in 3306/tcp from anywhere (IPv4 and IPv6), which ufw's files do not have",
    ],
    [
      '53, the sample',
      sampled('debian12', {
        'iptables-save': withListing(save4, answerOf('53-trap-file-edited-not-loaded').replace(/-N ufw6-[\s\S]*/, '')),
      }),
      'fail',
      '3306/tcp from anywhere (IPv4), which is not documented. Loaded and stored rules differ',
    ],
    [
      'in the files, not loaded yet',
      recorded('not-loaded-opens'),
      'fail',
      'The files of ufw let in 3306/tcp from anywhere (IPv4) at the next start',
    ],
    [
      'a documented port that only the kernel has',
      recorded('pass', {
        'firewall-rule-files': stdoutOf(recorded('pass'), 'firewall-rule-files').replaceAll(
          /^.*--dport 443 .*\n/gm,
          '',
        ),
      }),
      'fail',
      "Loaded and stored rules differ, so a reboot changes what is open: the kernel lets in 443/tcp from anywhere (IPv4 and IPv6), which ufw's files do not have.",
    ],
    [
      'ufw route allow to a forwarded port',
      recorded('user-rules-nat'),
      'fail',
      '8080/tcp from anywhere on eth0 (IPv4)',
    ],
    ['01: one port more in firewalld', recorded('firewalld-3306'), 'fail', '3306/tcp from anywhere (IPv4 and IPv6)'],
    ['a rich rule with a source', recorded('firewalld-rich-forward'), 'fail', '9100/tcp from 10.0.0.0/8 (IPv4)'],
    ['03: the trusted zone', recorded('firewalld-trusted'), 'fail', 'all traffic from anywhere on eth0'],
    ['nothing', recorded('nothing'), 'fail', 'The kernel accepts every incoming IPv4 and IPv6 connection'],
    ['ufw removed', recorded('nothing', { 'firewall-programs': '' }), 'fail', 'The kernel accepts every incoming'],
    [
      'ufw out of the path, which other checks tell',
      recorded('removed-rules'),
      'pass',
      'lets in 22/tcp from anywhere (IPv6)',
    ],
    ['a condition that is not read', recorded('ipset-accept'), 'unknown unparseable', 'match mark'],
    ['no sudo', recorded('pass', noRoot), 'unknown no-privilege', 'sudo refused'],
    [
      'only the files may not be read',
      recorded('pass', { 'firewall-rule-files': noRoot['firewall-rule-files'] }),
      'unknown no-privilege',
      'sudo refused',
    ],
    [
      '52 says it without the files',
      recorded('before-rules', { 'firewall-rule-files': noRoot['firewall-rule-files'] }),
      'fail',
      '6379/tcp',
    ],
    [
      'a rule file is missing',
      recorded('pass', {
        'firewall-rule-files': {
          stdout: stdoutOf(recorded('pass'), 'firewall-rule-files').replace(
            '==> /etc/ufw/after.rules',
            '==> /etc/ufw/other',
          ),
          stderr: "tail: cannot open '/etc/ufw/after.rules' for reading: No such file or directory\n",
        },
      }),
      'unknown unreadable',
      '/etc/ufw/after.rules is missing',
    ],
  ] as const)('%s', (_, state, verdict, because) => {
    const findings = judged(firewallAllowedPorts, captureOf(state));
    expect(verdicts(findings)).toEqual([verdict]);
    expect(findings[0]?.because).toContain(because);
  });

  const udp = ['22/tcp', '80/tcp', '443/tcp', '443/udp'];
  test.each([
    ['udp is documented', recorded('from-restricted'), { allowed: udp }, 'pass', '443/udp'],
    [
      'the management range, IPv4',
      recorded('from-restricted'),
      { allowed: ['22/tcp from 198.51.100.0/24', '22/tcp from 2001:db8:1::/48', ...udp.slice(1)] },
      'pass',
      '22/tcp from 198.51.100.7/32 (IPv4)',
    ],
    [
      'the management range does not cover IPv6',
      recorded('from-restricted'),
      { allowed: ['22/tcp from 198.51.100.0/24', ...udp.slice(1)] },
      'fail',
      '22/tcp from 2001:db8:1::/48 (IPv6)',
    ],
    [
      'open to more than documented',
      recorded('pass'),
      { allowed: ['22/tcp from 198.51.100.0/24', '80/tcp', '443/tcp'] },
      'fail',
      '22/tcp from anywhere (IPv4 and IPv6)',
    ],
    [
      'two ranges side by side',
      recorded('extra-ports'),
      { allowed: ['1-8050/tcp', '8051-65535/tcp'] },
      'fail',
      '22/udp from anywhere (IPv4 and IPv6), all traffic from anywhere on eth0',
    ],
    [
      'a table beside ufw narrows what its files say',
      recorded('nftables-beside-ufw'),
      { allowed: ['22/tcp', '3306/tcp'] },
      'pass',
      '22/tcp from anywhere (IPv4 and IPv6);',
    ],
    ['a required port is open', recorded('pass'), { required: ['22/tcp'] }, 'pass', '22/tcp'],
    [
      'a required port is open by the only interface that leads outside',
      recorded('iptables-persistent', {
        'iptables-save': stdoutOf(recorded('iptables-persistent'), 'iptables-save').replace(
          /-A INPUT (?=-p tcp)/,
          '$&-i eth0 ',
        ),
        'default-routes': 'eth0\t00000000\t0100007F\t0003\t0\t0\t0\t00000000\t0\t0\t0\n',
      }),
      { required: ['22/tcp'] },
      'pass',
      '22/tcp from anywhere on eth0',
    ],
    [
      'a required port is closed',
      recorded('default-reject'),
      { required: ['443/tcp'] },
      'fail',
      '443/tcp must be open, but the firewall does not let it in.',
    ],
    [
      'a required port is open to some only',
      recorded('from-restricted'),
      { allowed: udp, required: ['22/tcp'] },
      'fail',
      '22/tcp must be open',
    ],
    [
      'required from one network',
      recorded('from-restricted'),
      { allowed: udp, required: ['22/tcp from 2001:db8:1::/64'] },
      'pass',
      '22/tcp',
    ],
  ] as const)('%s', (_, state, params, verdict, because) => {
    const findings = judged(firewallAllowedPorts, captureOf(state), params);
    expect(verdicts(findings)).toEqual([verdict]);
    expect(findings[0]?.because).toContain(because);
  });

  test('what the kernel has is not told again for the files', () => {
    const [finding] = judged(firewallAllowedPorts, captureOf(recorded('v6-only-extra')));
    expect(finding?.because).toBe(
      'The firewall lets in 5432/tcp from 2001:db8::/32 (IPv6) and 6379/tcp from anywhere (IPv6), which is not documented.',
    );
  });

  test('says which commands close what is open', () => {
    const commands = (name: string): string[] =>
      judged(firewallAllowedPorts, captureOf(recorded(name)))[0]?.remediation?.split('\n') ?? [];
    expect(commands('v6-only-extra')).toEqual([
      'ufw delete allow proto tcp from 2001:db8::/32 to any port 5432',
      'ufw delete allow proto tcp from any to ::/0 port 6379',
      // "ufw allow 6379" and "ufw allow 6379,6380/tcp" look the same in the kernel, and are other rules to ufw.
      expect.stringContaining('ufw delete NUMBER'),
    ]);
    expect(commands('inserted')[0]).toBe('iptables -D INPUT -p tcp -m tcp --dport 3306 -j ACCEPT');
    expect(commands('firewalld-3306')[0]).toBe(
      'nft -a list chain inet firewalld filter_IN_public_allow   # then: nft delete rule inet firewalld filter_IN_public_allow handle NUMBER',
    );
  });
});
