import { describe, expect, test } from 'vitest';
import { readSave } from '../../../src/facts/firewall/iptables.ts';
import { findPublished } from '../../../src/facts/firewall/published.ts';
import { parseCidr } from '../../../src/model/cidr.ts';
import { words } from './evaluated.ts';

/** nat rules of PREROUTING and rules of the filter table → what is published, where to, and what becomes of it. */
function publishedBy(
  nat: readonly string[],
  filter: readonly string[],
  outside: readonly string[] = ['eth0'],
  own: readonly string[] | null = [],
): string[] {
  const text = [
    '*nat',
    ':PREROUTING ACCEPT [0:0]',
    ...nat.map((rule) => `-A PREROUTING ${rule}`),
    'COMMIT',
    '*filter',
    ':INPUT DROP [0:0]',
    ':FORWARD DROP [0:0]',
    ':ufw-user-forward - [0:0]',
    ...filter.map((rule) => `-A ${rule}`),
    'COMMIT',
    '',
  ];
  const ruleset = { family: 'IPv4', tables: readSave(text.join('\n'), 'test') } as const;
  return findPublished(ruleset, outside, own?.map(parseCidr) ?? null).map(
    (one) =>
      `${words(one)} → ${one.to} ${one.fate}${one.acceptedBy === null ? '' : ` by ${one.acceptedBy}`}${one.byUfw ? ' (ufw)' : ''}`,
  );
}

const dnat = '-p tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:80';

describe('published ports', () => {
  test.each([
    ['nothing accepts it', [dnat], [], ['tcp/5432 → 172.17.0.2:80 policy']],
    [
      'a rule accepts it',
      [dnat],
      ['FORWARD -d 172.17.0.2/32 -p tcp --dport 80 -j ACCEPT'],
      ['tcp/5432 → 172.17.0.2:80 accepted by -A FORWARD -d 172.17.0.2/32 -p tcp --dport 80 -j ACCEPT'],
    ],
    [
      'a rule accepts another port',
      [dnat],
      ['FORWARD -d 172.17.0.2/32 -p tcp --dport 5432 -j ACCEPT'],
      ['tcp/5432 → 172.17.0.2:80 policy'],
    ],
    [
      'a rule accepts whatever was translated',
      [dnat],
      ['FORWARD -m conntrack --ctstate DNAT -j ACCEPT'],
      ['tcp/5432 → 172.17.0.2:80 accepted by -A FORWARD -m conntrack --ctstate DNAT -j ACCEPT'],
    ],
    [
      'ufw route allow',
      [dnat],
      ['FORWARD -j ufw-user-forward', 'ufw-user-forward -p tcp -d 172.17.0.2 --dport 80 -j ACCEPT'],
      ['tcp/5432 → 172.17.0.2:80 accepted by -A ufw-user-forward -p tcp -d 172.17.0.2 --dport 80 -j ACCEPT (ufw)'],
    ],
    [
      'a rule drops it first',
      [dnat],
      ['FORWARD -i eth0 -j DROP', 'FORWARD -j ACCEPT'],
      ['tcp/5432 → 172.17.0.2:80 dropped'],
    ],
    [
      'a rule drops it on the way in of another interface',
      [dnat],
      ['FORWARD -i eth1 -j DROP', 'FORWARD -j ACCEPT'],
      ['tcp/5432 → 172.17.0.2:80 accepted by -A FORWARD -j ACCEPT'],
    ],
    [
      'a rule drops it by its port before translation',
      [dnat],
      ['FORWARD -p tcp -m conntrack --ctorigdstport 5432 -j DROP', 'FORWARD -j ACCEPT'],
      ['tcp/5432 → 172.17.0.2:80 dropped'],
    ],
    [
      'only one source gets through',
      [dnat],
      ['FORWARD ! -s 192.0.2.0/24 -j DROP', 'FORWARD -j ACCEPT'],
      ['tcp/5432 from 192.0.2.0/24 → 172.17.0.2:80 accepted by -A FORWARD -j ACCEPT'],
    ],
    [
      'on loopback only',
      ['-d 127.0.0.1/32 -p tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:80'],
      ['FORWARD -j ACCEPT'],
      [],
    ],
    [
      'for containers only',
      ['-i docker0 -p tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:80'],
      ['FORWARD -j ACCEPT'],
      [],
    ],
    [
      'for an inner network only',
      ['-i wg0 -p tcp --dport 5432 -j DNAT --to-destination 172.17.0.2:80'],
      ['FORWARD -j ACCEPT'],
      ['tcp/5432 on wg0 → 172.17.0.2:80 dropped'],
    ],
    [
      'redirected to an open port',
      ['-p tcp --dport 8443 -j REDIRECT --to-ports 443'],
      ['INPUT -p tcp --dport 443 -j ACCEPT'],
      ['tcp/8443 → :443 accepted by -A INPUT -p tcp --dport 443 -j ACCEPT'],
    ],
    [
      'redirected to a closed port',
      ['-p tcp --dport 9443 -j REDIRECT --to-ports 9000'],
      ['INPUT -p tcp --dport 443 -j ACCEPT', 'FORWARD -j ACCEPT'],
      ['tcp/9443 → :9000 dropped'],
    ],
    [
      'translated to loopback',
      ['-p tcp --dport 8443 -j DNAT --to-destination 127.0.0.1:443'],
      ['INPUT -p tcp --dport 443 -j ACCEPT'],
      ['tcp/8443 → 127.0.0.1:443 accepted by -A INPUT -p tcp --dport 443 -j ACCEPT'],
    ],
    [
      'the port stays',
      ['-p udp --dport 53 -j DNAT --to-destination 10.0.0.5'],
      ['FORWARD -p udp --dport 53 -j ACCEPT'],
      ['udp/53 → 10.0.0.5:53 accepted by -A FORWARD -p udp --dport 53 -j ACCEPT'],
    ],
    [
      'redirected to several ports, of which one is open',
      ['-p tcp --dport 9443 -j REDIRECT --to-ports 442-443'],
      ['INPUT -p tcp --dport 443 -j ACCEPT'],
      ['tcp/9443 → :442-443 accepted by -A INPUT -p tcp --dport 443 -j ACCEPT'],
    ],
    [
      'to another network, address for address',
      ['-p tcp --dport 23 -j NETMAP --to 172.17.0.2/32'],
      ['FORWARD -d 172.17.0.2/32 -p tcp --dport 23 -j ACCEPT'],
      ['tcp/23 → 172.17.0.2/32:23 accepted by -A FORWARD -d 172.17.0.2/32 -p tcp --dport 23 -j ACCEPT'],
    ],
  ])('%s', (_, nat, filter, expected) => {
    expect(publishedBy(nat, filter)).toEqual(expected);
  });

  test('rules for what comes from containers accept nothing from outside', () => {
    expect(publishedBy([dnat], ['FORWARD -i docker0 -j ACCEPT'], [])).toEqual(['tcp/5432 → 172.17.0.2:80 policy']);
  });

  test('one way in that is not stopped is enough', () => {
    const filter = ['FORWARD -i eth0 -j DROP', 'FORWARD -j ACCEPT'];
    expect(publishedBy([dnat], filter, ['eth0', 'eth1'])).toEqual([
      'tcp/5432 → 172.17.0.2:80 accepted by -A FORWARD -j ACCEPT',
    ]);
  });

  const web = 'INPUT -p tcp --dport 8080 -j ACCEPT';
  const forwarded = 'FORWARD -d 172.17.0.2/32 -j ACCEPT';
  const toWeb = (address: string) => `-p tcp --dport 9999 -j DNAT --to-destination ${address}:8080`;
  const opened = (address: string) => [`tcp/9999 → ${address}:8080 accepted by -A ${web}`];
  test.each([
    [
      "the host's own address is no forward",
      '203.0.113.10',
      ['192.0.2.2', '203.0.113.10'],
      [web],
      opened('203.0.113.10'),
    ],
    [
      'nor is it one where the port is closed',
      '203.0.113.10',
      ['203.0.113.10'],
      [],
      ['tcp/9999 → 203.0.113.10:8080 dropped'],
    ],
    ["another one's address is one", '203.0.113.11', ['203.0.113.10'], [web], ['tcp/9999 → 203.0.113.11:8080 policy']],
    [
      'nobody knows whose address it is',
      '203.0.113.10',
      null,
      [web],
      [
        'tcp/9999 → 203.0.113.10:8080 policy',
        `tcp/9999 if destination 203.0.113.10 → 203.0.113.10:8080 accepted by -A ${web}`,
      ],
    ],
    [
      'nobody knows, and it may go through',
      '172.17.0.2',
      null,
      [web, forwarded],
      [`tcp/9999 → 172.17.0.2:8080 accepted by -A ${forwarded}`],
    ],
  ] as const)('%s', (_, address, own, filter, expected) => {
    expect(publishedBy([toWeb(address)], filter, ['eth0'], own)).toEqual(expected);
  });

  test('all ports to the host itself, of which few are open', () => {
    const accept = 'INPUT -p tcp --dport 443 -j ACCEPT';
    const nat = ['-d 198.51.100.7 -j DNAT --to-destination 203.0.113.10'];
    expect(publishedBy(nat, [accept], ['eth0'], ['203.0.113.10'])).toEqual([
      `tcp/443 to 198.51.100.7/32 → 203.0.113.10 accepted by -A ${accept}`,
    ]);
  });

  test('a network in which the host has one address', () => {
    const nat = ['-d 198.51.100.0/24 -j NETMAP --to 203.0.113.0/24'];
    expect(publishedBy(nat, ['INPUT -p tcp --dport 22 -j ACCEPT'], ['eth0'], ['203.0.113.10'])).toEqual([
      'any/* to 198.51.100.0/24 → 203.0.113.0/24 policy',
      'tcp/22 to 198.51.100.0/24 if destination 203.0.113.0/24 → 203.0.113.0/24 accepted by -A INPUT -p tcp --dport 22 -j ACCEPT',
    ]);
  });

  test('without any forward chain everything goes through', () => {
    const nat = `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${dnat}\nCOMMIT\n`;
    expect(findPublished({ family: 'IPv4', tables: readSave(nat, 'test') }, ['eth0'], [])).toMatchObject([
      { fate: 'accepted', acceptedBy: 'no forward chain stands in the way' },
    ]);
  });
});
