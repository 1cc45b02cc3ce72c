import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { DISCOURAGED, flaw, isOpenToTerrapin, WEAK } from '../../checks/ssh/algorithms.ts';
import { sshCrypto } from '../../checks/ssh/ssh-crypto.ts';
import { probeSsh } from '../../src/collect/outside/ssh.ts';
import type { SshExchange } from '../../src/model/exchange.ts';
import type { Output } from '../../src/model/probe.ts';
import { visitWith } from '../collect/outside/visits.ts';
import { hasSshd, keygen, LOGIN_USER, sshd } from '../collect/ssh/sshd.ts';
import { host, scratch } from '../collect/ssh/support.ts';
import { output } from '../facts/recorded.ts';
import { answer, comingFrom, DEBIAN_12, greeting, type Lists, rsaBlob, withOutside } from './outside.ts';
import { captureOf, judged, recording, verdicts } from './recorded.ts';

/** The sshd of the recording, with what the younger probes bring back. */
function inside(
  changes: { readonly effective?: (text: string) => string; readonly without?: string[] } = {},
): Output[] {
  const { outputs } = recording('bookworm-compliant');
  const keys = ['rsa', 'ecdsa', 'ed25519'].map((type) => `/etc/ssh/ssh_host_${type}_key.pub:ssh-rsa ${rsaBlob(3072)}`);
  const all = [
    ...outputs.map((one) =>
      one.probe === 'sshd-effective' && changes.effective !== undefined
        ? { ...one, stdout: changes.effective(one.stdout) }
        : one,
    ),
    output('ssh-host-keys', `${keys.join('\n')}\n`),
    output('ssh-strict-kex', '/usr/sbin/sshd:1\n', { exitCode: 2 }),
    comingFrom('198.51.100.7'),
  ];
  return all.filter(({ probe }) => changes.without?.includes(probe) !== true);
}

function judge(exchanges: readonly SshExchange[] | null, outputs = inside(), params: Record<string, unknown> = {}) {
  const { now } = recording('bookworm-compliant');
  const capture = captureOf({ now, outputs });
  return judged(sshCrypto, exchanges === null ? capture : withOutside(capture, exchanges), params);
}

const offering = (lists: Lists, bits = 3072) => [greeting(lists), answer(['publickey'], bits)];
const NONE: readonly string[] = [];

describe('what is offered', () => {
  test.each<readonly [string, readonly SshExchange[], string, string]>([
    ['Debian 12 as it comes', offering({}), 'pass', 'Seen from 198.51.100.7, 192.0.2.1:22 offers no weak algorithm.'],
    [
      'what is discouraged is named',
      offering({}),
      'pass',
      'Discouraged, but not failed: the key exchange diffie-hellman-group14',
    ],
    [
      'a weak key exchange',
      offering({ kex: [...DEBIAN_12.kex, 'diffie-hellman-group1-sha1'] }),
      'fail',
      'offers the key exchange diffie-hellman-group1-sha1 (1024-bit group).',
    ],
    [
      'a weak cipher back',
      offering({ ciphers: [...DEBIAN_12.ciphers, '3des-cbc'], ciphersIn: DEBIAN_12.ciphers }),
      'fail',
      'the cipher 3des-cbc',
    ],
    [
      'a weak cipher there',
      offering({ ciphersIn: [...DEBIAN_12.ciphers, 'arcfour'] }),
      'fail',
      'the cipher arcfour (RC4)',
    ],
    ['a weak MAC', offering({ macs: ['hmac-md5'] }), 'fail', 'the MAC hmac-md5 (MD5)'],
    ['SHA-1 signatures', offering({ hostKey: ['ssh-rsa', 'rsa-sha2-512'] }), 'fail', 'ssh-rsa (signatures with SHA-1)'],
    ['Terrapin', offering({ marker: NONE }), 'fail', 'without strict key exchange'],
    [
      'no marker, but nothing to attack',
      offering({ marker: NONE, ciphers: ['aes128-ctr'] }),
      'fail',
      'configured but not offered are the ciphers',
    ],
    ['a short RSA key', offering({}, 1024), 'fail', "sshd's RSA host key has 1024 bits; 2048 are needed."],
    [
      'another order',
      offering({ kex: DEBIAN_12.kex.toReversed() }),
      'fail',
      'the key exchanges are offered in another order',
    ],
    [
      'a cipher that is not configured',
      offering({ ciphers: [...DEBIAN_12.ciphers, 'aes256-cbc'], ciphersIn: DEBIAN_12.ciphers }),
      'fail',
      'What 192.0.2.1:22 offers is not what "sshd -T" on the host says, so sshd works by older settings or something else answers: offered but not configured are the ciphers to the client aes256-cbc',
    ],
    [
      'a configured cipher that is not offered',
      offering({ ciphers: DEBIAN_12.ciphers.slice(1) }),
      'fail',
      'configured but not offered are the ciphers chacha20-poly1305@openssh.com',
    ],
    [
      'Kerberos in front',
      offering({ kex: ['gss-curve25519-sha256-toWM5Slw5Ew8Mqkay+al2g==', ...DEBIAN_12.kex] }),
      'pass',
      'no weak',
    ],
    [
      'weak Kerberos',
      offering({ kex: ['gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==', ...DEBIAN_12.kex] }),
      'fail',
      'gss-group1-sha1',
    ],
    [
      'a name that nobody knows',
      offering({ hostKey: [...DEBIAN_12.hostKey, 'x@example.org'] }),
      'fail',
      'not configured',
    ],
    [
      'a key that could not be asked for: its file tells',
      [greeting(), answer(null, 3072, { state: 'not-run', hostKey: '', error: 'No common key exchange.' })],
      'pass',
      'no weak algorithm',
    ],
  ])('%s', (_, exchanges, verdict, because) => {
    const [finding] = judge(exchanges);
    expect(finding?.because).toContain(because);
    expect(finding?.verdict).toBe(verdict);
  });

  test('protocol 1 beside 2', () => {
    const received = Buffer.from(greeting().received, 'base64').toString('latin1').replace('SSH-2.0', 'SSH-1.99');
    const old = greeting({}, { received: Buffer.from(received, 'latin1').toString('base64') });
    expect(judge([old, answer(['publickey'])])[0]?.because).toContain('192.0.2.1:22 speaks SSH protocol 1 ("SSH-1.99-');
  });

  test('strict fails what is discouraged', () => {
    const [finding] = judge(offering({}), inside(), { strict: true });
    expect(finding?.verdict).toBe('fail');
    expect(finding?.because).toContain('the MAC umac-64-etm@openssh.com (64-bit tag)');
  });

  test('a key of unknown size is no pass', () => {
    const lost = [greeting(), answer(null, 3072, { state: 'closed', hostKey: '', error: 'It hung up.' })];
    expect(verdicts(judge(lost, inside({ without: ['ssh-host-keys'] })))).toEqual(['unknown unreachable']);
    expect(verdicts(judge([greeting({ hostKey: ['ssh-ed25519'] })], inside({ without: ['ssh-host-keys'] })))).toEqual([
      'pass',
    ]);
  });

  test('without sudo, what is offered is judged all the same', () => {
    expect(verdicts(judge(offering({}), [comingFrom('198.51.100.7')]))).toEqual(['pass']);
    expect(verdicts(judge(offering({ macs: ['hmac-md5'] }), []))).toEqual(['fail']);
    expect(judge(offering({}), [])[0]?.because).toMatch(/^Seen from outside, 192/);
  });
});

describe('without the network, by the configuration', () => {
  test('a pass says so', () => {
    const [finding] = judge(null);
    expect(finding?.verdict).toBe('pass');
    expect(finding?.because).toMatch(
      /^By its configuration \("sshd -T"\), sshd offers no weak algorithm\. It was not asked over the network\. Discouraged/,
    );
  });

  test('and when sshd could not be seen, why', () => {
    const silent = greeting({}, { state: 'timeout', error: 'It did not answer.', received: '' });
    const [finding] = judge([silent]);
    expect(finding?.verdict).toBe('pass');
    expect(finding?.because).toContain('It was not seen over the network: It did not answer.');
  });

  test.each<readonly [string, Output[], string]>([
    ['a weak cipher', inside({ effective: (text) => text.replace('ciphers ', 'ciphers 3des-cbc,') }), 'fail'],
    ['no list', inside({ effective: (text) => text.replace(/^macs .*$/m, '') }), 'unknown unparseable'],
    ['no sshd -T', inside({ without: ['sshd-effective'] }), 'unknown not-observable'],
    ['no key files', inside({ without: ['ssh-host-keys'] }), 'unknown not-observable'],
    ['no program file', inside({ without: ['ssh-strict-kex'] }), 'unknown not-observable'],
    [
      'a program without strict key exchange',
      [...inside({ without: ['ssh-strict-kex'] }), output('ssh-strict-kex', '/usr/sbin/sshd:0\n')],
      'fail',
    ],
    [
      'a program in two parts',
      [
        ...inside({ without: ['ssh-strict-kex'] }),
        output('ssh-strict-kex', '/usr/sbin/sshd:0\n/usr/lib/openssh/sshd-session:2\n'),
      ],
      'pass',
    ],
    [
      'a program that is elsewhere',
      [...inside({ without: ['ssh-strict-kex'] }), output('ssh-strict-kex', '', { exitCode: 2 })],
      'unknown unreadable',
    ],
    [
      'a short key in its file',
      [
        ...inside({ without: ['ssh-host-keys'] }),
        output(
          'ssh-host-keys',
          ['rsa', 'ecdsa', 'ed25519']
            .map((type) => `/etc/ssh/ssh_host_${type}_key.pub:ssh-rsa ${rsaBlob(1024)}\n`)
            .join(''),
        ),
      ],
      'fail',
    ],
    [
      'a key without its public half',
      [...inside({ without: ['ssh-host-keys'] }), output('ssh-host-keys', '')],
      'unknown unreadable',
    ],
  ])('%s', (_, outputs, expected) => {
    expect(verdicts(judge(null, outputs))).toEqual([expected]);
  });
});

describe('the class table', () => {
  test.each([
    [WEAK, 'kex', 'diffie-hellman-group-exchange-sha1', 'SHA-1'],
    [WEAK, 'kex', 'gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==', 'SHA-1'],
    [WEAK, 'kex', 'ecdh-sha2-nistp256', undefined],
    [WEAK, 'kex', 'mlkem768x25519-sha256', undefined],
    [WEAK, 'ciphers', 'none', 'no encryption'],
    [WEAK, 'ciphers', 'constructor', undefined],
    [WEAK, 'hostKey', 'ssh-dss', 'DSA'],
    [WEAK, 'macs', 'hmac-sha1', undefined],
    [DISCOURAGED, 'macs', 'hmac-sha1', 'HMAC with SHA-1'],
    [DISCOURAGED, 'ciphers', 'aes128-cbc', 'CBC mode'],
  ] as const)('%#: %s %s', (table, list, name, why) => {
    expect(flaw(table, list, name)).toBe(why);
  });

  test.each([
    [['chacha20-poly1305@openssh.com'], ['hmac-sha2-256'], true],
    [['aes128-cbc'], ['hmac-sha2-256-etm@openssh.com'], true],
    [['aes128-cbc'], ['hmac-sha2-256'], false],
    [['aes128-ctr', 'aes128-gcm@openssh.com'], ['hmac-sha2-256-etm@openssh.com'], false],
  ])('Terrapin: %j with %j is %s', (ciphers, macs, open) => {
    expect(isOpenToTerrapin(ciphers, macs)).toBe(open);
  });
});

describe.skipIf(!hasSshd)('a real sshd', () => {
  const seen = async (lines: readonly string[]) => {
    const server = await sshd(lines);
    const exchanges = await probeSsh(host({ port: server.port, user: LOGIN_USER }), '127.0.0.1', visitWith());
    const text = execFileSync('/usr/sbin/sshd', ['-T', '-f', `${server.folder}/config`], { encoding: 'utf8' });
    const outputs = [...inside({ without: ['sshd-effective'] }), output('sshd-effective', text)];
    return judge(exchanges, outputs)[0];
  };

  test('offers what its configuration says', async () => {
    const finding = await seen([]);
    expect(finding?.because).toContain('offers no weak algorithm');
    expect(finding?.verdict).toBe('pass');
  });

  test.each([
    ['Ciphers aes128-ctr,3des-cbc', 'the cipher 3des-cbc'],
    ['MACs hmac-sha2-256,hmac-md5', 'the MAC hmac-md5 (MD5)'],
    ['KexAlgorithms +diffie-hellman-group1-sha1', 'the key exchange diffie-hellman-group1-sha1'],
    ['HostKeyAlgorithms +ssh-rsa', 'the host key algorithm ssh-rsa'],
  ])('%s', async (line, because) => {
    const finding = await seen([line]);
    expect(finding?.verdict).toBe('fail');
    expect(finding?.because).toContain(because);
    expect(finding?.because).not.toContain('sshd -T');
  });

  test('with a 1024-bit key says nothing of it in its lists', async () => {
    const key = `${scratch()}/small`;
    keygen(key, '-t', 'rsa', '-b', '1024');
    expect((await seen([`HostKey ${key}`]))?.because).toContain('RSA host key has 1024 bits');
  });
});
