import { describe, expect, test } from 'vitest';
import { kernelProblems, portProblems } from '../../checks/fail2ban/force.ts';
import { Ignorance } from '../../src/model/fact.ts';
import type { ConfiguredAction } from '../../src/model/facts/fail2ban.ts';

const action = (changes: Partial<ConfiguredAction> = {}): ConfiguredAction => ({
  name: 'nftables',
  tools: ['nft'],
  ports: 'ssh',
  protocol: 'tcp',
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
