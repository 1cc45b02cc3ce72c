/**
 * The last line of defence: probes are chosen so that secrets never leave a host. What looks like one
 * all the same is replaced before anything is stored, hashed or shown, and counted.
 *
 * The patterns are slow on every text that has none of them, which is nearly all there is. So each has a `sign`, which
 * is quick to look for and stands in every text that the pattern could match: only there it is tried.
 */
const SECRETS: readonly { readonly pattern: RegExp; readonly sign: (text: string) => boolean }[] = [
  {
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|$)/g,
    sign: (text) => text.includes('PRIVATE KEY-----'),
  },
  // crypt(5) hashes
  {
    pattern: /\$(?:1|2[abxy]|5|6|y|gy|7)\$[./A-Za-z0-9$,=]{8,}/g,
    sign: (text) => text.includes('$'),
  },
  // user:password@ in a URL
  {
    pattern: /(?<=[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/gi,
    sign: (text) => text.includes('@') && /:\/\/[^\s/@:]*:[^\s/@]+@/.test(text),
  },
  {
    pattern: /\bAKIA[0-9A-Z]{16}\b/g,
    sign: (text) => text.includes('AKIA'),
  },
  {
    pattern:
      /(?<=(?<![a-z])(?:password|passwd|secret|token|api[_-]?key)["']?\s?[=:]\s?["']?)(?!yes\b|no\b)[^\s"';]{6,}/gi,
    // The ends of the words first, which takes a third of the time.
    sign: (text) =>
      /(?:ord|swd|ret|ken|key)["']?\s?[=:]/i.test(text) &&
      /(?:password|passwd|secret|token|api[_-]?key)["']?\s?[=:]/i.test(text),
  },
];

const MASK = '[redacted]';

/** The text without secrets, and how many were replaced. Extra patterns replace their first capture group. */
export function redact(text: string, extra: readonly RegExp[] = []): { text: string; count: number } {
  let count = 0;
  let clean = text;
  for (const { pattern, sign } of SECRETS) {
    if (!sign(clean)) continue;
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
