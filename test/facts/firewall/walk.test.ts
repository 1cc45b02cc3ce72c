import { describe, expect, test } from 'vitest';
import { readSave } from '../../../src/facts/firewall/iptables.ts';
import { parseNft, readNftTable } from '../../../src/facts/firewall/nft.ts';
import type { Table } from '../../../src/facts/firewall/ruleset.ts';
import { Ignorance } from '../../../src/model/fact.ts';
import { evaluated, inputOf, words } from './evaluated.ts';

/** What comes in, or `everything`. */
const open = (lines: readonly string[], policy?: string): readonly string[] | string => {
  const filter = evaluated(inputOf(lines, policy));
  return filter.denies ? filter.openings.map(words) : 'everything';
};

describe('the way of a packet through the chains', () => {
  test.each([
    ['policy drop and no rule', [], 'DROP', []],
    ['policy accept and no rule', [], 'ACCEPT', 'everything'],
    ['policy accept behind a drop', ['-p tcp --dport 22 -j ACCEPT', '-j DROP'], 'ACCEPT', ['tcp/22']],
    ['policy accept behind a reject', ['-p tcp --dport 22 -j ACCEPT', '-j REJECT'], 'ACCEPT', ['tcp/22']],
    [
      'policy accept behind conditional drops',
      ['-p tcp --dport 3306 -j DROP', '-s 10.0.0.0/8 -j DROP'],
      'ACCEPT',
      'everything',
    ],
    ['a drop with a rate limit', ['-m limit --limit 1/s -j DROP'], 'ACCEPT', 'everything'],
    ['accept for all before policy drop', ['-j ACCEPT'], 'DROP', 'everything'],
    ['accept for all with a rate limit', ['-m limit --limit 1/s -j ACCEPT'], 'DROP', 'everything'],
    ['accept behind an unconditional drop', ['-j DROP', '-p tcp --dport 22 -j ACCEPT'], 'DROP', []],
    [
      'all but one source dropped',
      ['! -s 10.0.0.0/8 -j DROP', '-p tcp --dport 22 -j ACCEPT'],
      'DROP',
      ['tcp/22 from 10.0.0.0/8'],
    ],
    [
      'one interface dropped',
      ['-i eth0 -p tcp --dport 22 -j ACCEPT', '-i eth0 -j DROP'],
      'ACCEPT',
      ['tcp/22 on eth0', 'any/* on not eth0'],
    ],
    ['several interfaces dropped', ['-i eth+ -j DROP', '-i wg0 -j DROP'], 'ACCEPT', ['any/* on not eth+, wg0']],
    ['a drop for some of an interface', ['-i eth0 -p tcp -j DROP'], 'ACCEPT', 'everything'],
    [
      'a drop never hides an accept behind it',
      ['-s 10.0.0.0/8 -j DROP', '-p tcp --dport 22 -j ACCEPT'],
      'DROP',
      ['tcp/22'],
    ],
    [
      'into a chain and back',
      [':c', '-j c', '-p tcp --dport 22 -j ACCEPT', '-A c -p tcp --dport 80 -j ACCEPT'],
      'DROP',
      ['tcp/80', 'tcp/22'],
    ],
    ['a chain that drops all', [':c', '-j c', '-p tcp --dport 22 -j ACCEPT', '-A c -j DROP'], 'ACCEPT', []],
    [
      'a chain for one port that drops the rest',
      [':c', '-p tcp --dport 22 -j c', '-A c -s 10.0.0.0/8 -j ACCEPT', '-A c -j DROP'],
      'DROP',
      ['tcp/22 from 10.0.0.0/8'],
    ],
    [
      'conditions add up on the way',
      [':c', '-s 10.0.0.0/8 -j c', '-A c -p tcp --dport 22 -j ACCEPT'],
      'DROP',
      ['tcp/22 from 10.0.0.0/8'],
    ],
    ['conditions that exclude each other', [':c', '-p udp -j c', '-A c -p tcp --dport 22 -j ACCEPT'], 'DROP', []],
    ['return leaves the chain', [':c', '-j c', '-A c -j RETURN', '-A c -j ACCEPT'], 'DROP', []],
    [
      'return for some leaves the others',
      [':c', '-j c', '-A c -s 10.0.0.0/8 -j RETURN', '-A c -p tcp --dport 22 -j ACCEPT'],
      'DROP',
      ['tcp/22'],
    ],
    [
      'return for some before a drop',
      [':c', '-j c', '-p tcp --dport 22 -j ACCEPT', '-A c -s 10.0.0.0/8 -j RETURN', '-A c -j DROP'],
      'DROP',
      ['tcp/22 from 10.0.0.0/8'],
    ],
    ['goto does not come back', [':c', '-g c', '-j ACCEPT', '-A c -p tcp --dport 22 -j ACCEPT'], 'DROP', ['tcp/22']],
    [
      'goto returns to the chain before',
      [':a', ':b', '-j a', '-p tcp --dport 22 -j ACCEPT', '-A a -g b', '-A a -j ACCEPT', '-A b -j RETURN'],
      'DROP',
      ['tcp/22'],
    ],
    [
      'a chain for all but one source that drops',
      [':c', '! -s 10.0.0.0/8 -j c', '-p tcp --dport 22 -j ACCEPT', '-A c -j DROP'],
      'DROP',
      ['tcp/22'],
    ],
    [
      'a drop whose conditions exclude each other',
      [
        ':c',
        '-p tcp --dport 22 -j c',
        '-A c -p tcp -m multiport --dports 80 -m tcp --dport 22 -j DROP',
        '-A c -j ACCEPT',
      ],
      'DROP',
      ['tcp/22'],
    ],
    [
      'LIMIT as ufw makes it',
      [
        ':l',
        '-p tcp --dport 22 -m conntrack --ctstate NEW -m recent --update --seconds 30 --hitcount 6 -j DROP',
        '-p tcp --dport 22 -j l',
        '-A l -j ACCEPT',
      ],
      'DROP',
      ['tcp/22'],
    ],
    [
      'the same rule twice is one opening',
      ['-p tcp --dport 22 -j ACCEPT', '-p tcp --dport 22 -j ACCEPT'],
      'DROP',
      ['tcp/22'],
    ],
  ] as const)('%s', (_, lines, policy, expected) => {
    expect(open(lines, policy)).toEqual(expected);
  });

  test('an opening carries the rule that says which traffic, not the bare accept behind it', () => {
    const filter = evaluated(inputOf([':l', '-p tcp --dport 22 -j l', '-A l -j ACCEPT']));
    expect(filter.openings).toMatchObject([
      { rule: '-A INPUT -p tcp --dport 22 -j l', chain: 'INPUT', table: 'iptables filter' },
    ]);
  });

  test('chains that lead to each other end as ignorance, not as a hang', () => {
    expect(() => open([':a', ':b', '-j a', '-A a -j b', '-A b -j a'])).toThrow(Ignorance);
  });

  test('a chain that is not there is ignorance', () => {
    const [table] = inputOf([':a', '-j a']);
    const broken = { ...table, chains: new Map([...(table?.chains ?? [])].filter(([name]) => name !== 'a')) } as Table;
    expect(() => evaluated([broken])).toThrow('a chain "a" that is not there');
  });
});

describe('packets that are not tracked', () => {
  const accept = '-m conntrack --ctstate RELATED,ESTABLISHED,UNTRACKED -j ACCEPT';
  const raw = '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp --dport 53 -j CT --notrack\nCOMMIT\n';

  test('no rule takes them out of tracking', () => {
    expect(open([accept])).toEqual([]);
  });

  test('some rule does, so the accept may be for anything', () => {
    const filter = evaluated([
      ...inputOf([accept, '-m conntrack --ctstate UNTRACKED -j DROP', '-p tcp --dport 22 -j ACCEPT']),
      ...readSave(raw, 'test'),
    ]);
    expect(filter.openings.map(words)).toEqual(['any/* if connection state UNTRACKED', 'tcp/22']);
  });
});

test('chains behind a drop for one interface are still gone through by all the rest', () => {
  const lines = [':ufw-before-input', ':ufw-user-input', '-i eth9 -j DROP', '-j ufw-before-input'];
  expect(evaluated(inputOf([...lines, '-A ufw-before-input -j ufw-user-input'])).ufw).toBe('hooked');
});

describe('several base chains', () => {
  const nft = (policy: string, ...ports: number[]): Table => {
    const rules = ports.map((port) => ({
      rule: {
        family: 'inet',
        table: 't',
        chain: 'in',
        expr: [
          { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: port } },
          { accept: null },
        ],
      },
    }));
    const chain = { family: 'inet', table: 't', name: 'in', type: 'filter', hook: 'input', prio: 10, policy };
    const [table] = parseNft(
      JSON.stringify({ nftables: [{ metainfo: {} }, { table: { family: 'inet', name: 't' } }, { chain }, ...rules] }),
    );
    if (table === undefined) throw new Error('no table');
    return readNftTable(table, 'IPv4');
  };

  test.each([
    [
      'what both let through',
      [...inputOf(['-p tcp --dport 22 -j ACCEPT', '-p tcp --dport 80 -j ACCEPT']), nft('drop', 22, 443)],
      ['tcp/22'],
    ],
    [
      'a chain that only accepts widens nothing',
      [...inputOf(['-p tcp --dport 22 -j ACCEPT']), nft('accept', 443)],
      ['tcp/22'],
    ],
    [
      'ports from one, sources from the other',
      [
        ...inputOf(['-p tcp --dport 1:100 -j ACCEPT']),
        ...readSave('*mangle\n:INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/8 -j ACCEPT\nCOMMIT\n', 'test'),
      ],
      ['tcp/1-100 from 10.0.0.0/8'],
    ],
    [
      'what another chain drops that lets in the rest',
      [
        ...inputOf(['-p tcp --dport 22 -j ACCEPT', '-p tcp --dport 3306 -j ACCEPT', '-p tcp --dport 80 -j ACCEPT']),
        ...readSave('*mangle\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 3306 -j DROP\nCOMMIT\n', 'test'),
      ],
      ['tcp/22', 'tcp/80'],
    ],
    [
      'what the same chain drops before',
      inputOf(['-p tcp --dport 3306 -j DROP', '-p tcp --dport 22 -j ACCEPT', '-p tcp --dport 3306 -j ACCEPT']),
      ['tcp/22'],
    ],
    [
      'what is dropped for some before stays open',
      [
        ...inputOf(['-p tcp --dport 3306 -j ACCEPT', '-p tcp --dport 3307 -j ACCEPT']),
        ...readSave(
          '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 10.0.0.0/8 -p tcp --dport 3306 -j DROP\n' +
            '-A PREROUTING -p tcp --dport 3307 -m limit --limit 1/s -j DROP\nCOMMIT\n',
          'test',
        ),
      ],
      ['tcp/3306', 'tcp/3307'],
    ],
    ...(['raw', 'mangle'] as const).map((name): [string, readonly Table[], readonly string[]] => [
      `what the table ${name} drops before`,
      [
        ...inputOf(['-p tcp --dport 22 -j ACCEPT', '-p tcp --dport 3306 -j ACCEPT']),
        ...readSave(`*${name}\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 3306 -j DROP\nCOMMIT\n`, 'test'),
      ],
      ['tcp/22'],
    ]),
    [
      'a default before the input chains',
      [
        ...inputOf([], 'ACCEPT'),
        ...readSave('*raw\n:PREROUTING DROP [0:0]\n-A PREROUTING -p tcp --dport 22 -j ACCEPT\nCOMMIT\n', 'test'),
      ],
      ['tcp/22'],
    ],
  ])('%s', (_, tables, expected) => {
    const filter = evaluated(tables);
    expect(filter.denies).toBe(true);
    expect(filter.openings.map(words)).toEqual(expected);
  });

  test('an opening is told in the words of the input chain, whatever lets it through before', () => {
    const raw = readSave('*raw\n:PREROUTING DROP [0:0]\n-A PREROUTING -p tcp -j ACCEPT\nCOMMIT\n', 'test');
    expect(evaluated([...raw, ...inputOf(['-p tcp --dport 22 -j ACCEPT'])]).openings).toMatchObject([
      { rule: '-A INPUT -p tcp --dport 22 -j ACCEPT', chain: 'INPUT' },
    ]);
  });

  test('chains before those of input that deny nothing are not named', () => {
    const raw = readSave('*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -s 10.0.0.0/8 -j DROP\nCOMMIT\n', 'test');
    expect(evaluated([...inputOf([]), ...raw]).chains.map(({ name }) => name)).toEqual(['iptables filter INPUT']);
  });

  test('thousands of openings are not each followed through thousands of rules', () => {
    const ports = Array.from({ length: 8000 }, (_, at) => `-p tcp --dport ${at + 1000} -j ACCEPT`);
    const raw = readSave('*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp --dport 3306 -j DROP\nCOMMIT\n', 'test');
    const { openings } = evaluated([...inputOf(ports), ...raw]);
    expect(openings).toHaveLength(7999);
    expect(openings.map(words)).not.toContain('tcp/3306');
  });
});
