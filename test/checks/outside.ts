import type { Exchange, SshExchange, TcpExchange } from '../../src/model/exchange.ts';
import type { Capture } from '../../src/model/host.ts';
import type { Output } from '../../src/model/probe.ts';
import { output } from '../facts/recorded.ts';
import { greetingBytes } from '../wire/ssh-bytes.ts';

/** What sshd of Debian 12 (OpenSSH 9.2p1-2+deb12u10) lists, as recorded. */
export const DEBIAN_12 = {
  kex: 'sntrup761x25519-sha512,sntrup761x25519-sha512@openssh.com,curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group14-sha256'.split(
    ',',
  ),
  marker: ['kex-strict-s-v00@openssh.com'],
  hostKey: ['rsa-sha2-512', 'rsa-sha2-256', 'ecdsa-sha2-nistp256', 'ssh-ed25519'],
  ciphers:
    'chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com'.split(
      ',',
    ),
  macs: 'umac-64-etm@openssh.com,umac-128-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,umac-128@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1'.split(
    ',',
  ),
};

export type Lists = Partial<Record<keyof typeof DEBIAN_12 | 'ciphersIn' | 'macsIn', readonly string[]>>;

const AT = { site: null, address: '192.0.2.1', startedAt: '2026-11-22T00:00:00.000Z', ms: 1, error: '' } as const;
const BYTES = { bytesOut: 0, bytesIn: 0 };

/** The greeting of a server with these lists; what is not named is as on Debian 12. */
export function greeting(lists: Lists = {}, changes: Partial<SshExchange> = {}): SshExchange {
  const own = { ...DEBIAN_12, ...lists };
  const kex = [...own.kex, ...own.marker];
  const { ciphersIn = own.ciphers, macsIn = own.macs } = lists;
  const received = greetingBytes(
    [kex, own.hostKey, ciphersIn, own.ciphers, macsIn, own.macs, ['none'], ['none'], [], []],
    'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r\n',
  ).toString('base64');
  const face = { received, hostKey: '', user: null, methods: null, letIn: false };
  const base = { ...AT, ...BYTES, id: 'ssh/192.0.2.1/22/kexinit', family: 'ssh', kind: 'kexinit', port: 22 } as const;
  return { ...base, state: 'answered', ...face, ...changes };
}

/** The answer to the question for a host key and for methods. */
export function answer(
  methods: readonly string[] | null,
  bits = 3072,
  changes: Partial<SshExchange> = {},
): SshExchange {
  const hostKey = rsaBlob(bits);
  return {
    ...greeting(),
    id: 'ssh/192.0.2.1/22/host-key-rsa',
    kind: 'host-key-rsa',
    received: '',
    hostKey,
    user: 'audit',
    methods,
    ...changes,
  };
}

/** A key of so many bits; the modulus is no product of primes, which nobody asks for here. */
export function rsaBlob(bits: number): string {
  const field = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const modulus = Buffer.concat([Buffer.of(0), Buffer.alloc(bits / 8, 0xff)]);
  return Buffer.concat([field(Buffer.from('ssh-rsa')), field(Buffer.of(1, 0, 1)), field(modulus)]).toString('base64');
}

/** One tried port; the kind is `port` unless named. */
export function tried(
  port: number,
  state: TcpExchange['state'],
  kind = 'port',
  address: string = AT.address,
): TcpExchange {
  const id = `tcp/${address}/${port}/${kind}`;
  const error = state === 'answered' ? '' : `${address}:${port}: ${state}.`;
  return { ...AT, ...BYTES, id, family: 'tcp', kind, port, address, state, error, received: '' };
}

/** Controls that hold, around these ports. */
export function controlled(ports: readonly TcpExchange[], address: string = AT.address): readonly TcpExchange[] {
  return [
    tried(22, 'answered', 'open-before', address),
    tried(61_987, 'refused', 'closed', address),
    ...ports,
    tried(22, 'answered', 'open-after', address),
  ];
}

export function withOutside(capture: Capture, exchanges: readonly Exchange[]): Capture {
  return { ...capture, outside: { taken: true, because: '', exchanges } };
}

/** The scanner as the host sees it. */
export function comingFrom(scanner: string): Output {
  return output('ssh-connection', `${scanner} 51312 192.0.2.1 22\n`, { uid: 1000 });
}
