import { describe, expect, it } from 'vitest';
import { DURATION, formatDuration, formatPort, parseDuration, parsePort } from '../../src/model/units.ts';

describe('parseDuration', () => {
  it.each([
    ['30s', 30],
    ['10m', 600],
    ['26h', 93_600],
    ['14d', 1_209_600],
    ['0s', 0],
    ['9999999d', 863_999_913_600],
  ])('%s is %d seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
    expect(text).toMatch(new RegExp(DURATION.pattern));
  });

  it.each(['', '14', 'd', '-1d', '1.5h', '01d', '1w', '1D', ' 1d', '1d ', '1h30m', '10 m', '99999999s', '1d\n', '١d'])(
    'refuses %j, as the schema does',
    (text) => {
      expect(() => parseDuration(text)).toThrow(`"${text}" is not a duration such as 30s`);
      expect(new RegExp(DURATION.pattern, 'u').test(text)).toBe(false);
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [59, '59s'],
    [90, '90s'],
    [600, '10m'],
    [93_600, '26h'],
    [90_000, '25h'],
    [86_400, '1d'],
    [1_209_600, '14d'],
    [59.6, '1m'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('parsePort', () => {
  it.each([
    ['22/tcp', { port: 22, protocol: 'tcp', from: null }],
    ['51820/udp', { port: 51_820, protocol: 'udp', from: null }],
    ['6000-6007/tcp', { port: 6000, endPort: 6007, protocol: 'tcp', from: null }],
    ['6000:6007/udp', { port: 6000, endPort: 6007, protocol: 'udp', from: null }],
    ['22/tcp from 198.51.100.0/24', { port: 22, protocol: 'tcp', from: '198.51.100.0/24' }],
    ['22/tcp  from  203.0.113.9', { port: 22, protocol: 'tcp', from: '203.0.113.9/32' }],
    ['22/tcp from 2001:DB8:0:0::/64', { port: 22, protocol: 'tcp', from: '2001:db8::/64' }],
    ['22/tcp from ::/0', { port: 22, protocol: 'tcp', from: '::/0' }],
  ])('reads %s', (text, port) => {
    const parsed = parsePort(text);
    expect(parsed).toEqual(port);
    expect(parsePort(formatPort(parsed))).toEqual(parsed);
  });

  it.each([
    ['22', 'is not a port such as'],
    ['ssh', 'is not a port such as'],
    ['22/TCP', 'is not a port such as'],
    ['22/icmp', 'is not a port such as'],
    ['22/tcp from', 'is not a port such as'],
    ['22/tcp to 10.0.0.0/8', 'is not a port such as'],
    ['22/tcp\n', 'is not a port such as'],
    ['0/tcp', 'not between 1 and 65535'],
    ['65536/tcp', 'not between 1 and 65535'],
    ['80-65536/tcp', 'not between 1 and 65535'],
    ['90-80/tcp', 'does not go upwards'],
    ['80-80/tcp', 'does not go upwards'],
    ['22/tcp from anywhere', 'not an IPv4 or IPv6 address'],
    ['22/tcp from 198.51.100.7/24', 'write 198.51.100.0/24 for the network'],
    ['22/tcp from 10.0.0.0/33', 'not between 0 and 32'],
  ])('refuses %j', (text, message) => {
    expect(() => parsePort(text)).toThrow(message);
  });
});
