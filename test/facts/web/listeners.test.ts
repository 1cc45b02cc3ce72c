import { describe, expect, test } from 'vitest';
import { parseListeners } from '../../../src/facts/web/listeners.ts';
import { Ignorance } from '../../../src/model/fact.ts';

/** As a real Debian 12 host printed it, with what other hosts print added from ss(8) and its source. */
const ROWS: readonly (readonly [string, string, number, boolean, readonly string[]])[] = [
  [
    'LISTEN 0      511    0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=68,fd=5),("nginx",pid=67,fd=5))',
    '0.0.0.0',
    80,
    false,
    ['nginx'],
  ],
  ['LISTEN 0      128       [::]:22    [::]:* users:(("sshd",pid=66,fd=4))        ', '::', 22, false, ['sshd']],
  [
    'LISTEN 0      4096    *:443   *:*    users:(("docker-proxy",pid=9,fd=4),("caddy",pid=8,fd=4))',
    '*',
    443,
    false,
    ['caddy', 'docker-proxy'],
  ],
  ['LISTEN 0      4096   127.0.0.53%lo:53   0.0.0.0:*', '127.0.0.53', 53, true, []],
  ['LISTEN 0      4096   [fe80::1]%eth0:53   [::]:*', 'fe80::1', 53, false, []],
  ['LISTEN 0      4096   [fe80::1%eth0]:53   [::]:*', 'fe80::1', 53, false, []],
  ['LISTEN 0      64     0.0.0.0:2049   0.0.0.0:*  ', '0.0.0.0', 2049, false, []],
  ['LISTEN 0      70     [::1]:631   [::]:*', '::1', 631, true, []],
  ['LISTEN 0      70     [::ffff:127.0.0.1]:8080   *:*', '::ffff:127.0.0.1', 8080, true, []],
  ['LISTEN 0      70     [::ffff:10.0.0.1]:8080   *:*', '::ffff:10.0.0.1', 8080, false, []],
  [
    'LISTEN 0 511 10.0.0.7:8443 0.0.0.0:* users:(("nginx: worker",pid=1,fd=2))',
    '10.0.0.7',
    8443,
    false,
    ['nginx: worker'],
  ],
];

describe('listeners', () => {
  test.each(ROWS)('%s', (line, address, port, isLoopback, processes) => {
    expect(parseListeners(`${line}\n`)).toEqual([{ address, port, isLoopback, processes }]);
  });

  test('sockets that share an address and a port are one; the list is in order of ports', () => {
    const text =
      'LISTEN 0 1 0.0.0.0:443 0.0.0.0:* users:(("b",pid=1,fd=2))\n' +
      'LISTEN 0 1 0.0.0.0:80 0.0.0.0:*\n' +
      'LISTEN 0 1 0.0.0.0:443 0.0.0.0:* users:(("a",pid=2,fd=2))\n';
    expect(parseListeners(text).map(({ port, processes }) => [port, processes])).toEqual([
      [80, []],
      [443, ['a', 'b']],
    ]);
  });

  test('nothing listens: an empty list', () => expect(parseListeners('')).toEqual([]));

  test.each(['LISTEN 0 511 0.0.0.0:http 0.0.0.0:*', 'tcp LISTEN 0 1 0.0.0.0:80 0.0.0.0:*', 'garbage'])(
    '%s is not read as nothing',
    (line) => expect(() => parseListeners(line)).toThrow(Ignorance),
  );
});
