import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { httpsRedirect } from '../../checks/web/https-redirect.ts';
import type { Capture } from '../../src/model/host.ts';
import type { Output } from '../../src/model/probe.ts';
import { judged, verdicts } from './recorded.ts';
import { ADDRESS, asked, judgedSite, outsideOf, type Replies, type Reply, verdictOf } from './sites.ts';

const SITE = 'https://example.com';
const HTTPS: Replies = { 'https-root': 200, 'https-missing': 404 };
const to = (location: string, status = 301): Reply => ({ status, fields: [`Location: ${location}`] });

/** What answers in clear, and its sibling for another path where that is no matter of the case. */
function clear(root: Reply, more: Replies = {}): Replies {
  const other = typeof root === 'object' ? { ...root, fields: root.fields ?? [] } : root;
  return { ...HTTPS, 'http-root': root, 'http-missing': other, ...more };
}

describe('https-redirect', () => {
  test.each<readonly [name: string, replies: Replies, verdict: string, because: RegExp]>([
    [
      '301 to https',
      clear(to('https://example.com/')),
      'pass',
      /^http:\/\/example\.com\/ redirects to https:\/\/example\.com\/ with status 301/,
    ],
    ['308 to https', clear(to('https://example.com/', 308)), 'pass', /status 308/],
    [
      'two places at once',
      clear({ status: 301, fields: ['Location: https://example.com/', 'Location: http://example.org/'] }),
      'fail',
      /redirects to two places at once, https:\/\/example\.com\/ and http:\/\/example\.org\//,
    ],
    [
      'the same place twice',
      clear({ status: 301, fields: ['Location: https://example.com/', 'Location: https://example.com/'] }),
      'pass',
      /status 301/,
    ],
    ['302 to https', clear(to('https://example.com/', 302)), 'fail', /only for now \(status 302\)/],
    ['303 to https', clear(to('https://example.com/', 303)), 'fail', /only for now/],
    ['307 to https', clear(to('https://example.com/', 307)), 'fail', /only for now/],
    [
      '301 to another name',
      clear(to('https://www.example.com/')),
      'fail',
      /redirects to the other name www\.example\.com at once/,
    ],
    ['301 to another name in clear', clear(to('http://www.example.com/')), 'fail', /which is in clear again/],
    [
      '301 to the same name in clear first',
      clear(to('http://example.com/en/'), {
        'http-root-hop-1': { status: 301, fields: ['Location: https://example.com/en/'], at: 'http://example.com/en/' },
      }),
      'fail',
      /redirects to http:\/\/example\.com\/en\/, which is in clear again/,
    ],
    [
      '301 to another port',
      clear(to('https://example.com:8443/'), { 'http-root-hop-1': { status: 200, at: 'https://example.com:8443/' } }),
      'pass',
      /example\.com:8443/,
    ],
    ['scheme-relative Location', clear(to('//example.com/')), 'fail', /in clear again/],
    ['relative Location', clear(to('/secure')), 'fail', /in clear again/],
    ['capitals in Location', clear(to('HTTPS://EXAMPLE.COM/')), 'pass', /redirects to HTTPS:\/\/EXAMPLE\.COM\//],
    [
      'final dot in Location',
      clear(to('https://example.com./'), { 'http-root-hop-1': { status: 200, at: 'https://example.com./' } }),
      'pass',
      /./,
    ],
    ['content', clear(200), 'fail', /is answered in clear with status 200/],
    [
      'content with a refresh',
      clear({ status: 200, body: '<meta http-equiv="refresh" content="0; url=https://example.com/">' }),
      'fail',
      /itself sends browsers on, which protects nobody/,
    ],
    [
      'content with a script',
      clear({ status: 200, body: '<script>location.href = "https://example.com/"</script>' }),
      'fail',
      /itself sends browsers on/,
    ],
    [
      'content with HSTS',
      clear({ status: 200, fields: ['Strict-Transport-Security: max-age=1'] }),
      'fail',
      /which browsers ignore in clear/,
    ],
    ['log-in in clear', clear(401), 'fail', /status 401/],
    ['403', clear(403), 'pass', /is refused with status 403/],
    ['404', clear(404), 'pass', /status 404/],
    ['410', clear(410), 'pass', /status 410/],
    ['421', clear(421), 'pass', /status 421/],
    ['426', clear(426), 'pass', /status 426/],
    [
      '404 in clear as over TLS',
      { ...clear(404), 'https-root': 404 },
      'unknown not-observable',
      /^http:\/\/example\.com\/ is answered with status 404 in clear, and so it is over TLS/,
    ],
    ['403 in clear as over TLS', { ...clear(403), 'https-root': 403 }, 'unknown not-observable', /status 403 in clear/],
    ['426 in clear as over TLS', { ...clear(426), 'https-root': 426 }, 'pass', /status 426/],
    [
      'closed without an answer',
      clear('closed', { 'https-again': 200 }),
      'pass',
      /^Port 80 closes connections without an answer\.$/,
    ],
    ['refused', clear('refused', { 'https-again': 200 }), 'pass', /^Port 80 refuses connections\.$/],
    [
      'refused, and the control is refused, too',
      clear('refused', { 'https-again': 'refused' }),
      'unknown not-observable',
      /did not answer a control/,
    ],
    ['refused, without a control', clear('refused'), 'unknown not-observable', /did not answer a control/],
    ['timeout', clear('timeout', { 'https-again': 200 }), 'unknown timeout', /Nothing came of it \(timeout\)/],
    ['reset', clear('reset', { 'https-again': 200 }), 'unknown unreachable', /reset/],
    ['garbled', clear('garbled', { 'https-again': 200 }), 'unknown unparseable', /garbled/],
    ['1 MB of headers', clear('too-much', { 'https-again': 200 }), 'unknown truncated', /too-much/],
    ['not run', clear('not-run'), 'unknown not-observable', /not-run/],
    [
      'the page over TLS goes back',
      { ...clear(to('https://example.com/')), 'https-root': to('http://example.com/login', 302) },
      'fail',
      /^https:\/\/example\.com\/ redirects from HTTPS back to clear text, to http:\/\/example\.com\/login\./,
    ],
    [
      'a later page over TLS goes back',
      {
        ...clear(to('https://example.com/')),
        'https-root': to('/a'),
        'https-root-hop-1': { status: 302, fields: ['Location: http://example.com/b'], at: 'https://example.com/a' },
      },
      'fail',
      /^https:\/\/example\.com\/a redirects from HTTPS back/,
    ],
    [
      'four redirects',
      {
        ...clear(to('https://example.com/')),
        'https-root': to('/a'),
        'https-root-hop-1': { status: 302, fields: ['Location: /b'], at: 'https://example.com/a' },
        'https-root-hop-2': { status: 302, fields: ['Location: /c'], at: 'https://example.com/b' },
        'https-root-hop-3': { status: 302, fields: ['Location: /d'], at: 'https://example.com/c' },
      },
      'fail',
      /redirects more than 3 times/,
    ],
    ['a circle in clear', clear(to('http://example.com/')), 'fail', /in clear again/],
    [
      'a circle over TLS, until there is a cookie',
      { ...clear(to('https://example.com/')), 'https-root': to('/', 302) },
      'pass',
      /status 301/,
    ],
    [
      'javascript:',
      clear(to('javascript:alert(1)')),
      'fail',
      /redirects to "javascript:alert\(1\)", which is no web page/,
    ],
    ['no URL', clear(to('https://[')), 'fail', /redirects to "https:\/\/\[", which is no URL/],
    ['a redirect without Location', clear(301), 'fail', /status 301 and does not redirect/],
    [
      'only / redirects',
      { ...clear(to('https://example.com/')), 'http-missing': 404 },
      'fail',
      /other paths are served in clear/,
    ],
    [
      'only / redirects, the rest is content',
      { ...clear(to('https://example.com/')), 'http-missing': 200 },
      'fail',
      /0123456789abcdef is answered in clear with status 200/,
    ],
    [
      'only / redirects, the rest is silent',
      { ...clear(to('https://example.com/')), 'http-missing': 'timeout' },
      'unknown timeout',
      /timeout/,
    ],
    [
      'challenge',
      clear({ status: 403, fields: ['cf-mitigated: challenge'] }),
      'unknown not-observable',
      /challenge \(cf-mitigated: challenge\)/,
    ],
    ['error of the server', clear(502), 'unknown not-observable', /status 502/],
    ['too many requests', clear(429), 'unknown not-observable', /429/],
    ['content, and nothing over TLS', { ...clear(200), 'https-root': 'garbled' }, 'fail', /in clear with status 200/],
    [
      'redirect, and nothing over TLS',
      { ...clear(to('https://example.com/')), 'https-root': 'timeout' },
      'unknown timeout',
      /timeout/,
    ],
  ])('%s', (_, replies, verdict, because) => {
    const finding = judgedSite(httpsRedirect, SITE, replies);
    expect(`${verdictOf(finding)}: ${finding.because}`).toMatch(new RegExp(`^${verdict}: `));
    expect(finding.because).toMatch(because);
    expect(finding.subject).toBe('site:https://example.com:443');
  });

  test.each([
    ['http://example.com:8080', { 'http-root': 200, 'http-missing': 404 }, 'fail'],
    ['http://example.com:8080', { 'http-root': 404, 'http-missing': 404 }, 'unknown not-observable'],
    [
      'http://example.com:8080',
      {
        'http-root': to('https://example.com/'),
        'http-missing': to('https://example.com/0123456789abcdef'),
        'http-root-hop-1': { status: 200, at: 'https://example.com/' },
      },
      'pass',
    ],
    ['http://example.com:8080', { 'http-root': 'refused', 'http-missing': 'not-run' }, 'unknown not-observable'],
    ['https://example.com:8443', HTTPS, 'not-applicable not-on-443'],
  ] as const)('%s', (site, replies, verdict) => {
    expect(verdictOf(judgedSite(httpsRedirect, site, replies))).toBe(verdict);
  });

  test('the worst of several addresses decides, and is named', () => {
    const good = asked(SITE, clear(to('https://example.com/')));
    const bad = asked(SITE, clear(200), '2001:db8::7');
    const [finding] = judged(httpsRedirect, outsideOf([SITE], [...good, ...bad]));
    expect(finding).toMatchObject({ verdict: 'fail' });
    expect(finding?.because).toMatch(/^http:\/\/example\.com\/ at 2001:db8::7 is answered in clear/);
    expect(finding?.evidence).toContain(`web-1/http/${ADDRESS}//example.com/http-root`);
  });

  const change = (how: (output: Output) => Output) => (output: Output) =>
    output.probe === 'ssh-listeners' || output.probe === 'listeners' ? how(output) : output;

  /** A host that was logged in to as well, on `recorded`, whose port 80 drops our packets. */
  function silent(recorded: string, site: string, changed: (output: Output) => Output = (output) => output): string {
    const file = new URL(`../captures/hosts/${recorded}.json.gz`, import.meta.url);
    const capture = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Capture;
    const kinds = site.startsWith('https') ? clear('timeout', { 'https-again': 200 }) : { 'http-root': 'timeout' };
    const outside = { taken: true, because: '', exchanges: asked(site, kinds as Replies) };
    const host = { ...capture.host, sites: [site] };
    const [finding] = judged(httpsRedirect, { ...capture, host, outside, outputs: capture.outputs.map(changed) });
    return `${finding?.verdict}: ${finding?.because}`;
  }

  test('a port that drops packets: the host knows whether anything listens there', () => {
    // No recording has a web server on port 80: one takes sshd's place.
    const web = ({ stdout, ...output }: Output) => ({
      ...output,
      stdout: stdout.replaceAll(':22 ', ':80 ').replaceAll('"sshd"', '"nginx"'),
    });
    expect(silent('compliant', SITE, change(web))).toMatch(/^unknown: .*timeout/);
    expect(silent('compliant', SITE)).toBe('pass: Port 80 does not answer, and nothing on the host listens there.');
    expect(
      silent(
        'compliant',
        SITE,
        change((output) => ({ ...output, state: 'denied' })),
      ),
    ).toMatch(/^unknown: .*timeout/);
    // Docker publishes without a listener.
    expect(silent('docker-dnat', 'http://example.com:5432')).toMatch(/^unknown: .*timeout/);
    expect(silent('docker-dnat', 'http://example.com:5433')).toMatch(/^pass: /);
  });

  test('nothing was asked: unknown', () => {
    expect(verdicts(judged(httpsRedirect, outsideOf([SITE], [])))).toEqual([
      'site:https://example.com:443 unknown not-observable',
    ]);
    expect(judged(httpsRedirect, outsideOf([SITE], null))[0]?.verdict).toBe('unknown');
    const [behind] = judged(httpsRedirect, outsideOf([SITE], [], 'web-1 is behind a jump host.'));
    expect(behind).toMatchObject({ verdict: 'unknown', because: 'web-1 is behind a jump host.' });
    expect(verdicts(judged(httpsRedirect, outsideOf([], [])))).toEqual(['not-applicable']);
    expect(verdictOf(judgedSite(httpsRedirect, 'tls://example.com:993', {}))).toBe('not-applicable not-http');
  });
});
