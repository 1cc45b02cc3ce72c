import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../src/facts/derive.ts';
import { outsideInterfaces, ownAddresses } from '../../../src/facts/firewall/network.ts';
import { formatCidr } from '../../../src/model/cidr.ts';
import { captureOf } from '../../checks/recorded.ts';
import { output, outputs } from '../recorded.ts';
import { words } from './evaluated.ts';
import { answerOf, recorded, ruleFiles, settings, stdoutOf } from './recorded.ts';

const facts = (changes: Parameters<typeof recorded>[1] = {}) => factsOf(captureOf(recorded('pass', changes)));
const grepped = (path: string, text: string): string =>
  text
    .split('\n')
    .filter((line) => /^[^#]/.test(line))
    .map((line) => `${path}:${line}\n`)
    .join('');

describe('ufw', () => {
  test('as Debian ships it (samples 01 and 19)', () => {
    const conf = answerOf('19-ufw.conf').split(/^-rw/m)[0] ?? '';
    const text = grepped('/etc/ufw/ufw.conf', conf) + grepped('/etc/default/ufw', answerOf('01-default-ufw'));
    expect(facts({ 'firewall-settings': text }).get('ufw')).toEqual({
      state: 'known',
      value: {
        enabled: true,
        enabledText: 'yes',
        logLevel: 'low',
        logLevelText: 'low',
        ipv6: true,
        inputPolicy: 'DROP',
        forwardPolicy: 'DROP',
      },
    });
  });

  test.each([
    ['ENABLED=no', { enabled: false, enabledText: 'no' }],
    ['ENABLED=YES', { enabled: true }],
    ['ENABLED="yes" # on', { enabled: true }],
    ["ENABLED='yes'", { enabled: true }],
    ['ENABLED=True', { enabled: false, enabledText: 'True' }],
    ['ENABLED=yes\n/etc/ufw/ufw.conf:ENABLED=no', { enabled: false }],
    ['SOMETHING=else', { enabled: false, enabledText: '' }],
  ])('%j', (line, expected) => {
    expect(facts({ 'firewall-settings': settings([/ENABLED=yes/, line]) }).get('ufw')).toMatchObject({
      value: expected,
    });
  });

  test('the files of a removed package are no firewall', () => {
    expect(facts({ 'firewall-programs': '' }).get('ufw')).toEqual({ state: 'absent', because: 'ufw is not installed' });
    expect(facts({ 'firewall-programs': '' }).get('ufwStored4')).toMatchObject({ state: 'absent' });
  });

  test('a settings file that may not be read is ignorance', () => {
    const text = stdoutOf(recorded('pass'), 'firewall-settings').replace(/^\/etc\/ufw.*\n/gm, '');
    const fact = facts({
      'firewall-settings': { stdout: text, stderr: 'grep: /etc/ufw/ufw.conf: Permission denied\n', exitCode: 2 },
    }).get('ufw');
    expect(fact).toMatchObject({ state: 'unknown', reason: 'no-privilege' });
  });

  test('a default policy that iptables does not know is ignorance about the next start', () => {
    const text = settings([/DEFAULT_INPUT_POLICY="DROP"/, 'DEFAULT_INPUT_POLICY="deny"']);
    expect(facts({ 'firewall-settings': text }).get('ufwStored4')).toMatchObject({
      state: 'unknown',
      reason: 'unparseable',
    });
  });

  test('user.rules empties the chains that it names, whatever after.rules put there', () => {
    const after =
      '*filter\n:ufw-after-input - [0:0]\n-A ufw-after-logging-input -p tcp --dport 9 -j ACCEPT\n-A ufw-after-input -p tcp --dport 7 -j ACCEPT\nCOMMIT\n';
    const stored = facts({ 'firewall-rule-files': ruleFiles({ '/etc/ufw/after.rules': after }) }).get('ufwStored4');
    expect(stored.state === 'known' ? stored.value.openings.map(words) : []).toEqual([
      'tcp/22',
      'tcp/80',
      'tcp/443',
      'tcp/7',
    ]);
  });

  test('IPV6=no blocks IPv6 whatever user6.rules says', () => {
    const stored = facts({ 'firewall-settings': settings([/IPV6=yes/, 'IPV6=no']) }).get('ufwStored6');
    expect(stored).toMatchObject({ state: 'known', value: { denies: true, openings: [] } });
  });

  test('a rule file that iptables-restore would refuse is ignorance', () => {
    const text = ruleFiles({ '/etc/ufw/user.rules': '*filter\n-A ufw-user-input -p tcp --dport 22 -j ACCEPT\n' });
    expect(facts({ 'firewall-rule-files': text }).get('ufwStored4')).toMatchObject({
      state: 'unknown',
      reason: 'unparseable',
      message: '/etc/ufw/user.rules ends before COMMIT.',
    });
  });
});

describe('other files', () => {
  test.each([
    [
      'nothing',
      {},
      {
        nftables4: { value: { denies: false } },
        nftables6: { value: { denies: false } },
        iptables4: { state: 'absent' },
        iptables6: { state: 'absent' },
      },
    ],
    [
      'iptables',
      { '/etc/iptables/rules.v4': '*filter\n:INPUT DROP [0:0]\nCOMMIT\n' },
      { iptables4: { value: { denies: true } } },
    ],
    [
      'iptables, broken',
      { '/etc/iptables/rules.v6': 'COMMIT\n:INPUT' },
      { iptables6: { state: 'unknown', reason: 'unparseable' } },
    ],
  ])('%s', (_, contents, expected) => {
    expect(facts({ 'firewall-rule-files': ruleFiles(contents) }).get('storedAlternatives')).toMatchObject({
      value: expected,
    });
  });

  const input = 'chain i {\n type filter hook input priority filter; policy drop;\n }';
  test.each([
    ['a table of both families', `table inet f {\n ${input}\n}\n`, true, true],
    ['a table of IPv4', `table ip f {\n ${input}\n}\n`, true, false],
    ['a table without a family is one of IPv4', `table f { ${input} }`, true, false],
    ['a table of IPv6', `table ip6 f {\n ${input}\n}\n`, false, true],
    ['one of each', `table ip f { ${input} }\ntable ip6 f { ${input} }\n`, true, true],
    ['a table of another family', `table arp f { ${input} }\ntable bridge f { ${input} }\n`, false, false],
    ['no table', input, false, false],
    ['commented out', `table inet f {\n # ${input.replaceAll('\n', ' ')}\n}\n`, false, false],
    ['on another hook', `table inet f { ${input.replace('hook input', 'hook forward')} }`, false, false],
    ['for nat', `table inet f { ${input.replace('type filter', 'type nat')} }`, false, false],
    ['before routing', `table inet f { ${input.replace('hook input', 'hook prerouting')} }`, true, true],
    ['a dormant table', `table inet f {\n flags dormant\n ${input}\n}\n`, false, false],
    ['a dormant table, among other flags', `table inet f { flags owner, dormant; ${input} }`, false, false],
    ['flags of a set', `table inet f { set s { type ipv4_addr; flags interval; }\n ${input} }`, true, true],
    [
      'line ends instead of semicolons',
      'table inet f {\nchain i {\ntype filter hook input priority 0\npolicy drop\n}\n}',
      true,
      true,
    ],
    [
      'a last rule that rejects',
      'table inet f { chain i { type filter hook input priority 0;\n tcp dport { 22, 80 } accept\n counter log prefix "no; #" reject with icmpx type admin-prohibited comment "}"\n } }',
      true,
      true,
    ],
    [
      'a last rule with a condition',
      'table inet f { chain i { type filter hook input priority 0; tcp dport 5 drop } }',
      false,
      false,
    ],
    [
      'a drop at the end, with its counter as "nft list ruleset" writes it',
      'table inet f {\n chain i {\n  type filter hook input priority filter; policy accept;\n  tcp dport 22 counter packets 5 bytes 300 accept\n  counter packets 7 bytes 420 drop\n }\n}',
      true,
      true,
    ],
    ['everything accepted before', `table inet f { ${input.replace(/\}$/, 'counter accept\n }')} }`, false, false],
    ['flushed afterwards', `table inet f { ${input} }\nflush ruleset\n`, false, false],
    ['flushed before', `#!/usr/sbin/nft -f\nflush ruleset\ntable inet f { ${input} }\n`, true, true],
    [
      'as a command',
      'add table ip6 f\nadd chain ip6 f i { type filter hook input priority 0; policy drop; }\n',
      false,
      true,
    ],
  ])('nftables.conf: %s', (_, text, four, six) => {
    expect(
      facts({ 'firewall-rule-files': ruleFiles({ '/etc/nftables.conf': text }) }).get('storedAlternatives'),
    ).toMatchObject({ value: { nftables4: { value: { denies: four } }, nftables6: { value: { denies: six } } } });
  });

  test.each([
    ['included files', 'include "/etc/nftables/*.nft"\n'],
    ['other chains', 'table inet f { chain i { type filter hook input priority 0;\n jump c\n }\n chain c { drop } }'],
    ['a policy that is named elsewhere', 'table inet f { chain i { type filter hook input priority 0; policy $p; } }'],
  ])('nftables.conf: %s are ignorance', (_, text) => {
    expect(
      facts({ 'firewall-rule-files': ruleFiles({ '/etc/nftables.conf': text }) }).get('storedAlternatives'),
    ).toMatchObject({ value: { nftables4: { state: 'unknown', reason: 'not-observable' } } });
  });
});

describe('the host in its network', () => {
  test('units', () => {
    expect(facts().get('firewallUnits')).toMatchObject({
      value: {
        'ufw.service': { load: 'loaded', active: 'active', file: 'enabled' },
        'firewalld.service': { load: 'not-found', active: 'inactive', file: '' },
      },
    });
  });

  test('forwarding', () => {
    expect(facts().get('forwarding')).toEqual({ state: 'known', value: { IPv4: [], IPv6: [] } });
    expect(factsOf(captureOf(recorded('routed-deny'))).get('forwarding')).toMatchObject({
      value: { IPv4: ['all', 'default', 'eth0', 'lo'] },
    });
    const nothing = facts({ 'firewall-settings': '' }).get('forwarding');
    expect(nothing).toMatchObject({ state: 'unknown' });
  });

  const routes4 =
    'eth1\t00000000\t026433C6\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t006433C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n';
  const zero = '0'.repeat(32);
  const routes6 = `${zero} 00 ${zero} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     ens3\n${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo\n`;
  const paths = ['all', 'default', 'lo', 'eth0', 'eth1', 'docker0', 'br-0123456789ab']
    .map((name) => `/proc/sys/net/ipv4/conf/${name}/forwarding:0\n`)
    .join('');
  test.each([
    ['a default route of IPv4', 'IPv4', routes4, ['eth1']],
    ['a default route of IPv6', 'IPv6', routes6, ['ens3']],
    ['no default route: every interface that is not its own', 'IPv4', '', ['eth0', 'eth1']],
    ['no default route of IPv6', 'IPv6', routes4, ['eth0', 'eth1']],
  ] as const)('%s', (_, family, routes, expected) => {
    const all = outputs(output('default-routes', routes), output('firewall-settings', paths));
    expect(outsideInterfaces(all, family)).toEqual(expected);
  });

  test("the host's own addresses", () => {
    // As `grep -B1` prints them: of each table of routes, with a line between.
    const trie = ['127.0.0.1', '192.0.2.2', '127.0.0.1'].map(
      (address) => `           |-- ${address}\n              /32 host LOCAL\n`,
    );
    const inet6 = `fd${'0'.repeat(29)}2 04 40 00 82     eth0\n`;
    const all = outputs(output('own-addresses', trie.join('--\n') + inet6));
    expect(ownAddresses(all, 'IPv4')?.map(formatCidr)).toEqual(['127.0.0.1/32', '192.0.2.2/32']);
    expect(ownAddresses(all, 'IPv6')?.map(formatCidr)).toEqual(['fd00::2/128']);
    expect(ownAddresses(outputs(output('default-routes', routes4)), 'IPv4')).toBeNull();
  });
});
