import { describe, expect, test } from 'vitest';
import {
  actionProblems,
  type Firewalls,
  kernelProblems,
  placeProblems,
  portProblems,
  refusingActions,
} from '../../checks/fail2ban/force.ts';
import { Ignorance, known } from '../../src/model/fact.ts';
import type { ConfiguredAction, ConfiguredJail, Jail } from '../../src/model/facts/fail2ban.ts';

const action = (changes: Partial<ConfiguredAction> = {}): ConfiguredAction => ({
  name: 'nftables',
  tools: ['nft'],
  ports: 'ssh',
  protocol: 'tcp',
  places: ['hook:input'],
  letsIn: false,
  ...changes,
});
const sure = () => undefined;

describe('the ports of a ban', () => {
  test.each<[string, readonly ConfiguredAction[], readonly number[], readonly number[]]>([
    ['ssh', [action()], [22], []],
    ['ssh, and sshd elsewhere', [action()], [2222], [2222]],
    ['one of two', [action({ ports: '22' })], [22, 2222], [2222]],
    ['a list', [action({ ports: 'ssh,2222' })], [22, 2222], []],
    ['a list with blanks', [action({ ports: 'http, https ssh' })], [22], []],
    ['all, as a range', [action({ ports: '0:65535' })], [22, 60_022], []],
    ['a range that ends before', [action({ ports: '2000-2221' })], [2222], [2222]],
    ['a range that begins after', [action({ ports: '23-2222' })], [22], [22]],
    ['two actions together', [action(), action({ ports: '2222' })], [22, 2222], []],
    ['every port', [action({ ports: '2222' }), action({ ports: null })], [22], []],
    ['another protocol', [action({ protocol: 'udp' })], [22], [22]],
    ['all protocols', [action({ protocol: 'all' })], [22], []],
    ['no protocol', [action({ protocol: '' })], [22], []],
    ['tcp and udp', [action({ protocol: 'tcp,udp' })], [22], []],
  ])('%s', (_, actions, sshdPorts, open) => {
    const problems = portProblems(actions, sshdPorts, sure);
    expect(problems.map(({ because }) => because)).toEqual(
      open.map((port) => expect.stringContaining(`listens on port ${port},`)),
    );
  });

  test('are not to be seen where the files may not be what runs', () => {
    expect(() => portProblems([action()], [22], () => 'jail.local was changed')).toThrow(
      'jail.local was changed, so on which ports',
    );
    expect(portProblems([action({ ports: null })], [22], () => 'jail.local was changed')).toEqual([]);
  });

  test('are unknown under a name that is no usual one', () => {
    expect(() => portProblems([action({ ports: 'ssh-admin' })], [22], sure)).toThrow(Ignorance);
  });
});

describe('the place of a ban', () => {
  const iptables = (...places: readonly string[]) =>
    action({ name: 'iptables-multiport', tools: ['iptables'], places });
  const judge = (...actions: readonly ConfiguredAction[]) => placeProblems(actions, sure).map(({ because }) => because);

  test.each<[string, readonly ConfiguredAction[]]>([
    ['INPUT', [iptables('INPUT')]],
    ['raw PREROUTING', [iptables('PREROUTING')]],
    ['a hook of nftables', [action()]],
    ['an earlier hook', [action({ places: ['hook:prerouting'] })]],
    ['INPUT beside FORWARD', [iptables('INPUT', 'FORWARD')]],
    ['another action in INPUT', [iptables('FORWARD'), iptables('INPUT')]],
    ['the direct rules of firewalld', [action({ tools: ['ipset', 'firewall-cmd'], places: ['INPUT_direct'] })]],
    ['ufw, which knows where', [action({ tools: ['ufw'], places: [] })]],
    ['ufw, of an old recording', [action({ tools: ['ufw'], places: null })]],
    ['no action at all', []],
  ])('is right in %s', (_, actions) => {
    expect(judge(...actions)).toEqual([]);
  });

  test.each<[readonly ConfiguredAction[], string]>([
    [[iptables('DOCKER-USER')], 'The sshd jail bans in DOCKER-USER, where connections to sshd do not pass.'],
    [[iptables('FORWARD')], 'bans in FORWARD'],
    [[action({ places: ['hook:forward'] })], 'bans in the hook forward'],
    [[iptables('FORWARD'), action({ places: ['hook:output'] })], 'bans in FORWARD, the hook output'],
    [[action({ tools: ['firewall-cmd'], places: ['FORWARD_direct'] })], 'bans in FORWARD_direct'],
  ])('is wrong: %j', (actions, because) => {
    expect(judge(...actions)).toEqual([expect.stringContaining(because)]);
  });

  test.each<[string, ConfiguredAction]>([
    ['a chain of somebody', iptables('my-input')],
    ['a chain that nobody names', iptables()],
    ['one of two', iptables('FORWARD', 'my-input')],
    ['a name in small letters', iptables('input')],
    ['an old recording', action({ places: null })],
  ])('cannot be seen with %s', (_, one) => {
    expect(() => judge(one)).toThrow('connections to sshd pass where the action');
  });

  test('cannot be seen where the files may not be what runs', () => {
    expect(() => placeProblems([iptables('INPUT')], () => 'jail.local was changed')).toThrow(
      'so in which chain it bans',
    );
  });
});

describe('bans in the kernel', () => {
  const bans = { refused: [], missing: ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'] };

  test('name a few of the addresses that still get in', () => {
    expect(kernelProblems(bans, () => [action()])).toMatchObject([
      { because: 'fail2ban counts 192.0.2.1, 192.0.2.2, 192.0.2.3 as banned, and the kernel lets it connect to sshd.' },
    ]);
    expect(kernelProblems({ refused: ['192.0.2.1'], missing: [] }, () => [action()])).toEqual([]);
    expect(kernelProblems(undefined, () => [action()])).toEqual([]);
  });

  test.each([['ipset'], ['hosts.deny'], ['ip route']])('do not show where %s keeps them', (tool) => {
    expect(() => kernelProblems(bans, () => [action({ tools: ['iptables', tool] })])).toThrow('does not show them');
    expect(() => kernelProblems(bans, () => [action(), action({ tools: [tool] })])).toThrow('does not show them');
  });
});

describe('the actions', () => {
  const jail = (...names: readonly string[]): Jail => ({
    totalFailed: 0,
    currentlyBanned: 0,
    totalBanned: 0,
    banned: [],
    source: { kind: 'files', files: [] },
    maxRetry: known(5),
    findTime: known(600),
    banTime: known(600),
    banTimeGrows: known(false),
    actions: known(names),
    ignored: known([]),
  });
  const files = (...actions: readonly ConfiguredAction[]): ConfiguredJail => ({
    name: 'sshd',
    source: { kind: 'files', files: [] },
    processes: 'sshd',
    maxRetry: 5,
    findTime: 600,
    banTime: 600,
    ownPatterns: false,
    ignoredByCommand: false,
    actions,
  });
  const world = (yes: boolean): Firewalls => ({
    ufwActive: () => yes,
    firewalldActive: () => yes,
    readsHostsDeny: () => yes,
  });
  const present = ['iptables', 'nft', 'ufw', 'firewall-cmd', 'ipset', 'ip'];
  const judge = (
    actions: readonly ConfiguredAction[],
    tools: readonly string[],
    firewalls: Firewalls,
  ): readonly string[] => {
    const own = jail(...actions.map(({ name }) => name));
    const traces = { logs: [], closedLogs: [], tools, startedAt: null, failures: [], failedBans: null };
    const refusing = () => refusingActions(own, () => files(...actions));
    return actionProblems(own, refusing, () => traces, firewalls).map(({ because }) => because);
  };

  test.each<[string, ConfiguredAction]>([
    ['ufw', action({ name: 'ufw', tools: ['ufw'], ports: null })],
    ['firewalld', action({ name: 'firewallcmd-rich-rules', tools: ['firewall-cmd'] })],
    ['a route', action({ name: 'route', tools: ['ip route'], ports: null })],
    ['hosts.deny', action({ name: 'hostsdeny', tools: ['hosts.deny'], ports: null })],
    ['an ipset', action({ name: 'iptables-ipset-proto6', tools: ['iptables', 'ipset'] })],
  ])('work through %s', (_, one) => {
    expect(judge([one], present, world(true))).toEqual([]);
  });

  test.each<[ConfiguredAction, string]>([
    [action({ name: 'ufw', tools: ['ufw'] }), 'bans with ufw, and ufw is inactive'],
    [action({ letsIn: true }), 'bans with nftables, whose blocktype lets banned addresses in'],
    [action({ name: 'firewallcmd-new', tools: ['firewall-cmd'] }), 'and firewalld is not running'],
  ])('do not work through what is off: %j', (one, because) => {
    expect(judge([one], present, world(false))).toEqual([expect.stringContaining(because)]);
  });

  test('need their tools', () => {
    const route = action({ name: 'route', tools: ['ip route'] });
    expect(judge([route], [], world(true))).toEqual([expect.stringContaining('needs ip: not on this host')]);
    expect(judge([action({ name: 'x', tools: ['hosts.deny'] })], [], world(true))).toEqual([]);
    expect(() => judge([action({ name: 'x', tools: ['hosts.deny'] })], [], world(false))).toThrow(Ignorance);
  });

  test('need only one that works', () => {
    const broken = action({ name: 'iptables', tools: ['iptables'] });
    expect(judge([broken, action()], ['nft'], world(true))).toEqual([]);
    expect(judge([action({ name: 'sendmail-whois', tools: [] }), action()], ['nft'], world(true))).toEqual([]);
  });

  test('are not judged where nobody knows what they do', () => {
    expect(() => judge([action({ name: 'block-everywhere', tools: [] })], present, world(true))).toThrow(
      'block-everywhere',
    );
    const own = jail('nftables');
    expect(() => refusingActions(own, () => files())).toThrow('which its files do not name');
  });
});
