import { describe, expect, test } from 'vitest';
import { parseHsts, preloadProblems } from '../../src/wire/hsts.ts';

const YEAR = 31_536_000;
const HUGE = '9'.repeat(45);

/** Field value; what a browser notes: seconds, with `+sub` and `+preload`, or the fault; warnings. */
const cases: readonly (readonly [value: string, noted: string, ...warnings: string[]])[] = [
  // The canonical forms.
  ['max-age=31536000', '31536000'],
  ['max-age=31536000; includeSubDomains', '31536000 +sub'],
  ['max-age=31536000; includeSubDomains; preload', '31536000 +sub +preload'],
  ['max-age=31536000;includeSubDomains;preload', '31536000 +sub +preload'],
  ['max-age=15768000 ; includeSubDomains', '15768000 +sub'],
  ['max-age=0', '0'],
  ['max-age=0; includeSubDomains; preload', '0 +sub +preload'],
  // Order and case are free.
  ['inCLUDESUBDomaINs; max-AGe=12345678', '12345678 +sub'],
  ['INCLUDESUBDOMAINS; MAX-AGE=1', '1 +sub'],
  ['preload; includeSubDomains; max-age=10', '10 +sub +preload'],
  ['PreLoad; max-age=10', '10 +preload'],
  // White space around ; and = (also before the first directive and after the last one).
  [' max-age=1 ', '1'],
  ['\tmax-age=1\t', '1'],
  ['max-age = 1', '1'],
  ['max-age =1', '1'],
  ['max-age= 1', '1'],
  ['max-age\t=\t1\t;\tincludeSubDomains', '1 +sub'],
  ['  max-age  =  "1"  ;  includeSubDomains  ', '1 +sub', 'quoted-max-age'],
  // Empty directives are legal.
  ['max-age=1;', '1', 'empty-directive'],
  ['max-age=1; ', '1', 'empty-directive'],
  [';max-age=1', '1', 'empty-directive'],
  [';;max-age=1; ;', '1', 'empty-directive'],
  ['max-age=31536000; includeSubDomains; preload;', '31536000 +sub +preload', 'empty-directive'],
  // Numbers.
  ['max-age=01234', '1234', 'leading-zero'],
  ['max-age=00', '0', 'leading-zero'],
  ['max-age=315360000', '315360000'],
  ['max-age=315360001; includeSubDomains; preload', '315360001 +sub +preload', 'over-ten-years'],
  ['max-age=9007199254740991', '9007199254740991', 'over-ten-years'],
  ['max-age=9007199254740993', '9007199254740991', 'clamped', 'over-ten-years'],
  [`max-age=${HUGE}`, '9007199254740991', 'clamped', 'over-ten-years'],
  [`max-age="${HUGE}"`, '9007199254740991', 'quoted-max-age', 'clamped', 'over-ten-years'],
  ['max-age=', 'syntax'],
  ['max-age', 'bad-max-age'],
  ['max-age;', 'bad-max-age'],
  ['max-age=;', 'syntax'],
  ['max-age=-1', 'bad-max-age'],
  ['max-age=+1', 'bad-max-age'],
  ['max-age=1.5', 'bad-max-age'],
  ['max-age=1a', 'bad-max-age'],
  ['max-age=a1', 'bad-max-age'],
  ['max-age=0x10', 'bad-max-age'],
  ['max-age=1e9', 'bad-max-age'],
  ['max-age=abc', 'bad-max-age'],
  ['max-age=Infinity', 'bad-max-age'],
  ['max-age=3488923 e', 'syntax'],
  ['max-age=1 2', 'syntax'],
  ['max-age=\u00b2', 'syntax'],
  // testssl.sh once took everything after the first =.
  ['max-age==31536000', 'syntax'],
  ['max-age=31536000=1', 'syntax'],
  ['=31536000', 'syntax'],
  ['31536000', 'no-max-age'],
  // Quoted strings.
  ['max-age="31536000"', '31536000', 'quoted-max-age'],
  ['max-age="123"; includeSubDomains', '123 +sub', 'quoted-max-age'],
  ['max-age="1\\2"', '12', 'quoted-max-age'],
  ['max-age=""', 'bad-max-age'],
  ['max-age=" 1"', 'bad-max-age'],
  ['max-age="1', 'syntax'],
  ['max-age=1"', 'syntax'],
  ['max-age="1"2', 'syntax'],
  ["max-age='1'", 'bad-max-age'],
  ['max-age=1; x="a\u0001b"', 'syntax'],
  // A directive stands once.
  ['max-age=1; max-age=2', 'repeated'],
  ['max-age=1; max-age=1', 'repeated'],
  ['max-age=1; MAX-AGE=1', 'repeated'],
  ['max-age=1; includeSubDomains; iNcLUdEsUbDoMaInS', 'repeated'],
  ['includeSubDomains; includeSubDomains; max-age=1', 'repeated'],
  // includeSubDomains has no value.
  ['max-age=1; includeSubDomains=true', 'unexpected-value'],
  ['max-age=1; includeSubDomains=""', 'unexpected-value'],
  ['max-age=1; includeSubDomains="true"', 'unexpected-value'],
  ['max-age=1; includeSubDomains=', 'syntax'],
  // max-age must be there.
  ['', 'no-max-age'],
  [';', 'no-max-age'],
  ['includeSubDomains', 'no-max-age'],
  ['preload; includeSubDomains', 'no-max-age'],
  ['max_age=31536000', 'no-max-age'],
  ['maxage=31536000', 'no-max-age'],
  ['"max-age"=1', 'syntax'],
  ['"max-age=1"', 'syntax'],
  // Unknown directives are skipped, yet must be grammatical.
  ['max-age=31536000; includeSubdomain', '31536000', 'unknown-directive'],
  ['max-age=1; includeSubDomainss', '1', 'unknown-directive'],
  ['max-age=1; foo=bar', '1', 'unknown-directive'],
  ['max-age=1; foo=1; foo=2', '1', 'unknown-directive', 'repeated-unknown-directive'],
  ['animal="squirrel; distinguished"; includeSubDomains; max-age=123', '123 +sub', 'unknown-directive'],
  ['x="max-age=5"; max-age=7', '7', 'unknown-directive'],
  ['x="\\";max-age=5"; max-age=7', '7', 'unknown-directive'],
  ['max-age=1; x=""', '1', 'unknown-directive'],
  ['max-age=1; x=', 'syntax'],
  ['max-age=1; x@y', 'syntax'],
  ['max-age=1; x=y@z', 'syntax'],
  ['max-age=1; non,token', 'syntax'],
  ['max-age=1; preload=yes', '1'],
  // Joined by a proxy, or by a client that joins duplicates.
  ['max-age=1, max-age=1', 'syntax'],
  ['max-age=31536000; includeSubDomains, max-age=31536000', 'syntax'],
  ['max-age=31536000, includeSubDomains', 'syntax'],
  ['max-age=31536000 includeSubDomains', 'syntax'],
  ['max-age=31536000; include SubDomains', 'syntax'],
  ['max-age=31536000: includeSubDomains', 'syntax'],
  ['Strict-Transport-Security: max-age=1', 'syntax'],
  ['max-age=1\r\nX: y', 'syntax'],
  ['max-age=1\u000b', 'syntax'],
];

function noted(value: string): string {
  const hsts = parseHsts(value);
  if (!hsts.valid) return hsts.fault;
  return `${hsts.maxAge}${hsts.includeSubDomains ? ' +sub' : ''}${hsts.preload ? ' +preload' : ''}`;
}

describe('Strict-Transport-Security', () => {
  test.each(cases)('%j: %s', (value, expected, ...warnings) => {
    expect(noted(value)).toBe(expected);
    const hsts = parseHsts(value);
    if (hsts.valid) expect(hsts.warnings).toEqual(warnings);
    else expect(hsts.because).toMatch(/^(has|breaks|gives) /);
  });

  test('a field of a megabyte is read in no time', () => {
    const started = performance.now();
    expect(noted(`max-age=1;${'x="\\'.repeat(250_000)}`)).toBe('syntax');
    expect(noted(`${';'.repeat(30_000)}max-age=1`)).toBe('1');
    expect(noted(`max-age=${'9'.repeat(1_000_000)}`)).toBe('9007199254740991');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('hstspreload.org', () => {
  const good = `max-age=${YEAR}; includeSubDomains; preload`;
  test.each([
    [[good], []],
    [[`${good};`], []],
    [['max-age=315360001; includeSubDomains; preload'], []],
    [[], ['is missing']],
    [[good, good], ['is sent more than once']],
    [['max-age=10', good], ['is sent more than once']],
    [[`max-age="${YEAR}"; includeSubDomains; preload`], ['quotes max-age, which hstspreload.org refuses']],
    [[`max-age=${YEAR - 1}; includeSubDomains; preload`], ['has a max-age of less than a year (31536000)']],
    [[`max-age=${YEAR}`], ['lacks includeSubDomains', 'lacks preload']],
    [[`max-age=${YEAR}; includeSubDomains; preload=1`], ['lacks preload']],
    [[`max-age=${HUGE}; includeSubDomains; preload`], ['has a max-age beyond 64 bits, which hstspreload.org refuses']],
    [['max-age=18446744073709551615; includeSubDomains; preload'], []],
    [['preload; includeSubDomains'], ['has no max-age']],
  ] as const)('%j: %j', (fields, problems) => {
    expect(preloadProblems(fields)).toEqual(problems);
  });
});
