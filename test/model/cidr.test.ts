import { describe, expect, it } from 'vitest';
import { cidrContains, formatCidr, parseCidr } from '../../src/model/cidr.ts';

describe('parseCidr', () => {
  it.each([
    ['198.51.100.0/24', '198.51.100.0/24'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['255.255.255.255', '255.255.255.255/32'],
    ['::', '::/128'],
    ['::1', '::1/128'],
    ['1::', '1::/128'],
    ['::/0', '::/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1/128'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1/128'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3/128'],
    ['10:20:0:0:30::', '10:20:0:0:30::/128'],
    ['::ffff:192.0.2.1', '::ffff:c000:201/128'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0/128'],
    ['fe80::/10', 'fe80::/10'],
  ])('%s reads as %s', (text, canonical) => {
    expect(formatCidr(parseCidr(text))).toBe(canonical);
    expect(parseCidr(canonical)).toEqual(parseCidr(text));
  });

  it.each([
    '',
    '/24',
    '10.0.0.0/',
    '10.0.0/8',
    '10.0.0.0.0',
    '256.0.0.1',
    '010.0.0.1',
    '10.0.0.0/8/8',
    '10.0.0.0/08',
    '10.0.0.1/24',
    '::1/64',
    '::/129',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '1.2.3.4::',
    'fe80::1%eth0',
    'localhost',
  ])('refuses %j', (text) => {
    expect(() => parseCidr(text)).toThrow(RangeError);
  });
});

describe('cidrContains', () => {
  it.each([
    ['10.0.0.0/8', '10.1.2.0/24', true],
    ['10.0.0.0/8', '10.0.0.0/8', true],
    ['10.1.2.0/24', '10.0.0.0/8', false],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::1', false],
    ['2001:db8::/32', '2001:db8:ffff::/48', true],
    ['2001:db8::/32', '2001:db9::1', false],
  ])('%s contains %s: %s', (outer, inner, contains) => {
    expect(cidrContains(parseCidr(outer), parseCidr(inner))).toBe(contains);
  });
});
