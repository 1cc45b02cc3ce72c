import { SUITE_TABLE } from './suite-table.ts';

/** From worst to best. `critical`: readable or forgeable by anyone. `low`: only CBC or a short tag to complain about. */
export type SuiteClass = 'critical' | 'high' | 'medium' | 'low' | 'ok';

export interface Suite {
  readonly code: number;
  /** IANA's name: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`. */
  readonly name: string;
  /** For TLS 1.3 only; such a suite says nothing about key exchange and authentication. */
  readonly tls13: boolean;
  /** Strength of the encryption in bits; 0: none. Triple DES counts 112. */
  readonly bits: number;
  readonly forwardSecret: boolean;
  readonly aead: boolean;
  readonly auth: 'rsa' | 'ecdsa' | 'dss' | 'none' | 'other';
  readonly grade: SuiteClass;
}

const BITS: readonly (readonly [RegExp, number])[] = [
  [/NULL|^SHA\d+_SHA/, 0],
  [/EXPORT1024|_56_/, 56],
  [/EXPORT|DES40|_40_/, 40],
  [/3DES/, 112],
  [/DES_CBC/, 56],
  [/_(?:128|SEED|IDEA)|^AES_128|SM4|128L/, 128],
  [/256|CHACHA20|28147|KUZNYECHIK|MAGMA/, 256],
];

const suites: readonly Suite[] = [...SUITE_TABLE.matchAll(/([0-9a-f]{4}) (\w+)/g)].map(([, code = '', name = '']) =>
  read(Number.parseInt(code, 16), name),
);
const byCode = new Map(suites.map((suite) => [suite.code, suite]));

/** What IANA's registry and the words of its name say of a suite; undefined for a code that nobody assigned. */
export function suiteOf(code: number): Suite | undefined {
  return byCode.get(code);
}

/** `TLS_RSA_WITH_AES_128_CBC_SHA`, or `0x1a2b` for a code that nobody assigned. */
export function suiteName(code: number): string {
  return byCode.get(code)?.name ?? `0x${code.toString(16).padStart(4, '0')}`;
}

function read(code: number, words: string): Suite {
  const tls13 = !words.includes('_WITH_') && !words.startsWith('GOST');
  const [exchange = '', cipher = ''] = tls13 ? ['', words] : words.split('_WITH_');
  const bits = BITS.find(([pattern]) => pattern.test(tls13 ? words : `${exchange}_${cipher}`))?.[1] ?? 0;
  const suite = {
    code,
    name: `TLS_${words}`,
    tls13,
    bits,
    forwardSecret: tls13 ? bits > 0 : /^(?:EC)?DHE_|^PSK_DHE|^ECCPWD/.test(exchange),
    aead: /GCM|CCM|CHACHA20|MGM|AEGIS/.test(cipher),
    auth: authOf(exchange, tls13),
  };
  return { ...suite, grade: gradeOf(suite, exchange, cipher) };
}

function authOf(exchange: string, tls13: boolean): Suite['auth'] {
  if (tls13) return 'other';
  if (/anon/.test(exchange)) return 'none';
  if (/PSK|SRP|KRB5|GOST|ECCPWD/.test(exchange)) return 'other';
  if (/ECDSA/.test(exchange)) return 'ecdsa';
  return /DSS/.test(exchange) ? 'dss' : 'rsa';
}

/** The classes of Mozilla's guideline and RFC 9325 §4: no encryption or no peer, broken, no forward secrecy, CBC. */
function gradeOf(suite: Omit<Suite, 'grade'>, exchange: string, cipher: string): SuiteClass {
  if (suite.bits === 0 || suite.auth === 'none' || /EXPORT/.test(exchange)) return 'critical';
  if (suite.bits < 128 || /RC4|RC2|IDEA|MD5/.test(cipher)) return 'high';
  if (suite.tls13) return /CCM_8/.test(cipher) ? 'low' : 'ok';
  if (!suite.forwardSecret || !['rsa', 'ecdsa'].includes(suite.auth) || /SEED/.test(cipher)) return 'medium';
  return suite.aead && !/CCM_8|OLD/.test(cipher) ? 'ok' : 'low';
}

/** Some servers drop a hello with 128 suites or more. */
export const MOST_SUITES = 126;

const RANKS = [/^TLS_ECDHE_/, /^TLS_DHE_RSA/, /^TLS_RSA_WITH/, /^TLS_(?:DHE_DSS|EC?DH_anon|DH_anon)/, /_(?:DSS|ECDH)_/];
const CIPHER_RANKS = [/AES_.*GCM/, /CHACHA20_POLY1305_SHA/, /AES/, /3DES/, /RC4_128/, /EXPORT/, /DES/, /CAMELLIA/];

function commonFirst(some: readonly Suite[]): readonly number[] {
  const rank = ({ name }: Suite): number => {
    const [exchange, cipher] = [RANKS, CIPHER_RANKS].map((list) => {
      const at = list.findIndex((pattern) => pattern.test(name));
      return at < 0 ? list.length : at;
    });
    return (exchange ?? 0) + 2 * (cipher ?? 0);
  };
  const ranked = some.map((suite) => ({ code: suite.code, rank: rank(suite) }));
  return ranked.sort((a, b) => a.rank - b.rank || a.code - b.code).map(({ code }) => code);
}

function pick(wanted: (suite: Suite) => boolean): readonly number[] {
  return commonFirst(suites.filter(wanted));
}

const medium = pick(({ grade }) => grade === 'medium');
const classic = (suite: Suite): boolean => !suite.tls13;

/** What the hellos of the compliance plan offer. The codes that servers really have come first. */
export const BUNDLES = {
  /** Strong ones first, then CBC with forward secrecy: what every server that is in order accepts one of. */
  good: [
    ...pick((suite) => classic(suite) && suite.grade === 'ok'),
    ...pick((suite) => classic(suite) && suite.grade === 'low'),
  ],
  /** All of TLS 1.3: a server that has nothing but unusual ones must not look as if it did not speak it. */
  tls13: commonFirst(suites.filter(({ tls13 }) => tls13)),
  weak13: pick(({ tls13, grade }) => tls13 && (grade === 'critical' || grade === 'high')),
  weak: pick((suite) => classic(suite) && (suite.grade === 'critical' || suite.grade === 'high')),
  medium: [medium.slice(0, Math.ceil(medium.length / 2)), medium.slice(Math.ceil(medium.length / 2))],
  /** For SSL 3.0 to TLS 1.1, which know neither AEAD nor SHA-2. */
  legacy: pick((suite) => classic(suite) && !suite.aead && !/SHA256|SHA384/.test(suite.name)).slice(0, MOST_SUITES),
  dhe: pick(({ name, grade }) => /^TLS_DHE_(?:RSA|DSS)_/.test(name) && grade !== 'critical'),
  /** Everything up to TLS 1.2, in hellos of a size that servers take. */
  all: chunks(pick(classic), MOST_SUITES),
} as const;

function chunks(codes: readonly number[], size: number): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(codes.length / size) }, (_, at) => codes.slice(at * size, (at + 1) * size));
}
