import { describe, expect, test } from 'vitest';
import { portsExposed } from '../../checks/firewall/ports-exposed.ts';
import type { Exchange } from '../../src/model/exchange.ts';
import { noRoot, recorded, type State, stdoutOf } from '../facts/firewall/recorded.ts';
import { output } from '../facts/recorded.ts';
import { comingFrom, controlled, tried, withOutside } from './outside.ts';
import { captureOf, judged, verdicts } from './recorded.ts';

const ss = (...rows: string[]) =>
  output('ssh-listeners', rows.map((row) => `LISTEN 0 128 ${row} 0.0.0.0:* users:(("server",pid=9,fd=3))\n`).join(''));
const LISTENING = ['0.0.0.0:22', '0.0.0.0:80', '0.0.0.0:8080', '127.0.0.1:6379'];

function judge(
  state: State,
  exchanges: readonly Exchange[],
  options: { params?: Record<string, unknown>; scanner?: string | null; ss?: boolean } = {},
) {
  const { params = {}, scanner = '198.51.100.7' } = options;
  const extra = [
    ...(options.ss === false ? [] : [ss(...LISTENING)]),
    ...(scanner === null ? [] : [comingFrom(scanner)]),
  ];
  const capture = captureOf({ now: state.now, outputs: [...state.outputs, ...extra] });
  return judged(portsExposed, withOutside(capture, exchanges), params);
}

const V6 = '2001:db8::7';
const documented = [tried(80, 'answered'), tried(443, 'refused')];
const whole = [...documented, tried(8080, 'timeout')];
/** The recorded forward with other conditions. */
const forward = (conditions: string): State => {
  const save = stdoutOf(recorded('dnat-style'), 'iptables-save');
  const changed = save.replace('-p tcp -m tcp --dport 5432 -j DNAT', `${conditions} -j DNAT`);
  return recorded('dnat-style', { 'iptables-save': changed });
};
const open = (port: number) => controlled([...documented, tried(port, 'answered')]);

describe('ports-exposed', () => {
  test.each<readonly [string, State, readonly Exchange[], string, string]>([
    [
      'documented ports only',
      recorded('pass'),
      controlled(whole),
      'pass',
      'Seen from 198.51.100.7, 192.0.2.1 answers on 22/tcp and 80/tcp; all of it is documented. No IPv6 address of the host is declared',
    ],
    [
      'others are shut',
      recorded('pass'),
      controlled([...documented, tried(8080, 'timeout'), tried(25, 'refused')]),
      'pass',
      'documented',
    ],
    [
      'both families',
      recorded('pass'),
      [
        ...controlled(whole),
        ...controlled([tried(80, 'answered', 'port', V6), tried(8080, 'timeout', 'port', V6)], V6),
      ],
      'pass',
      `192.0.2.1 answers on 22/tcp and 80/tcp and ${V6} answers on 22/tcp and 80/tcp; all of it is documented.`,
    ],
    [
      'IPv6 alone is open',
      recorded('pass'),
      [...controlled(documented), ...controlled([tried(8080, 'answered', 'port', V6)], V6)],
      'fail',
      `${V6} answers on 8080/tcp, which is not documented`,
    ],
    [
      'denied, and a listener: the rules are not effective',
      recorded('pass'),
      open(8080),
      'fail',
      'Seen from 198.51.100.7, 192.0.2.1 answers on 8080/tcp, which is not documented: the firewall denies it, but its rules are not effective here: server listens on 0.0.0.0:8080.',
    ],
    [
      'denied, and published by Docker',
      recorded('dnat-style'),
      open(5432),
      'fail',
      'it is published around the firewall, as Docker does, to 172.17.0.2:5432 by "-A',
    ],
    [
      'denied, and nothing there',
      recorded('pass'),
      open(9100),
      'fail',
      'nothing on the host listens there, so something else answers on that address',
    ],
    ['allowed by a rule', recorded('extra-ports'), open(8080), 'fail', 'not documented: '],
    [
      'no firewall',
      recorded('nothing'),
      open(8080),
      'fail',
      'no firewall of the host denies it, and server listens on 0.0.0.0:8080',
    ],
    [
      'the firewall cannot be read',
      recorded('pass', noRoot),
      open(8080),
      'fail',
      "the host's firewall could not be read, and server listens",
    ],
    [
      'the firewall cannot be read, nothing undocumented',
      recorded('pass', noRoot),
      controlled(documented),
      'unknown no-privilege',
      'sudo refused',
    ],
    [
      'taken and reset at once',
      recorded('pass'),
      controlled([...documented, tried(8080, 'reset')]),
      'unknown not-observable',
      '192.0.2.1 port 8080 took the connection and reset it at once',
    ],
    [
      'a documented port that resets',
      recorded('pass'),
      controlled([tried(443, 'reset'), tried(8080, 'timeout')]),
      'pass',
      'documented',
    ],
    [
      'a port that the host listens on was not among those',
      recorded('pass'),
      controlled(documented),
      'unknown not-observable',
      'The host listens on 8080/tcp, and whether 192.0.2.1 answers there was not tried.',
    ],
    [
      'a port that the host sends on was not among those',
      recorded('dnat-style'),
      controlled(whole),
      'unknown not-observable',
      'The host sends 5432/tcp from anywhere on to 172.17.0.2:5432, and not every one of these ports was tried',
    ],
    ['it was', recorded('dnat-style'), controlled([...whole, tried(5432, 'timeout')]), 'pass', 'documented'],
    [
      'every port but one is sent on',
      forward('-p tcp -m multiport ! --dports 22'),
      controlled([...whole, ...Array.from({ length: 21 }, (_, at) => tried(1 + at, 'timeout'))]),
      'unknown not-observable',
      'The host sends 23-65535/tcp from anywhere on to',
    ],
    [
      'every port of every protocol is sent on',
      forward(''),
      controlled(whole),
      'unknown not-observable',
      'The host sends all traffic from anywhere on to',
    ],
    ['every port of UDP is', forward('-p udp'), controlled(whole), 'pass', 'documented'],
    [
      'an inner network is sent on',
      recorded('dnat-style', {
        'iptables-save': stdoutOf(forward(''), 'iptables-save').replace('! -i docker0', '-i wg0'),
      }),
      controlled(whole),
      'pass',
      'documented',
    ],
    ['not tried in time', recorded('pass'), controlled([tried(8080, 'not-run')]), 'unknown timeout', 'was not tried'],
    [
      'a middlebox answers everything: nothing is proved',
      recorded('pass'),
      [
        tried(22, 'answered', 'open-before'),
        tried(61_987, 'answered', 'closed'),
        tried(8080, 'answered'),
        tried(22, 'answered', 'open-after'),
      ],
      'unknown not-observable',
      'Something in between answers for the host: even port 61987',
    ],
    [
      'a middlebox resets everything',
      recorded('pass'),
      [
        tried(22, 'answered', 'open-before'),
        tried(61_987, 'reset', 'closed'),
        tried(8080, 'answered'),
        tried(22, 'answered', 'open-after'),
      ],
      'unknown not-observable',
      'takes connections',
    ],
    [
      'locked out half-way: silence proves nothing',
      recorded('pass'),
      [...controlled([tried(8080, 'timeout')]).slice(0, -1), tried(22, 'timeout', 'open-after')],
      'unknown unreachable',
      'but not after: the scanner may have been locked out',
    ],
    [
      'locked out half-way: what was open was open',
      recorded('pass'),
      [...open(8080).slice(0, -1), tried(22, 'timeout', 'open-after')],
      'fail',
      'answers on 8080/tcp',
    ],
    [
      'the SSH port is shut',
      recorded('pass'),
      [tried(22, 'timeout', 'open-before'), tried(8080, 'not-run')],
      'unknown unreachable',
      'The SSH port did not answer',
    ],
    [
      'the time was up',
      recorded('pass'),
      controlled(documented).with(-1, tried(22, 'not-run', 'open-after')),
      'unknown timeout',
      'but not after',
    ],
    [
      'no closed control',
      recorded('pass'),
      controlled(documented).toSpliced(1, 1),
      'unknown not-observable',
      'must be closed',
    ],
    ['nothing was tried', recorded('pass'), [], 'unknown not-observable', 'No port was tried'],
  ])('%s', (_, state, exchanges, verdict, because) => {
    const findings = judge(state, exchanges);
    expect(findings[0]?.because).toContain(because);
    expect(verdicts(findings)).toEqual([verdict]);
  });

  const from = { allowed: ['22/tcp', '80/tcp', '443/tcp', '8080/tcp from 198.51.100.0/24'] };

  test.each<readonly [string, string | null, string]>([
    ['from a documented network', '198.51.100.7', 'pass'],
    ['from another one', '203.0.113.9', 'fail'],
    ['from an address that is not known', null, 'unknown not-observable'],
    ['over IPv6, for an IPv4 permission', '2001:db8::1', 'unknown not-observable'],
    ['mapped into IPv6', '::ffff:198.51.100.7', 'pass'],
  ])('%s', (_, scanner, verdict) => {
    expect(verdicts(judge(recorded('pass'), open(8080), { params: from, scanner }))).toEqual([verdict]);
  });

  test('documented ports that are sent on need not be tried', () => {
    const state = forward('-p tcp -m tcp --dport 9000:9100');
    expect(verdicts(judge(state, controlled(whole)))).toEqual(['unknown not-observable']);
    const params = { allowed: ['22/tcp', '80/tcp', '443/tcp', '9000-9099/tcp', '9100/tcp'] };
    expect(verdicts(judge(state, controlled(whole), { params }))).toEqual(['pass']);
  });

  test('a port that must answer', () => {
    const params = { required: ['443/tcp', '25/tcp'] };
    const [finding] = judge(recorded('pass'), controlled([...documented, tried(25, 'answered')]), { params });
    expect(finding?.because).toBe('443/tcp must answer, but does not on 192.0.2.1.');
  });

  test('without a list of listeners nobody knows which ports there were to try', () => {
    expect(verdicts(judge(recorded('pass'), controlled(documented), { ss: false }))).toEqual([
      'unknown not-observable',
    ]);
    expect(verdicts(judge(recorded('pass'), open(9100), { ss: false }))).toEqual(['fail']);
  });

  test('a scan without the network', () => {
    expect(verdicts(judged(portsExposed, captureOf(recorded('pass'))))).toEqual(['unknown not-observable']);
  });
});
