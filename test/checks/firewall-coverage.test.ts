import { describe, expect, test } from 'vitest';
import { type Permission, permissionsOf, permits } from '../../checks/firewall/coverage.ts';

const any: Permission = { protocol: 'any', ports: null, source: null, destination: null, interface: null };
const tcp = (from: number, to = from, more: Partial<Permission> = {}): Permission => ({
  ...any,
  protocol: 'tcp',
  ports: { from, to },
  ...more,
});

describe('what a permission covers', () => {
  test.each([
    ['the port itself', [tcp(22)], tcp(22), true],
    ['another port', [tcp(22)], tcp(23), false],
    ['another protocol', [tcp(53)], { ...tcp(53), protocol: 'udp' }, false],
    ['every protocol where one is documented', [tcp(53)], { ...any, ports: { from: 53, to: 53 } }, false],
    ['every port where one is documented', [tcp(53)], { ...any, protocol: 'tcp' }, false],
    ['a permission for everything', [any], tcp(22), true],
    ['two ranges side by side', [tcp(1, 10), tcp(11, 20)], tcp(5, 15), true],
    ['two ranges with a gap', [tcp(1, 10), tcp(12, 20)], tcp(5, 15), false],
    ['a source inside', [tcp(22, 22, { source: '10.0.0.0/8' })], tcp(22, 22, { source: '10.1.0.0/16' }), true],
    ['a source around', [tcp(22, 22, { source: '10.1.0.0/16' })], tcp(22, 22, { source: '10.0.0.0/8' }), false],
    ['from anywhere where a source is documented', [tcp(22, 22, { source: '10.0.0.0/8' })], tcp(22), false],
    ['the other family', [tcp(22, 22, { source: '10.0.0.0/8' })], tcp(22, 22, { source: '2001:db8::/32' }), false],
    ['to every address where one is permitted', [tcp(22, 22, { destination: '192.0.2.1/32' })], tcp(22), false],
    ['to one address where all are permitted', [tcp(22)], tcp(22, 22, { destination: '192.0.2.1/32' }), true],
    ['on every interface where one is permitted', [tcp(22, 22, { interface: 'wg0' })], tcp(22), false],
    ['on one interface where all are permitted', [tcp(22)], tcp(22, 22, { interface: 'wg0' }), true],
    ['nothing is documented', [], tcp(22), false],
  ])('%s', (_, permissions, traffic, expected) => {
    expect(permits(permissions, traffic)).toBe(expected);
  });

  test('the words of a baseline', () => {
    expect(permissionsOf(['22/tcp', '6000-6007/udp from 198.51.100.0/24'])).toEqual([
      tcp(22),
      { ...any, protocol: 'udp', ports: { from: 6000, to: 6007 }, source: '198.51.100.0/24' },
    ]);
  });
});
