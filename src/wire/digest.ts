import { createHash } from 'node:crypto';

/** SHA-256 as 64 hex digits in lower case: what a certificate's fingerprint is, of its DER. */
export function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
