/** The bytes of what a server says in clear, made after RFC 4253, for servers that say what the test wants. */

export const LISTS: readonly (readonly string[])[] = [
  ['curve25519-sha256', 'kex-strict-s-v00@openssh.com'],
  ['ssh-ed25519'],
  ['aes128-ctr'],
  ['aes128-ctr'],
  ['hmac-sha2-256'],
  ['hmac-sha2-256'],
  ['none'],
  ['none'],
  [],
  [],
];

export function packet(payload: Buffer): Buffer {
  const padding = 4 + ((8 - ((payload.length + 9) % 8)) % 8);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1);
  head.writeUInt8(padding, 4);
  return Buffer.concat([head, payload, Buffer.alloc(padding)]);
}

export function kexInitPayload(lists: readonly (readonly string[])[]): Buffer {
  const fields = lists.flatMap((list) => {
    const text = Buffer.from(list.join(','), 'latin1');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return [length, text];
  });
  return Buffer.concat([Buffer.from([20]), Buffer.alloc(16, 7), ...fields, Buffer.alloc(5)]);
}

export function greetingBytes(lists: readonly (readonly string[])[] = LISTS, text = 'SSH-2.0-Test_1\r\n'): Buffer {
  return Buffer.concat([Buffer.from(text, 'latin1'), packet(kexInitPayload(lists))]);
}
