import { expect, test } from 'vitest';
import { atLeast, compareVersions } from '../../src/model/debian-version.ts';

/** Each row is in ascending order. Source: deb-version(7), and dpkg's own test suite (t-version.c). */
test.each([
  ['1.0~rc1', '1.0', '1.0-1', '1.0-1+deb12u1', '1.0-2'],
  ['0:9.2p1', '1:8.4p1'],
  ['1:9.2p1-2+deb12u7', '1:9.2p1-2+deb12u10'],
  ['6.1.0-9-amd64', '6.1.0-40-amd64', '6.12.0-1-amd64'],
  ['1.2.3~~', '1.2.3~', '1.2.3', '1.2.3a', '1.2.3+'],
  ['2.0', '10.0', '18446744073709551616.0'],
  ['3.0.13-0ubuntu3', '3.0.13-0ubuntu3.16'],
])('%s sorts before %s', (...versions) => {
  for (const [at, lower] of versions.entries()) {
    expect(compareVersions(lower, lower)).toBe(0);
    for (const higher of versions.slice(at + 1)) {
      expect(compareVersions(lower, higher), `${lower} and ${higher}`).toBeLessThan(0);
      expect(compareVersions(higher, lower), `${higher} and ${lower}`).toBeGreaterThan(0);
    }
  }
});

test('zeros and a missing revision do not count', () => {
  expect(compareVersions('1.0', '01.00')).toBe(0);
  expect(compareVersions('0:1.0', '1.0')).toBe(0);
  expect(compareVersions('1.0-0', '1.0')).toBe(0);
});

test('OpenSSH speaks as sshd-session from 9.8 on', () => {
  expect(atLeast('1:9.6p1-3ubuntu13.20', '1:9.8')).toBe(false);
  expect(atLeast('1:9.8p1-1', '1:9.8')).toBe(true);
  expect(atLeast('1:10.0p1-7+deb13u4', '1:9.8')).toBe(true);
});
