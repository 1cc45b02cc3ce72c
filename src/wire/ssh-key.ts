/** Bits by key type where the type fixes them. Source: RFC 5656, RFC 8709, OpenSSH PROTOCOL.u2f. */
const FIXED: Readonly<Record<string, number>> = {
  'ecdsa-sha2-nistp256': 256,
  'ecdsa-sha2-nistp384': 384,
  'ecdsa-sha2-nistp521': 521,
  'ssh-ed25519': 256,
  'sk-ssh-ed25519@openssh.com': 256,
  'sk-ecdsa-sha2-nistp256@openssh.com': 256,
  'webauthn-sk-ecdsa-sha2-nistp256@openssh.com': 256,
};

/**
 * Type and size of a public key in its base64 wire format; undefined when it is not one that sshd reads.
 * The name in front of the key in the file plays no part: sshd goes by the blob. Source: RFC 4253 §6.6.
 */
export function readKeyBlob(base64: string): { readonly type: string; readonly bits: number } | undefined {
  const blob = Buffer.from(base64, 'base64');
  const name = field(blob, 0);
  const type = name?.bytes.toString('latin1').replace(/-cert-v01@openssh\.com$/, '') ?? '';
  if (name === undefined || !/^[a-z0-9@.-]{1,60}$/.test(type)) return undefined;
  const fixed = Object.hasOwn(FIXED, type) ? FIXED[type] : undefined;
  if (fixed !== undefined) return { type, bits: fixed };
  // RSA: exponent, modulus. DSA: the prime comes first.
  const first = field(blob, name.next);
  const number = type === 'ssh-rsa' && first !== undefined ? field(blob, first.next) : first;
  if ((type !== 'ssh-rsa' && type !== 'ssh-dss') || number === undefined) return undefined;
  return { type, bits: bitLength(number.bytes) };
}

/** A length of four bytes and as many bytes. */
function field(blob: Buffer, at: number): { readonly bytes: Buffer; readonly next: number } | undefined {
  if (at + 4 > blob.length) return undefined;
  const end = at + 4 + blob.readUInt32BE(at);
  return end > blob.length ? undefined : { bytes: blob.subarray(at + 4, end), next: end };
}

function bitLength(bytes: Buffer): number {
  const start = bytes.findIndex((byte) => byte !== 0);
  const top = bytes[start];
  return start < 0 || top === undefined ? 0 : (bytes.length - start - 1) * 8 + (32 - Math.clz32(top));
}
