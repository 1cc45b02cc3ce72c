import { describe, expect, test } from 'vitest';
import { httpsHsts } from '../../checks/web/https-hsts.ts';
import { hstsRemediation } from '../../checks/web/remediation.ts';
import { judged, verdicts } from './recorded.ts';
import { asked, judgedSite, outsideOf, type Replies, type Reply, verdictOf } from './sites.ts';

const SITE = 'https://example.com';
const YEAR = 'max-age=31536000';

/** A response with these Strict-Transport-Security fields, in order. */
const sts = (status: number, ...values: readonly string[]): Reply => ({
  status,
  fields: values.map((value) => `Strict-Transport-Security: ${value}`),
});
const both = (...values: readonly string[]): Replies => ({
  'https-root': sts(200, ...values),
  'https-missing': sts(404, ...values),
});

describe('https-hsts', () => {
  test.each<readonly [name: string, replies: Replies, verdict: string, because: RegExp]>([
    ['a year', both(YEAR), 'pass', /^https:\/\/example\.com\/ sends "max-age=31536000", and its error page/],
    ['with sub-domains', both(`${YEAR}; includeSubDomains`), 'pass', /./],
    ['quoted', both('max-age="31536000"'), 'pass', /./],
    ['two years', both('max-age=63072000; includeSubDomains; preload'), 'pass', /./],
    ['missing', both(), 'fail', /^https:\/\/example\.com\/ sends no Strict-Transport-Security header\./],
    ['max-age=0', both('max-age=0'), 'fail', /sends max-age=0, which switches HSTS off/],
    ['no number', both('max-age=abc'), 'fail', /that browsers ignore: "max-age=abc" has a max-age that is no number/],
    ['empty number', both('max-age='), 'fail', /breaks the grammar of RFC 6797/],
    ['no max-age', both('includeSubDomains'), 'fail', /has no max-age/],
    ['joined by a proxy', both(`${YEAR}, ${YEAR}`), 'fail', /breaks the grammar/],
    ['186 days', both('max-age=16070400; includeSubDomains'), 'fail', /max-age of 16070400 s, less than 31536000 s/],
    ['six months', both('max-age=15552000'), 'fail', /less than 31536000 s/],
    [
      'only with pages that exist',
      { 'https-root': sts(200, YEAR), 'https-missing': 404 },
      'fail',
      /^A path that does not exist \(https:\/\/example\.com\/0123456789abcdef, status 404\) sends no/,
    ],
    [
      'the error page switches it off',
      { 'https-root': sts(200, YEAR), 'https-missing': sts(404, 'max-age=0') },
      'fail',
      /status 404\) sends max-age=0/,
    ],
    [
      'the error page shortens it',
      { 'https-root': sts(200, YEAR), 'https-missing': sts(404, 'max-age=60') },
      'fail',
      /status 404\) sends a max-age of 60 s/,
    ],
    ['twice, the first good', both(YEAR, 'max-age=10'), 'fail', /2 times; browsers read the first only/],
    ['twice, the first weak', both('max-age=10', YEAR), 'fail', /max-age of 10 s, less than 31536000 s/],
    ['twice, the first broken', both('max-age', YEAR), 'fail', /that browsers ignore/],
    [
      'lost on the redirect',
      {
        'https-root': { status: 302, fields: ['Location: /en/'] },
        'https-root-hop-1': { ...(sts(200, YEAR) as object), status: 200, at: 'https://example.com/en/' },
        'https-missing': sts(404, YEAR),
      },
      'fail',
      /redirects without a Strict-Transport-Security header; only https:\/\/example\.com\/en\/, where it leads, has one/,
    ],
    [
      'lost where / leads',
      {
        'https-root': { status: 302, fields: ['Location: /en/', `Strict-Transport-Security: ${YEAR}`] },
        'https-root-hop-1': { status: 200, at: 'https://example.com/en/' },
        'https-missing': sts(404, YEAR),
      },
      'fail',
      /^The page where \/ leads \(https:\/\/example\.com\/en\/, status 200\) sends no/,
    ],
    [
      'on the redirect and where it leads',
      {
        'https-root': { status: 302, fields: ['Location: /en/', `Strict-Transport-Security: ${YEAR}`] },
        'https-root-hop-1': {
          status: 200,
          at: 'https://example.com/en/',
          fields: [`Strict-Transport-Security: ${YEAR}`],
        },
        'https-missing': sts(404, YEAR),
      },
      'pass',
      /./,
    ],
    [
      'where / leads cannot be read',
      {
        'https-root': { status: 302, fields: ['Location: /en/', `Strict-Transport-Security: ${YEAR}`] },
        'https-missing': sts(404, YEAR),
      },
      'unknown not-observable',
      /https:\/\/example\.com\/en\/ was not asked/,
    ],
    [
      'redirected to another name',
      {
        'https-root': {
          status: 301,
          fields: ['Location: https://www.example.com/', `Strict-Transport-Security: ${YEAR}`],
        },
        'https-missing': {
          status: 301,
          fields: ['Location: https://www.example.com/x', `Strict-Transport-Security: ${YEAR}`],
        },
      },
      'pass',
      /./,
    ],
    ['in clear only', { ...both(), 'http-root': sts(200, YEAR), 'http-missing': sts(404, YEAR) }, 'fail', /sends no/],
    [
      'challenge',
      { 'https-root': { status: 403, fields: ['cf-mitigated: challenge'] }, 'https-missing': 403 },
      'unknown not-observable',
      /challenge/,
    ],
    [
      'challenge of AWS',
      { 'https-root': { status: 202, fields: ['x-amzn-waf-action: challenge'] }, 'https-missing': 202 },
      'unknown not-observable',
      /x-amzn-waf-action/,
    ],
    ['error of the server', { 'https-root': 503, 'https-missing': 503 }, 'unknown not-observable', /status 503/],
    [
      'error of the server on the other path',
      { 'https-root': sts(200, YEAR), 'https-missing': 500 },
      'unknown not-observable',
      /status 500/,
    ],
    ['too many requests', { 'https-root': 429, 'https-missing': 'not-run' }, 'unknown not-observable', /429/],
    ['no answer', { 'https-root': 'timeout', 'https-missing': 'not-run' }, 'unknown timeout', /timeout/],
    ['plain HTTP on 443', { 'https-root': 'garbled', 'https-missing': 'not-run' }, 'unknown unparseable', /garbled/],
    [
      'client certificate required',
      { 'https-root': 'closed', 'https-missing': 'not-run' },
      'unknown unreachable',
      /closed/,
    ],
    ['1 MB of headers', { 'https-root': 'too-much', 'https-missing': 'not-run' }, 'unknown truncated', /too-much/],
    [
      'only the root answered',
      { 'https-root': sts(200, YEAR), 'https-missing': 'reset' },
      'unknown unreachable',
      /reset/,
    ],
    ['missing, and the error page was not read', { 'https-root': 200, 'https-missing': 'reset' }, 'fail', /sends no/],
  ])('%s', (_, replies, verdict, because) => {
    const finding = judgedSite(httpsHsts, SITE, replies);
    expect(`${verdictOf(finding)}: ${finding.because}`).toMatch(new RegExp(`^${verdict}: `));
    expect(finding.because).toMatch(because);
  });

  test.each([
    [{ minMaxAge: 15_768_000 }, ['max-age=16070400'], 'pass'],
    [{ minMaxAge: 63_072_000 }, [YEAR], 'fail'],
    [{ includeSubDomains: true }, [YEAR], 'fail'],
    [{ includeSubDomains: true }, [`${YEAR}; includeSubdomain`], 'fail'],
    [{ includeSubDomains: true }, [`includeSubDomains; ${YEAR}`], 'pass'],
    [{ preload: true }, [`${YEAR}; includeSubDomains; preload`], 'pass'],
    [{ preload: true }, [`${YEAR}; includeSubDomains`], 'fail'],
    [{ preload: true }, ['max-age="31536000"; includeSubDomains; preload'], 'fail'],
    [{ preload: true, minMaxAge: 1 }, ['max-age=31535999; includeSubDomains; preload'], 'fail'],
  ])('%j with %j: %s', (params, values, verdict) => {
    const finding = judgedSite(httpsHsts, SITE, both(...values), params);
    expect(finding.verdict).toBe(verdict);
  });

  test('an error page without includeSubDomains takes back what / said of sub-domains', () => {
    const replies = { 'https-root': sts(200, `${YEAR}; includeSubDomains`), 'https-missing': sts(404, YEAR) };
    expect(judgedSite(httpsHsts, SITE, replies).verdict).toBe('pass');
    const finding = judgedSite(httpsHsts, SITE, replies, { includeSubDomains: true });
    expect(`${finding.verdict}: ${finding.because}`).toMatch(
      /^fail: .*status 404\) sends .* without includeSubDomains/,
    );
  });

  test.each([
    ['http://example.com:80', 'not-applicable no-tls-service'],
    ['https://192.0.2.1', 'not-applicable ip-address'],
    ['https://[2001:db8::7]:8443', 'not-applicable ip-address'],
    ['tls://mail.example.com:993', 'not-applicable not-http'],
  ])('%s: %s', (site, verdict) => {
    expect(verdictOf(judgedSite(httpsHsts, site, both()))).toBe(verdict);
  });

  test('each address is judged', () => {
    const exchanges = [...asked(SITE, both(YEAR)), ...asked(SITE, both(), '2001:db8::7')];
    const [finding] = judged(httpsHsts, outsideOf([SITE], exchanges));
    expect(finding).toMatchObject({ verdict: 'fail', actual: 'no header; no header' });
    expect(finding?.because).toMatch(/^https:\/\/example\.com\/ at 2001:db8::7 sends no/);
  });

  test('nothing was asked: unknown', () => {
    expect(verdicts(judged(httpsHsts, outsideOf([SITE], [])))).toEqual([
      'site:https://example.com:443 unknown not-observable',
    ]);
    expect(judged(httpsHsts, outsideOf([SITE], null))[0]?.verdict).toBe('unknown');
  });
});

describe('what to do', () => {
  test('fits the server that answered, and the parameters', () => {
    const replies: Replies = {
      'https-root': { status: 200, fields: ['Server: nginx/1.22.1'] },
      'https-missing': { status: 404, fields: ['Server: nginx/1.22.1'] },
    };
    const finding = judgedSite(httpsHsts, SITE, replies, { includeSubDomains: true });
    expect(finding.remediation).toBe(hstsRemediation('nginx', null, `${YEAR}; includeSubDomains`));
    expect(finding.remediation).toContain(`add_header Strict-Transport-Security "${YEAR}; includeSubDomains" always;`);
  });

  test.each([
    ['nginx', /^# \/etc\/nginx\/x\.conf:7\n.*\n? {2}add_header .* always;\n {2}proxy_hide_header/m],
    ['apache', /Header onsuccess unset .*\n {2}Header always set/],
    ['caddy', /header Strict-Transport-Security "max-age=1"\n {2}reverse_proxy/],
    [null, /# nginx[\s\S]*# Apache[\s\S]*# Caddy/],
  ] as const)('%s', (software, text) => {
    const lines = hstsRemediation(software, { path: '/etc/nginx/x.conf', line: 7 }, 'max-age=1');
    expect(lines).toMatch(text);
    expect(lines).toMatch(/^# \/etc\/nginx\/x\.conf:7\n/);
  });
});
