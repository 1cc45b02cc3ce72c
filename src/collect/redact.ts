/**
 * What may stand between two lines of a key: blanks, `\n` as in JSON, marks of comments, strings and listings, and the
 * file and number of `grep -n`. Bounded, as all repetitions here that something else may have to be tried after: nobody
 * on a host may keep the scanner busy.
 */
const GAP = String.raw`(?:[\s#"',:]|\\[nr]|/[^\n:]{1,255}:\d{1,9}:)*`;
/**
 * A private key, whole or cut off, and nothing that cannot be a part of one: who writes the first line of a key into his
 * name, or into the name of a file, must not make disappear what is said of others behind it.
 */
const PRIVATE_KEY = new RegExp(
  String.raw`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:${GAP}(?:(?:Proc-Type|DEK-Info): [A-Za-z0-9,-]+|(?:Version|Comment): [A-Za-z0-9 .:()/-]{1,80}|[A-Za-z0-9+/=]{16,}(?![^\s\\"',;-])|[A-Za-z0-9+/=]{1,15}(?=(?:${GAP}=[A-Za-z0-9+/]{4})?${GAP}-----END|$)))*(?:${GAP}-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?`,
  'g',
);

/**
 * The last line of defence: probes are chosen so that secrets never leave a host. What looks like one
 * all the same is replaced before anything is stored, hashed or shown, and counted.
 *
 * The patterns are slow on every text that has none of them, which is nearly all there is. So each has a `sign`, which
 * is quick to look for and stands in every text that the pattern could match: only there it is tried.
 */
const SECRETS: readonly { readonly pattern: RegExp; readonly sign: (text: string) => boolean }[] = [
  {
    pattern: PRIVATE_KEY,
    sign: (text) => text.includes('PRIVATE KEY-----') || text.includes('PRIVATE KEY BLOCK-----'),
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
  // Variables of an environment, in SetEnv of sshd for one
  {
    pattern:
      /(?<=\b(?:[A-Z0-9_]{1,40}_)?(?:[A-Z]{0,20}PASSWORD|PASSWD|PASS|PWD|SECRET|TOKEN|(?:API|ACCESS|PRIVATE|SECRET)_?KEY)(?:_[A-Z0-9_]{1,40})?=["']?)(?!\[|\/|yes\b|no\b)[^\s"';]{3,}/g,
    sign: (text) => /(?:PASS|PWD|PASSWORD|PASSWD|SECRET|TOKEN|KEY)(?:_[A-Z0-9_]{1,40})?=/.test(text),
  },
  {
    pattern: /(?<=\b(?:Bearer|Basic) {1,8})[A-Za-z0-9._~+/=-]{16,}/g,
    sign: (text) => /(?:Bearer|Basic) /.test(text),
  },
];

const MASK = '[redacted]';

/** A line of at least four fields, as passwd and group have them: it is read field by field. */
const RECORD = /^((?:[^:\n]*:){3}.*)/m;

/**
 * The text without secrets, and how many were replaced. Extra patterns replace their first capture group. `isRecords`: lines
 * of fields between colons, in which a secret ends with its field; a name that ends in `token` has no value behind it.
 */
export function redact(
  text: string,
  extra: readonly RegExp[] = [],
  isRecords = false,
): { text: string; count: number } {
  let count = 0;
  const clean = (part: string) =>
    SECRETS.reduce((rest, { pattern, sign }) => {
      if (!sign(rest)) return rest;
      return rest.replace(pattern, () => {
        count += 1;
        return MASK;
      });
    }, part);
  const fields = (line: string) => line.split(/(:)/).map(clean).join('');
  const records = () =>
    text
      .split(RECORD)
      .map((part, at) => (at % 2 === 0 ? clean(part) : fields(part)))
      .join('');
  let done = isRecords && SECRETS.some(({ sign }) => sign(text)) ? records() : clean(text);
  for (const pattern of extra) {
    done = done.replace(pattern, (whole: string, group: unknown) => {
      count += 1;
      return typeof group === 'string' ? whole.replace(group, MASK) : MASK;
    });
  }
  return { text: done, count };
}
