import { createHash } from 'node:crypto';

const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/u;

/**
 * Text that came from the network or from a file, made harmless for a terminal, a log and a report: control,
 * format and private-use characters become `\xNN` or `\u{N}`, bytes that are not UTF-8 become `\xNN`, and what
 * is longer than `max` characters ends in an ellipsis.
 */
export function printable(input: string | Buffer, max = 200): string {
  const utf8 = typeof input === 'string' ? input : asUtf8(input.subarray(0, max * 4));
  const text = utf8 ?? input.toString('latin1');
  let out = '';
  for (const char of text) {
    if (out.length >= max) return `${out}…`;
    out += UNSAFE.test(char) || (utf8 === null && char > '\x7f') ? escapeChar(char) : char;
  }
  return out;
}

function asUtf8(bytes: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}

function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  return code > 0xff ? `\\u{${code.toString(16)}}` : `\\x${code.toString(16).padStart(2, '0')}`;
}

/** As `ssh-keygen -l` prints it: `SHA256:` and unpadded base64. */
export function fingerprint(publicKey: Buffer): string {
  return `SHA256:${createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '')}`;
}

/** One word of a shell line that a person copies. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `1 key`, `2 keys`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
