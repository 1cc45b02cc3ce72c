/** What a browser makes of one Strict-Transport-Security field. */
export type Hsts = HstsPolicy | HstsFault;

export interface HstsPolicy {
  readonly valid: true;
  /** Seconds, at most 2^53-1. 0 switches HSTS off (RFC 6797 §6.1.1). */
  readonly maxAge: number;
  /** As written, without quotes. */
  readonly digits: string;
  readonly includeSubDomains: boolean;
  /** No directive of the RFC: the consent that hstspreload.org wants. */
  readonly preload: boolean;
  readonly warnings: readonly HstsWarning[];
}

/** A field that browsers ignore as a whole. */
export interface HstsFault {
  readonly valid: false;
  readonly fault: 'syntax' | 'no-max-age' | 'bad-max-age' | 'repeated' | 'unexpected-value';
  /** The end of a sentence: `has no max-age`. */
  readonly because: string;
}

/** Harmless for a browser, but not what was meant, or not what a list of preloaded hosts accepts. */
export type HstsWarning =
  | 'empty-directive'
  | 'leading-zero'
  | 'quoted-max-age'
  | 'clamped'
  | 'over-ten-years'
  | 'unknown-directive'
  | 'repeated-unknown-directive';

interface Directive {
  readonly name: string;
  readonly value: string | null;
  readonly quoted: boolean;
}

const MOST_SECONDS = Number.MAX_SAFE_INTEGER;
const TEN_YEARS = 315_360_000;
const UINT64 = 2n ** 64n - 1n;

/** `[ directive ]` with the white space around it, up to `;` or the end. Quoted text as in RFC 9110 §5.6.4. */
const DIRECTIVE =
  /[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"((?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*)"))?)?[ \t]*(;|$)/y;

/**
 * Reads one field value by RFC 6797 §6.1: directives in any order, names in any case, values as token or quoted
 * string. A field that breaks the grammar, repeats a directive of the RFC or lacks max-age is ignored as a whole
 * (§8.1); unknown directives are skipped, but must be grammatical. Numbers too large are clamped.
 */
export function parseHsts(value: string): Hsts {
  const directives = readDirectives(value);
  if ('valid' in directives) return directives;
  const named = directives.filter(({ name }) => name !== '');
  const ages = named.filter(({ name }) => name === 'max-age');
  const flags = named.filter(({ name }) => name === 'includesubdomains');
  const [age] = ages;
  const [flag] = flags;
  if (ages.length > 1) return fault('repeated', 'has more than one max-age');
  if (flags.length > 1) return fault('repeated', 'has more than one includeSubDomains');
  if (flag !== undefined && flag.value !== null) {
    return fault('unexpected-value', 'gives includeSubDomains a value, which it must not have');
  }
  if (age === undefined) return fault('no-max-age', 'has no max-age');
  if (age.value === null || !/^[0-9]+$/.test(age.value)) {
    return fault('bad-max-age', `has a max-age that is no number of seconds (${age.value ?? 'nothing'})`);
  }
  return {
    valid: true,
    maxAge: Math.min(Number(age.value), MOST_SECONDS),
    digits: age.value,
    includeSubDomains: flag !== undefined,
    preload: named.some(({ name, value: given }) => name === 'preload' && given === null),
    warnings: warningsOf(directives, age.value, age.quoted),
  };
}

function readDirectives(value: string): readonly Directive[] | HstsFault {
  const directives: Directive[] = [];
  let at = 0;
  for (;;) {
    DIRECTIVE.lastIndex = at;
    const match = DIRECTIVE.exec(value);
    if (match === null) {
      const text = value.slice(at).split(';', 1)[0]?.trim() ?? '';
      return fault('syntax', `breaks the grammar of RFC 6797 at "${text.slice(0, 60)}"`);
    }
    const [whole, name = '', token, quotedText, end] = match;
    const text = quotedText?.replace(/\\(.)/g, '$1');
    // The empty text after the last `;`, or of an empty field, is the optional directive that is not there.
    if (name !== '' || end === ';') {
      directives.push({ name: name.toLowerCase(), value: token ?? text ?? null, quoted: text !== undefined });
    }
    at += whole.length;
    if (end !== ';') return directives;
    if (value.slice(at).trim() === '') return [...directives, { name: '', value: null, quoted: false }];
  }
}

function fault(kind: HstsFault['fault'], because: string): HstsFault {
  return { valid: false, fault: kind, because };
}

function warningsOf(directives: readonly Directive[], digits: string, quoted: boolean): HstsWarning[] {
  const others = directives
    .map(({ name }) => name)
    .filter((name) => !['', 'max-age', 'includesubdomains', 'preload'].includes(name));
  const seconds = Number(digits);
  const found: readonly (readonly [HstsWarning, boolean])[] = [
    ['empty-directive', directives.some(({ name }) => name === '')],
    ['leading-zero', /^0[0-9]/.test(digits)],
    ['quoted-max-age', quoted],
    ['clamped', seconds > MOST_SECONDS],
    ['over-ten-years', seconds > TEN_YEARS],
    ['unknown-directive', others.length > 0],
    ['repeated-unknown-directive', new Set(others).size < others.length],
  ];
  return found.filter(([, holds]) => holds).map(([warning]) => warning);
}

/**
 * Why hstspreload.org would refuse these fields of one response, each as the end of a sentence; empty: it would not.
 * Its rules for the header (one-year policy): a single field, unquoted max-age of at least a year,
 * includeSubDomains, preload. The rules for the name and its redirects are not judged here.
 */
export function preloadProblems(fields: readonly string[]): readonly string[] {
  const [first] = fields;
  if (first === undefined) return ['is missing'];
  if (fields.length > 1) return ['is sent more than once'];
  const hsts = parseHsts(first);
  if (!hsts.valid) return [hsts.because];
  const wrong: readonly (readonly [string, boolean])[] = [
    ['quotes max-age, which hstspreload.org refuses', hsts.warnings.includes('quoted-max-age')],
    ['has a max-age beyond 64 bits, which hstspreload.org refuses', BigInt(hsts.digits) > UINT64],
    ['has a max-age of less than a year (31536000)', hsts.maxAge < 31_536_000],
    ['lacks includeSubDomains', !hsts.includeSubDomains],
    ['lacks preload', !hsts.preload],
  ];
  return wrong.filter(([, holds]) => holds).map(([problem]) => problem);
}
