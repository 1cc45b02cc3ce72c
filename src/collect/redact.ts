/**
 * The last line of defence: probes are chosen so that secrets never leave a host. What looks like one
 * all the same is replaced before anything is stored, hashed or shown, and counted.
 *
 * Looking behind makes a pattern slow on every text; such a one has a `sign`, a plain pattern that stands in every
 * text it could match, and is tried only where that is found.
 */
const SECRETS: readonly { readonly pattern: RegExp; readonly sign?: RegExp }[] = [
  { pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g },
  // crypt(5) hashes
  { pattern: /\$(?:1|2[abxy]|5|6|y|gy|7)\$[./A-Za-z0-9$,=]{8,}/g },
  // user:password@ in a URL
  {
    pattern: /(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/gi,
    sign: /:\/\/[^\s/@:]*:[^\s/@]+@/,
  },
  { pattern: /\bAKIA[0-9A-Z]{16}\b/g },
  {
    pattern:
      /(?<=(?<![a-z])(?:password|passwd|secret|token|api[_-]?key)["']?\s?[=:]\s?["']?)(?!yes\b|no\b)[^\s"';]{6,}/gi,
    sign: /(?:password|passwd|secret|token|api[_-]?key)["']?\s?[=:]/i,
  },
];

const MASK = '[redacted]';

/** The text without secrets, and how many were replaced. Extra patterns replace their first capture group. */
export function redact(text: string, extra: readonly RegExp[] = []): { text: string; count: number } {
  let count = 0;
  let clean = text;
  for (const { pattern, sign } of SECRETS) {
    if (sign !== undefined && !sign.test(clean)) continue;
    clean = clean.replace(pattern, () => {
      count += 1;
      return MASK;
    });
  }
  for (const pattern of extra) {
    clean = clean.replace(pattern, (whole: string, group: unknown) => {
      count += 1;
      return typeof group === 'string' ? whole.replace(group, MASK) : MASK;
    });
  }
  return { text: clean, count };
}
