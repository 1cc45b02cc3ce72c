import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DISCOURAGED, WEAK } from '../../checks/ssh/algorithms.ts';
import { probeSsh } from '../../src/collect/outside/ssh.ts';
import { readGreeting } from '../../src/wire/ssh.ts';
import { readKeyBlob } from '../../src/wire/ssh-key.ts';
import { visitWith } from '../collect/outside/visits.ts';
import { hasSshd, LOGIN_USER, sshd } from '../collect/ssh/sshd.ts';
import { host } from '../collect/ssh/support.ts';
import { has, sshAudit } from './peers.ts';

const LISTS = { kex: 'kex', key: 'hostKey', enc: 'ciphers', mac: 'macs' } as const;

/** The rows of docs/interop.md that say why the two differ, as `name: ssh-audit / fleetproof`. */
const explained = new Set(
  [
    ...readFileSync(new URL('../../docs/interop.md', import.meta.url), 'utf8').matchAll(
      /^\| `([^`]+)` \| (fail|warn|ok) \| (fail|named|ok) \|/gm,
    ),
  ].map(([, name, theirs, ours]) => `${name}: ${theirs} / ${ours}`),
);

const SERVERS: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['as Debian ships it', []],
  [
    'with everything that this sshd still knows',
    ['KexAlgorithms', 'Ciphers', 'MACs', 'HostKeyAlgorithms'].map((option) => `${option} +${legacy(option)}`),
  ],
];

function legacy(option: string): string {
  return {
    KexAlgorithms: 'diffie-hellman-group1-sha1,diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1',
    Ciphers: '3des-cbc,aes128-cbc,aes256-cbc',
    MACs: 'hmac-md5,hmac-sha1-96,hmac-md5-96',
    HostKeyAlgorithms: 'ssh-rsa',
  }[option as 'Ciphers'];
}

describe.skipIf(!hasSshd || !has('ssh-audit'))('beside ssh-audit', () => {
  test.each(SERVERS)(
    'an sshd %s: the same facts, and every other opinion is explained',
    async (_, lines) => {
      const server = await sshd(lines);
      const exchanges = await probeSsh(host({ port: server.port, user: LOGIN_USER }), '127.0.0.1', visitWith());
      const greeting = readGreeting(Buffer.from(exchanges[0]?.received ?? '', 'base64'));
      if (greeting.state !== 'read') throw new Error(JSON.stringify(greeting));
      const { algorithms } = greeting.value;
      const audit = sshAudit(server.port);
      const ours = { kex: algorithms.kex, key: algorithms.hostKey, enc: algorithms.cipherOut, mac: algorithms.macOut };
      const differences: string[] = [];
      for (const list of ['kex', 'key', 'enc', 'mac'] as const) {
        expect([...audit.lists[list].keys()].sort(), list).toEqual([...ours[list]].sort());
        for (const [name, theirs] of audit.lists[list]) {
          const mine = name in WEAK[LISTS[list]] ? 'fail' : name in DISCOURAGED[LISTS[list]] ? 'named' : 'ok';
          const same = theirs === mine || (theirs === 'warn' && mine === 'named');
          if (!same) differences.push(`${name}: ${theirs} / ${mine}`);
        }
      }
      expect(differences.filter((difference) => !explained.has(difference))).toEqual([]);
      expect(differences.length).toBeGreaterThan(0);
      const rsa = exchanges.find(({ kind }) => kind === 'host-key-rsa');
      expect(readKeyBlob(rsa?.hostKey ?? '')?.bits).toBe(audit.keySizes.get('rsa-sha2-512'));
    },
    180_000,
  );
});
