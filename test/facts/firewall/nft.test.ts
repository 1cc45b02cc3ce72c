import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { concerns, parseNft, readNftTable, tableNames } from '../../../src/facts/firewall/nft.ts';
import { Ignorance } from '../../../src/model/fact.ts';
import type { Family, PacketFilter } from '../../../src/model/facts/firewall.ts';
import { evaluated, words } from './evaluated.ts';
import { answerOf, recorded, stdoutOf } from './recorded.ts';

const listing = (name: string): string =>
  readFileSync(new URL(`../../captures/firewall/${name}.json`, import.meta.url), 'utf8');
const statements = listing('nft-statements');

function publishedIn({ published }: PacketFilter): readonly string[] {
  return published.state === 'known' ? published.value.map((one) => `${words(one)} → ${one.to} ${one.fate}`) : [];
}

function filterOf(text: string, family: Family = 'IPv4'): PacketFilter {
  const tables = parseNft(text).filter((table) => concerns(table, family));
  return evaluated(
    tables.map((table) => readNftTable(table, family)),
    family,
  );
}

interface Listing {
  readonly nftables: readonly { readonly rule?: { readonly chain: string; readonly handle: number } }[];
}

/** Each rule of the input chain alone: what it lets in, or that it lets in everything. */
function oneByOne(family: Family): string[] {
  const { nftables } = JSON.parse(statements) as Listing;
  const handles = nftables.flatMap(({ rule }) => (rule?.chain === 'input' ? [rule.handle] : []));
  return handles.map((handle) => {
    const rest = nftables.filter(({ rule }) => rule?.chain !== 'input' || rule.handle === handle);
    const text = JSON.stringify({ nftables: rest });
    const filter = filterOf(text, family);
    const [table] = parseNft(text).map((one) => readNftTable(one, family));
    const rule = table?.chains.get('input')?.rules[0]?.text ?? 'no rule';
    return `${rule} ⇒ ${filter.denies ? filter.openings.map(words).join(', ') || '–' : 'everything'}`;
  });
}

test('counters, which -s leaves out, change nothing', () => {
  const stateless = statements.replaceAll(/"counter": \{[^}]*\}/g, '"counter": null');
  expect(stateless).not.toBe(statements);
  for (const family of ['IPv4', 'IPv6'] as const)
    expect(filterOf(stateless, family)).toEqual(filterOf(statements, family));
});

describe('one rule of every kind, as nft 1.0.6 prints it', () => {
  test('IPv4', () => {
    expect(oneByOne('IPv4')).toEqual([
      'ct state vmap { invalid : drop, established : accept, related : accept } ⇒ –',
      'iif lo accept ⇒ –',
      'iifname != lo ip saddr 127.0.0.0/8 drop ⇒ –',
      'iifname eth* tcp dport 5000 accept ⇒ tcp/5000 on eth*',
      'iifname { lo, wg0 } accept ⇒ any/* on wg0',
      'iifname vmap { lo : accept, eth1 : jump other } ⇒ any/* on eth1',
      'tcp dport @ports ct state new accept ⇒ tcp/22, tcp/80, tcp/443, tcp/8000-8100',
      'ip saddr @trusted tcp dport 9100 accept ⇒ tcp/9100 from 10.0.0.0/8, tcp/9100 from 172.16.0.1/32, tcp/9100 from 172.16.0.2/31, tcp/9100 from 172.16.0.4/30, tcp/9100 from 172.16.0.8/31, tcp/9100 from 192.168.1.5/32',
      'ip saddr @withtimeout drop ⇒ –',
      'tcp dport @empty accept ⇒ –',
      'tcp dport vmap @m ⇒ tcp/25, tcp/26',
      'tcp dport != { 22, 80 } drop ⇒ –',
      'tcp dport > 1024 accept ⇒ tcp/1025-65535',
      'tcp dport 1-5 accept ⇒ tcp/1-5',
      'tcp flags & fin,syn,rst,ack syn accept ⇒ tcp/*',
      'tcp flags syn tcp dport 7 accept ⇒ tcp/7',
      'tcp flags != syn accept ⇒ tcp/* if tcp flags != syn',
      'ip saddr . tcp dport @conc accept ⇒ any/* if ip saddr . tcp dport @conc',
      'ip6 saddr fe80::/10 udp dport 546 accept ⇒ –',
      'meta l4proto { tcp, udp } th dport 53 accept ⇒ tcp/53, udp/53',
      'nfproto ipv6 accept ⇒ –',
      'icmp type echo-request accept ⇒ –',
      'icmpv6 type nd-neighbor-solicit accept ⇒ –',
      'ip protocol igmp accept ⇒ –',
      'ip6 nexthdr ipv6-icmp accept ⇒ –',
      'mark 1 accept ⇒ any/* if mark 1',
      'ct mark 1 accept ⇒ any/* if ct mark 1',
      'ct status dnat accept ⇒ –',
      'meta l4proto tcp ct original proto-dst 5432 drop ⇒ –',
      'ct direction reply accept ⇒ –',
      'fib daddr type local accept ⇒ everything',
      'fib daddr,iif type != { local, broadcast, multicast } drop ⇒ –',
      'udp dport 51820 limit accept ⇒ udp/51820',
      'tcp dport 22 ct state new set accept ⇒ tcp/22',
      'tcp dport 22 ct count reject ⇒ –',
      'log prefix "in: " limit ⇒ –',
      'log drop ⇒ –',
      'pkttype { broadcast, multicast } drop ⇒ –',
      'iifgroup 1 accept ⇒ any/* if iifgroup 1',
      'ip saddr 10.0.0.1-10.0.0.9 accept ⇒ any/* from 10.0.0.1/32, any/* from 10.0.0.2/31, any/* from 10.0.0.4/30, any/* from 10.0.0.8/31',
      'ip saddr != 10.0.0.0/8 tcp dport 1 accept ⇒ tcp/1',
      'ip ttl 3 accept ⇒ any/* if ip ttl 3',
      'skuid 0 accept ⇒ any/* if skuid 0',
      'exthdr 0 drop ⇒ –',
      'ether saddr 00:11:22:33:44:55 accept ⇒ any/* if ether saddr 00:11:22:33:44:55',
      'tcp option 5 accept ⇒ any/* if tcp option 5',
      'iiftype loopback accept ⇒ any/* if iiftype loopback',
      'tcp dport { 22, 80-90 } accept ⇒ tcp/22, tcp/80-90',
      'goto other ⇒ everything',
      'reject ⇒ –',
    ]);
  });

  test('IPv6 sees the rules of its own family and of both', () => {
    const rules = oneByOne('IPv6');
    expect(rules).toContain('nfproto ipv6 accept ⇒ everything');
    expect(rules).toContain('ip saddr @trusted tcp dport 9100 accept ⇒ –');
    expect(rules).toContain('ip6 nexthdr ipv6-icmp accept ⇒ –');
    expect(rules).toContain('tcp dport 1-5 accept ⇒ tcp/1-5');
  });

  test('log statements', () => {
    expect(filterOf(statements).logs).toEqual([
      { chain: 'input', prefix: 'in:', denied: false },
      { chain: 'input', prefix: '', denied: false },
    ]);
  });

  test('translations', () => {
    expect(publishedIn(filterOf(statements))).toEqual([
      'tcp/8080 → 172.17.0.2:80 accepted',
      'tcp/8081 → :80 accepted',
      'tcp/8082 → 10.0.0.5:8082 accepted',
      'tcp/8084 if destination 10.0.0.1-10.0.0.9 → 10.0.0.1-10.0.0.9 accepted',
    ]);
    const six = filterOf(statements, 'IPv6').published;
    expect(six.state === 'known' ? six.value.map((one) => one.to) : []).toContain('[fd00::2]:80');
  });
});

test('updates of sets with a rate or a count let packets go on, and none of the other family', () => {
  for (const name of ['nft-update-inserted', 'nft-update-inserted-trixie']) {
    const tables = parseNft(stdoutOf(recorded(name), 'nft-ruleset')).filter((table) => table.name === 'inet guard');
    for (const family of ['IPv4', 'IPv6'] as const) {
      const read = tables.map((table) => readNftTable(table, family));
      expect(evaluated(read, family).denies).toBe(false);
      const rules = read.flatMap(({ chains }) => chains.get('input')?.rules ?? []);
      const refusing = rules.filter(({ action, match }) => action.kind === 'drop' && !match.never);
      expect(refusing.map(({ match }) => match.exact)).toEqual(
        family === 'IPv4' ? Array(5).fill(false) : family6(name),
      );
    }
  }
});

/** nft 1.0.6 prints the update of a map as text, in which nobody looks for its family. */
function family6(name: string): boolean[] {
  return name.endsWith('-trixie') ? [false] : [false, false];
}

describe('recorded rule sets', () => {
  test('nftables.service of a Debian host', () => {
    const filter = filterOf(stdoutOf(recorded('nftables'), 'nft-ruleset'));
    expect(filter).toMatchObject({ denies: true, ufw: 'absent', forwardDenies: true, logs: [{ prefix: 'nft drop:' }] });
    expect(filter.chains).toEqual([
      { name: 'nftables inet filter input', backend: 'nftables', policy: 'drop', denies: true },
    ]);
    expect(filter.openings.map(words)).toEqual(['tcp/22', 'tcp/80', 'tcp/443']);
  });

  test('sample 10', () => {
    const json =
      answerOf('alternative-10-nftables-pass')
        .split('\n')
        .find((line) => line.startsWith('{')) ?? '';
    expect(filterOf(json).openings.map(words)).toEqual(['tcp/22', 'tcp/80', 'tcp/443']);
    expect(filterOf(json, 'IPv6').openings.map(words)).toEqual(['tcp/22', 'tcp/80', 'tcp/443']);
  });

  test.each([
    ['firewalld-default', ['tcp/22'], ['tcp/22']],
    ['firewalld-80-443', ['tcp/22', 'tcp/80', 'tcp/443'], ['tcp/22', 'tcp/80', 'tcp/443']],
    [
      'firewalld-trusted',
      ['any/* on eth0', 'tcp/22', 'tcp/80', 'tcp/443', 'tcp/3306'],
      ['any/* on eth0', 'tcp/22', 'tcp/80', 'tcp/443', 'tcp/3306'],
    ],
    [
      'firewalld-rich-forward',
      ['tcp/22', 'tcp/80', 'tcp/443', 'tcp/9100 from 10.0.0.0/8'],
      ['tcp/22', 'tcp/80', 'tcp/443'],
    ],
  ])('%s', (name, four, six) => {
    const text = stdoutOf(recorded(name), 'nft-ruleset');
    expect(filterOf(text).openings.map(words)).toEqual(four);
    expect(filterOf(text, 'IPv6').openings.map(words)).toEqual(six);
    expect(
      filterOf(text)
        .chains.filter((chain) => chain.denies)
        .map((chain) => chain.backend),
    ).toEqual(['firewalld']);
  });
});

describe('the names of the tables', () => {
  test.each([
    ['as nft prints them', statements, ['inet filter']],
    [
      'of a recorded host',
      stdoutOf(recorded('f2b'), 'nft-ruleset'),
      ['ip filter', 'ip6 filter', 'inet f2b-table', 'ip nat'],
    ],
    ['no table', '{"nftables": [{"metainfo": {"version": "0.9.3"}}]}\n', []],
    ['laid out in another way', JSON.stringify(JSON.parse(statements)), undefined],
    [
      'one of them laid out in another way',
      statements.replace('{"family": "inet", "name": "filter", ', '{"name": "filter", "family": "inet", '),
      undefined,
    ],
    ['cut off', statements.slice(0, -10), undefined],
    ['nothing', '', undefined],
  ])('%s', (_, text, expected) => {
    const names = tableNames(text);
    expect(names === undefined ? undefined : [...new Set(names)].sort()).toEqual(expected?.sort());
    if (names !== undefined) expect(names).toEqual(parseNft(text).map(({ name }) => name));
  });
});

describe('no whole answer', () => {
  test.each([
    ['nothing, as nft 0.9.3 prints it to strangers with exit code 0', ''],
    ['text', 'table inet filter {'],
    ['JSON of something else', '[]'],
    ['JSON without its head', '{"nftables": [{"table": {"family": "ip", "name": "filter"}}]}'],
  ])('%s', (_, text) => {
    expect(() => parseNft(text)).toThrow(Ignorance);
  });
});

describe('translations that an accept behind them sees with another port', () => {
  const filter = filterOf(listing('nft-translations'));

  test('maps and ranges', () => {
    expect(publishedIn(filter)).toEqual([
      'tcp/8000 → 172.17.0.2:443 accepted',
      'tcp/8080 → 172.17.0.2:80 accepted',
      'tcp/8001 → 172.17.0.3:80 accepted',
      'tcp/9000 → :8000-8005 accepted',
      'tcp/2222 → :22 accepted',
      'tcp/2223 → :23 dropped',
      'tcp/9001 → 172.17.0.2:80-443 accepted',
      expect.stringMatching(/^tcp\/9002 if destination dnat .* accepted$/),
    ]);
  });

  test('a header that nobody here knows says nothing about the protocol', () => {
    expect(filter.openings.map(words)).toContain('tcp/3306 if undefined undefined 6');
  });

  test('notrack is noticed, so what is not new may be one that is not tracked', () => {
    expect(filter.openings.map(words)).toContain('any/* if connection state UNTRACKED');
  });

  test('destinations that are rewritten without keeping track are ignorance', () => {
    expect(() => filterOf(listing('nft-rewriting'))).toThrow(
      'without keeping track, which is not followed: tcp dport 8080',
    );
  });

  // iptables-save is not there where somebody brought iptables along, a cluster's node for instance.
  test.each([['nft-extensions'], ['nft-extensions-bullseye']])('targets of iptables, as %s shows them', (name) => {
    const all = publishedIn(filterOf(listing(name)));
    for (const port of [8080, 9000])
      expect(all).toContainEqual(expect.stringMatching(`^tcp/(${port}|\\*) if .* accepted$`));
  });
});
