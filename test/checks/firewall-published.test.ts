import { describe, expect, test } from 'vitest';
import { firewallAllowedPorts } from '../../checks/firewall/firewall-allowed-ports.ts';
import { firewallDefaultDeny } from '../../checks/firewall/firewall-default-deny.ts';
import { firewallEffective } from '../../checks/firewall/firewall-effective.ts';
import { recorded, type State, stdoutOf } from '../facts/firewall/recorded.ts';
import { recordedHosts } from './hosts.ts';
import { captureOf, judged, verdicts } from './recorded.ts';

/** A recorded state whose IPv4 rules were changed: these stand first in their chains. */
function withRules(name: string, rules: readonly string[], change = (save: string): string => save): State {
  const save = change(stdoutOf(recorded(name), 'iptables-save'));
  const [before = '', after = ''] = save.split(/^(?=-A INPUT )/m, 2);
  expect(after).not.toBe('');
  const rest = save.slice(before.length);
  return recorded(name, { 'iptables-save': `${before}${rules.map((rule) => `-A ${rule}\n`).join('')}${rest}` });
}

const published = 'A port is published around the firewall: 5432/tcp from anywhere, sent to 172.17.0.2:5432 (IPv4).';
const inner = (on: string) => (save: string) =>
  save.replace(/^-A DOCKER ! -i docker0 -p tcp.*--dport 5432 /m, `-A DOCKER -i ${on} -p tcp -m tcp --dport 5432 `);

describe('a published port and the rules that let in the same one', () => {
  test.each([
    [
      'on the interface that leads outside',
      ['INPUT -i eth0 -p tcp -m tcp --dport 5432 -j ACCEPT'],
      'pass',
      'own rules',
    ],
    ['on every interface that begins so', ['INPUT -i et+ -p tcp -m tcp --dport 5432 -j ACCEPT'], 'pass', 'own rules'],
    ['on all but the inner one', ['INPUT ! -i wg0 -p tcp -m tcp --dport 5432 -j ACCEPT'], 'pass', 'own rules'],
    ['on another one', ['INPUT -i wg0 -p tcp -m tcp --dport 5432 -j ACCEPT'], 'fail', published],
    ['on all but the outer one', ['INPUT ! -i eth0 -p tcp -m tcp --dport 5432 -j ACCEPT'], 'fail', published],
    [
      'for a set of addresses that is not read',
      ['INPUT -p tcp -m tcp --dport 5432 -m set --match-set office src -j ACCEPT'],
      'fail',
      published,
    ],
  ] as const)('%s', (_, rules, verdict, because) => {
    // Without ufw nothing but the published port is judged.
    const state = withRules('dnat-style', rules, (save) => save.replaceAll('ufw-', 'own-'));
    const findings = judged(firewallEffective, captureOf({ ...state, outputs: withoutUfw(state) }));
    expect(findings[0]?.because).toContain(because);
    expect(verdicts(findings)).toEqual([verdict]);
  });

  test.each([
    ['for an inner network', 'dnat-style', inner('wg0'), 'pass', 'own rules'],
    ['for several', 'dnat-style', inner('wg+'), 'pass', 'own rules'],
    [
      'for the outer one',
      'dnat-style',
      inner('eth0'),
      'fail',
      '5432/tcp from anywhere on eth0, sent to 172.17.0.2:5432',
    ],
    [
      'redirected for an inner network',
      'redirect',
      (save: string) => save.replaceAll('-A PREROUTING -p tcp', '-A PREROUTING -i eth1 -p tcp'),
      'pass',
      'own rules',
    ],
  ] as const)('published %s', (_, name, change, verdict, because) => {
    const findings = judged(firewallEffective, captureOf(withRules(name, [], change)));
    expect(findings[0]?.because).toContain(because);
    expect(verdicts(findings)).toEqual([verdict]);
  });
});

describe('a published port that is dropped before it is translated', () => {
  test.each([
    ['in the table raw', recorded('dnat-raw-drop'), 'pass', 'own rules'],
    ['in the table mangle', recorded('dnat-mangle-drop'), 'pass', 'own rules'],
    ['from a few addresses, and by a state that no packet has there', recorded('dnat-raw-late'), 'fail', published],
    [
      'on another interface',
      withRules('dnat-raw-drop', [], (save) => save.replace('-A PREROUTING -i eth0', '-A PREROUTING -i wg0')),
      'fail',
      published,
    ],
    [
      'from all but a few addresses',
      withRules('dnat-raw-drop', [], (save) =>
        save.replace('-A PREROUTING -i eth0', '-A PREROUTING ! -s 192.0.2.0/24 -i eth0'),
      ),
      'fail',
      '5432/tcp from 192.0.2.0/24, sent to 172.17.0.2:5432 (IPv4).',
    ],
    [
      'by the state that every packet has there',
      withRules('dnat-raw-late', [], (save) => save.replace('--ctstate NEW -j DROP', '--ctstate INVALID -j DROP')),
      'pass',
      'own rules',
    ],
  ] as const)('%s', (_, state, verdict, because) => {
    const findings = judged(firewallEffective, captureOf(state));
    expect(findings[0]?.because).toContain(because);
    expect(verdicts(findings)).toEqual([verdict]);
  });
});

function withoutUfw(state: State): State['outputs'] {
  return state.outputs.map((one) => (one.probe === 'firewall-programs' ? { ...one, stdout: '' } : one));
}

describe('what comes in by all interfaces but one', () => {
  test.each([
    ['the only one that leads outside', 'INPUT ! -i eth0 -j ACCEPT', 'pass', 'denied for IPv4 and IPv6'],
    ['an inner one', 'INPUT ! -i wg0 -j ACCEPT', 'fail', 'lets in all traffic from anywhere on not wg0'],
  ] as const)('%s', (_, rule, verdict, because) => {
    const findings = judged(firewallDefaultDeny, captureOf(withRules('pass', [rule])));
    expect(findings[0]?.because).toContain(because);
    expect(verdicts(findings)).toEqual([verdict]);
  });

  test('is still not documented', () => {
    const state = withRules('pass', ['INPUT ! -i eth0 -j ACCEPT']);
    expect(verdicts(judged(firewallAllowedPorts, captureOf(state)))).toEqual(['fail']);
  });
});

describe("a translation to the host's own address", () => {
  const capture = recordedHosts().get('dnat-own-address');
  if (capture === undefined) throw new Error('The host is not recorded.');
  const without = { ...capture, outputs: capture.outputs.filter(({ probe }) => probe !== 'own-addresses') };
  const judge = (one: typeof capture) => judged(firewallEffective, one);

  test('comes in by the input chains, and is shown with the addresses', () => {
    const [finding] = judge(capture);
    expect(verdicts(judge(capture))).toEqual(['fail']);
    expect(finding?.because).toMatch(/9999\/tcp from anywhere, sent to 10\.77\.0\.\d+:22 \(IPv4\)/);
    expect(finding?.actual).toContain('then accepted by "-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT"');
    expect(finding?.remediation).toContain('iptables -t nat -D PREROUTING -p tcp -m tcp --dport 9999 -j DNAT');
    expect(finding?.evidence).toContain('dnat-own-address/own-addresses');
  });

  test('is taken for a forward first where nobody knows the addresses', () => {
    expect(verdicts(judge(without))).toEqual(['fail']);
    expect(judge(without)[0]?.actual).toContain('then left to the default policy of the forward chain');
    expect(judge(without)[0]?.evidence).not.toContain('dnat-own-address/own-addresses');
  });

  test('makes nobody else ask for the addresses', () => {
    const compliant = recordedHosts().get('compliant');
    if (compliant === undefined) throw new Error('The host is not recorded.');
    expect(judge(compliant)[0]?.evidence).not.toContain('compliant/own-addresses');
  });
});
