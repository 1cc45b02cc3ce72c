import { describe, expect, test } from 'vitest';
import { readSave } from '../../../src/facts/firewall/iptables.ts';
import { Ignorance } from '../../../src/model/fact.ts';
import { evaluated, inputOf, words } from './evaluated.ts';
import { answerOf, recorded, sampled, stdoutOf } from './recorded.ts';

const opened = (...lines: string[]): string[] => evaluated(inputOf(lines)).openings.map(words);

describe('one rule of iptables', () => {
  test.each([
    ['-p tcp -m tcp --dport 22 -j ACCEPT', ['tcp/22']],
    ['-p tcp --dport ssh -j ACCEPT', ['tcp/22']],
    ['-p 6 --dport 22 -j ACCEPT', ['tcp/22']],
    ['-p tcp --destination-port 8000:8100 -j ACCEPT', ['tcp/8000-8100']],
    ['-p tcp --dport 1024: -j ACCEPT', ['tcp/1024-65535']],
    ['-p udp -m multiport --dports 53,5000:5010 -j ACCEPT', ['udp/53', 'udp/5000-5010']],
    ['-p tcp -m multiport ! --dports 22,80 -j ACCEPT', ['tcp/0-21', 'tcp/23-79', 'tcp/81-65535']],
    ['-p tcp -m multiport --ports 22 -j ACCEPT', ['tcp/*']],
    ['-p tcp --sport 53 -j ACCEPT', ['tcp/*']],
    ['-p all -j ACCEPT -s 10.0.0.0/8', ['any/* from 10.0.0.0/8']],
    ['-s 10.1.2.3/255.0.0.0 -j ACCEPT', ['any/* from 10.0.0.0/8']],
    ['-s 192.0.2.1,192.0.2.9 -j ACCEPT', ['any/* from 192.0.2.1/32', 'any/* from 192.0.2.9/32']],
    ['! -s 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT', ['tcp/22']],
    ['-s ! 10.0.0.0/8 -p tcp --dport 22 -j ACCEPT', ['tcp/22']],
    ['-s office.example.org -p tcp --dport 22 -j ACCEPT', ['tcp/22 if address office.example.org']],
    ['-m iprange --src-range 10.0.0.1-10.0.0.2 -j ACCEPT', ['any/* from 10.0.0.1/32', 'any/* from 10.0.0.2/32']],
    ['-d 198.51.100.1/32 -p tcp --dport 80 -j ACCEPT', ['tcp/80 to 198.51.100.1/32']],
    ['-i eth0 -j ACCEPT', ['any/* on eth0']],
    ['! -i eth1 -p tcp --dport 80 -j ACCEPT', ['tcp/80 on not eth1']],
    ['-i eth+ -p tcp --dport 80 -j ACCEPT', ['tcp/80 on eth+']],
    ['-p gre -j ACCEPT', ['gre/*']],
    ['-m conntrack --ctstate NEW -p tcp --dport 80 -j ACCEPT', ['tcp/80']],
    ['-m state --state NEW,ESTABLISHED -p tcp --dport 80 -j ACCEPT', ['tcp/80']],
    ['-m conntrack ! --ctstate INVALID -p tcp --dport 80 -j ACCEPT', ['tcp/80']],
    ['-p tcp --tcp-flags FIN,SYN,RST,ACK SYN --dport 80 -j ACCEPT', ['tcp/80']],
    ['-p tcp --syn --dport 80 -j ACCEPT', ['tcp/80']],
    ['-p tcp --dport 22 -m limit --limit 3/min --limit-burst 10 -j ACCEPT', ['tcp/22']],
    ['-m addrtype --dst-type LOCAL -p tcp --dport 80 -j ACCEPT', ['tcp/80']],
    ['-m addrtype --dst-type BROADCAST -p udp --dport 9 -j ACCEPT', ['udp/9 if --dst-type BROADCAST']],
    ['-p tcp --dport 80 -m set --match-set office src -j ACCEPT', ['tcp/80 if match set if --match-set office src']],
    ['-p tcp --dport 80 -j NFQUEUE --queue-num 0', ['tcp/80 if target NFQUEUE']],
    ['-p tcp --dport 80 -m comment --comment "-j DROP" -j ACCEPT', ['tcp/80']],
    ['-p tcp --dport 80 -m comment --comment --ctstate -j ACCEPT', ['tcp/80']],
    ['-p tcp --dport 80 -m comment --comment "say \\"hi\\" --dport 22" -j ACCEPT', ['tcp/80']],
    ['-j ACCEPT -p tcp --dport 80 -m limit --limit 3/min', ['tcp/80']],
    // What opens nothing to a stranger.
    ['-i lo -j ACCEPT', []],
    ['-s 127.0.0.0/8 -j ACCEPT', []],
    ['-d 127.0.0.1/32 -p tcp --dport 6379 -j ACCEPT', []],
    ['-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', []],
    ['-m conntrack ! --ctstate NEW -j ACCEPT', []],
    ['-m conntrack --ctdir REPLY -j ACCEPT', []],
    ['-p tcp ! --syn -j ACCEPT', []],
    ['-p tcp --tcp-flags ALL NONE -j ACCEPT', []],
    ['-p icmp -m icmp --icmp-type 8 -j ACCEPT', []],
    ['-p igmp -j ACCEPT', []],
    ['-p udp -m udp --sport 67 --dport 68 -j ACCEPT', []],
    ['-d 224.0.0.251/32 -p udp --dport 5353 -j ACCEPT', []],
    ['-d 239.255.255.250/32 -p udp --dport 1900 -j ACCEPT', []],
    ['-i docker0 -p udp --dport 53 -j ACCEPT', []],
    ['-i virbr0 -j ACCEPT', []],
    ['-p tcp --dport 80', []],
    ['-p tcp --dport 80 -j LOG --log-prefix "[NEW] "', []],
    ['-p tcp --dport 80 -j MARK --set-xmark 0x1/0xffffffff', []],
    // Close to the above, and yet open.
    ['-p udp --dport 68 -j ACCEPT', ['udp/68']],
    ['-p udp --dport 5353 -j ACCEPT', ['udp/5353']],
    ['-d 224.0.0.18/32 -j ACCEPT', ['any/* to 224.0.0.18/32']],
    ['-i br0 -p udp --dport 53 -j ACCEPT', ['udp/53 on br0']],
  ])('%s', (rule, expected) => {
    expect(opened(rule)).toEqual(expected);
  });
});

describe('iptables-save', () => {
  test('keeps the policy, the chains and the words of every rule', () => {
    const [filter, nat] = readSave(answerOf('docker-02-iptables-save', 'debian13'), 'iptables-save');
    expect(filter?.chains.get('INPUT')?.base).toEqual({ type: 'filter', hook: 'input', policy: 'drop', priority: 0 });
    expect(filter?.chains.get('DOCKER-USER')).toMatchObject({
      name: 'DOCKER-USER',
      rules: [{ text: '-A DOCKER-USER -j RETURN' }],
    });
    expect(nat?.chains.get('PREROUTING')?.base).toEqual({
      type: 'nat',
      hook: 'prerouting',
      policy: 'accept',
      priority: -100,
    });
    expect(nat?.chains.get('DOCKER')?.rules[1]?.action).toEqual({
      kind: 'translate',
      address: '172.17.0.2',
      ports: { from: 5432, to: 5432 },
      unread: false,
    });
  });

  test.each([
    ['172.17.0.2:5432', { address: '172.17.0.2', ports: { from: 5432, to: 5432 }, unread: false }],
    ['172.17.0.2:80-89', { address: '172.17.0.2', ports: { from: 80, to: 89 }, unread: false }],
    ['172.17.0.2', { address: '172.17.0.2', ports: null, unread: false }],
    [':8080', { address: null, ports: { from: 8080, to: 8080 }, unread: false }],
    ['[fd00::2]:80', { address: 'fd00::2', ports: { from: 80, to: 80 }, unread: false }],
    ['fd00::2', { address: 'fd00::2', ports: null, unread: false }],
    ['fd00:1::2', { address: 'fd00:1::2', ports: null, unread: false }],
    ['10.0.0.1-10.0.0.9:80', { address: '10.0.0.1-10.0.0.9', ports: { from: 80, to: 80 }, unread: true }],
  ])('DNAT to %s', (target, expected) => {
    const text = `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 1 -j DNAT --to-destination ${target}\nCOMMIT\n`;
    const [nat] = readSave(text, 'test');
    expect(nat?.chains.get('PREROUTING')?.rules[0]?.action).toMatchObject(expected);
  });

  test('reads counters, -I, -N, -F and -P as iptables-restore does', () => {
    const text =
      '*filter\n-P INPUT DROP\n-N mine\n-A mine -j DROP\n-F mine\n[3:180] -A mine -p tcp --dport 2 -j ACCEPT\n-I mine 1 -p tcp --dport 1 -j ACCEPT\n-A INPUT -j mine\nCOMMIT\n';
    expect(evaluated(readSave(text, 'test')).openings.map(words)).toEqual(['tcp/1', 'tcp/2']);
  });

  test.each([
    ['*filter\n:INPUT DROP [0:0]\n', 'test ends before COMMIT'],
    ['*filter\n-D INPUT -j DROP\nCOMMIT\n', 'Line 2 of test'],
    ['-A INPUT -j DROP\n', 'Line 1 of test'],
    ['<html>', 'Line 1 of test'],
  ])('%j is not a whole answer', (text, message) => {
    expect(() => readSave(text, 'test')).toThrow(Ignorance);
    expect(() => readSave(text, 'test')).toThrow(message);
  });

  test('a chain line empties a chain that is already there', () => {
    const text =
      '*filter\n:INPUT DROP [0:0]\n:mine - [0:0]\n-A mine -p tcp --dport 1 -j ACCEPT\n:mine - [0:0]\n-A mine -p tcp --dport 2 -j ACCEPT\n-A INPUT -j mine\nCOMMIT\n';
    expect(evaluated(readSave(text, 'test')).openings.map(words)).toEqual(['tcp/2']);
  });

  test('every rule of every recording is read in full', () => {
    const texts = [
      ...(['debian11', 'debian12', 'debian13', 'ubuntu2004', 'ubuntu2204', 'ubuntu2404'] as const).flatMap((distro) => [
        stdoutOf(sampled(distro), 'iptables-save'),
        stdoutOf(sampled(distro), 'ip6tables-save'),
      ]),
      stdoutOf(recorded('extra-ports'), 'iptables-save'),
      answerOf('docker-03-ip6tables-save', 'debian13'),
    ];
    const unread = texts.flatMap((text) =>
      readSave(text, 'test').flatMap(({ chains }) =>
        [...chains.values()].flatMap(({ rules }) => rules.flatMap((rule) => rule.match.unread)),
      ),
    );
    // Conditions of drops and of ICMP rules, which open nothing.
    const harmless = /^(match (rt|hl)|--rt-type 0|--hl-eq \d+|--dst-type (MULTICAST|BROADCAST))$/;
    expect([...new Set(unread)].filter((condition) => !harmless.test(condition))).toEqual([]);
  });
});
