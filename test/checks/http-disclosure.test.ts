import { describe, expect, test } from 'vitest';
import { httpDisclosure } from '../../checks/web/http-disclosure.ts';
import { judged } from './recorded.ts';
import { asked, judgedSite, outsideOf, type Replies, verdictOf } from './sites.ts';

const SITE = 'https://example.com';
const page = (...fields: readonly string[]): Replies => ({
  'https-root': { status: 200, fields },
  'https-missing': 404,
});
const error = (body: string, status = 404): Replies => ({ 'https-root': 200, 'https-missing': { status, body } });
const root = (body: string): Replies => ({ 'https-root': { status: 200, body }, 'https-missing': 404 });

const TOMCAT = '<h3>Apache Tomcat/9.0.70</h3>';
const NGINX =
  '<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center><hr><center>nginx/1.22.1</center></body></html>';

describe('http-disclosure', () => {
  test.each<readonly [name: string, replies: Replies, verdict: string, because: RegExp]>([
    ['nothing', page(), 'pass', /^The responses say nothing about the software/],
    // The Server field.
    ['nginx', page('Server: nginx'), 'pass', /name software or technology, but no version: nginx\.$/],
    ['Apache', page('Server: Apache'), 'pass', /Apache/],
    ['cloudflare', page('Server: cloudflare'), 'pass', /cloudflare/],
    ['empty', page('Server:'), 'pass', /nothing/],
    [
      'nginx with version',
      page('Server: nginx/1.22.1'),
      'fail',
      /^The Server header of https:\/\/example\.com\/ shows a version, "nginx\/1\.22\.1"\.$/,
    ],
    ['major version', page('Server: Apache/2'), 'fail', /Apache\/2/],
    ['the system', page('Server: Apache (Debian)'), 'fail', /Apache \(Debian\)/],
    ['IIS', page('Server: Microsoft-IIS/10.0'), 'fail', /10\.0/],
    ['Jetty', page('Server: Jetty(9.4.48.v20220622)'), 'fail', /9\.4\.48/],
    ['a hyphen before the version', page('Server: openresty-1.21.4'), 'fail', /1\.21\.4/],
    ['nothing before the version', page('X-Powered-By: PHP8.2.29'), 'fail', /8\.2\.29/],
    ['several', page('Server: Caddy', 'Server: nginx/1.22.1'), 'fail', /nginx\/1\.22\.1/],
    [
      'only on the error page',
      { 'https-root': 200, 'https-missing': { status: 404, fields: ['Server: gunicorn/20.1.0'] } },
      'fail',
      /gunicorn/,
    ],
    ['HTML', page('Server: <script>alert(1)</script>'), 'pass', /<script>/],
    // Other fields.
    ['PHP', page('X-Powered-By: PHP/8.2.29'), 'fail', /The X-Powered-By header/],
    ['Express', page('X-Powered-By: Express'), 'pass', /Express/],
    ['ASP.NET', page('X-AspNet-Version: 4.0.30319'), 'fail', /4\.0\.30319/],
    ['Drupal', page('X-Generator: Drupal 9 (https://www.drupal.org)'), 'fail', /Drupal 9/],
    ['seconds are no version', page('X-Runtime: 0.012345'), 'pass', /0\.012345/],
    ['Drupal cache', page('X-Drupal-Cache: HIT'), 'pass', /HIT/],
    ['the protocol of Via is no version', page('Via: 1.1 vegur'), 'pass', /nothing/],
    ['nor is it with its name', page('Via: HTTP/1.1 proxy, HTTP/2.0 edge'), 'pass', /nothing/],
    ['the software of a proxy', page('Via: 1.1 cache (squid/4.10)'), 'fail', /The Via header .* "squid\/4\.10"/],
    // Machines behind.
    [
      'private address in Via',
      page('Via: 1.1 10.1.2.3 (squid)'),
      'fail',
      /shows the address of a machine behind it, "10\.1\.2\.3"/,
    ],
    ['internal name', page('X-Backend-Server: app3.prod.internal'), 'fail', /app3\.prod\.internal/],
    ['name of an EC2 machine', page('X-Served-By: ip-10-0-3-7'), 'fail', /ip-10-0-3-7/],
    ['a cache of a CDN', page('X-Served-By: cache-fra-etou8220112-FRA'), 'pass', /nothing/],
    ['private address in another field', page('Content-Security-Policy: connect-src 10.1.2.3'), 'pass', /nothing/],
    ['no address', page('Via: 1.1 version 10.1.2.3.4'), 'pass', /nothing/],
    ['public address', page('Via: 1.1 11.1.2.3'), 'pass', /nothing/],
    ['F5', page('Set-Cookie: BIGipServerpool=1677787402.36895.0000; path=/'), 'fail', /"10\.1\.1\.100:8080"/],
    ['F5, encrypted', page('Set-Cookie: BIGipServerpool=[redacted]; path=/'), 'pass', /nothing/],
    [
      'Location to a private address',
      { 'https-root': { status: 302, fields: ['Location: https://192.168.7.8/'] }, 'https-missing': 404 },
      'fail',
      /The Location header of https:\/\/example\.com\/ shows .*192\.168\.7\.8/,
    ],
    // Error pages.
    [
      'nginx error page',
      error(NGINX),
      'fail',
      /^The error page of https:\/\/example\.com\/0123456789abcdef shows a version, "nginx\/1\.22\.1"/,
    ],
    ['nginx error page without version', error(NGINX.replace('/1.22.1', '')), 'pass', /nothing/],
    [
      'Apache signature',
      error('<address>Apache/2.4.71 (Debian) Server at example.com Port 443</address>'),
      'fail',
      /Apache\/2\.4\.71/,
    ],
    ['Tomcat', error(TOMCAT), 'fail', /Apache Tomcat\/9\.0\.70/],
    ['an article about Tomcat', root(TOMCAT), 'pass', /nothing/],
    [
      'the page of a redirect',
      {
        'https-root': { status: 301, body: NGINX, fields: ['Location: https://www.example.com/'] },
        'https-missing': 404,
      },
      'fail',
      /^The page of a redirect/,
    ],
    [
      'Python',
      error('Traceback (most recent call last):\n  File "/srv/app/x.py"', 500),
      'fail',
      /shows the inside of the application, "Traceback/,
    ],
    [
      'Java',
      error('at org.apache.catalina.core.StandardWrapper.invoke(StandardWrapper.java:177)'),
      'fail',
      /StandardWrapper\.java:177/,
    ],
    [
      'Node',
      error('Error: x<br> &nbsp;at Layer.handle (/home/app/node_modules/express/lib/router/layer.js:95:5)'),
      'fail',
      /layer\.js:95:5/,
    ],
    ['.NET', error('at Shop.Cart.Load(Int32 id) in C:\\build\\Cart.cs:line 42', 500), 'fail', /Cart\.cs:line 42/],
    ['Django', error("You're seeing this error because you have <code>DEBUG = True</code>"), 'fail', /DEBUG = True/],
    ['SQL', error('You have an error in your SQL syntax; check the manual'), 'fail', /SQL syntax/],
    ['Oracle', error('ORA-00933: SQL command not properly ended'), 'fail', /ORA-00933/],
    ['PDO', error('SQLSTATE[42S02]: Base table or view not found'), 'fail', /SQLSTATE/],
    [
      'a path',
      error('failed to open stream: /var/www/shop/config/db.php'),
      'fail',
      /\/var\/www\/shop\/config\/db\.php/,
    ],
    [
      'a URL that looks like a path',
      error('<a href="https://example.com/home/index.html">home</a>'),
      'pass',
      /nothing/,
    ],
    [
      'PHP on a page',
      root('<b>Warning</b>:  mysqli_connect(): x in <b>/var/www/db.php</b> on line <b>3</b>'),
      'fail',
      /The page of https:\/\/example\.com\/ shows the inside/,
    ],
    [
      'a page about errors',
      root('Traceback (most recent call last): You have an error in your SQL syntax'),
      'pass',
      /nothing/,
    ],
    // URLs.
    [
      'session in Location',
      { 'https-root': { status: 302, fields: ['Location: /;jsessionid=[redacted]'] }, 'https-missing': 404 },
      'fail',
      /carries a session identifier in a URL/,
    ],
    [
      'session in a link',
      root('<a class="x" href="/b?PHPSESSID=[redacted]&amp;x=1">b</a>'),
      'fail',
      /A link of the page of https:\/\/example\.com\//,
    ],
    ['short sid', root('<a href="/b?sid=7">b</a>'), 'pass', /nothing/],
    ['extension', root('<a href="/index.php?x=1">b</a>'), 'pass', /no version: \/index\.php\./],
    ['extension elsewhere', root('<a href="https://other.example/index.php">b</a>'), 'pass', /nothing/],
    // What could not be read.
    ['no answer', { 'https-root': 'timeout', 'https-missing': 'not-run' }, 'unknown timeout', /timeout/],
    ['one answer', { 'https-root': 200, 'https-missing': 'reset' }, 'unknown unreachable', /reset/],
    [
      'one answer, and that is wrong',
      { 'https-root': { status: 200, fields: ['Server: nginx/1.22.1'] }, 'https-missing': 'reset' },
      'fail',
      /nginx/,
    ],
    [
      'encoded though nobody asked',
      { 'https-root': { status: 200, fields: ['Content-Encoding: br'], body: 'x' }, 'https-missing': 404 },
      'unknown unparseable',
      /encoded \(br\)/,
    ],
    ['nothing in clear', { ...page(), 'http-root': 'refused', 'http-missing': 'not-run' }, 'pass', /nothing/],
    [
      'a version in clear',
      { ...page(), 'http-root': { status: 301, fields: ['Server: nginx/1.22.1', 'Location: https://example.com/'] } },
      'fail',
      /^The Server header of http:\/\/example\.com\//,
    ],
  ])('%s', (_, replies, verdict, because) => {
    const finding = judgedSite(httpDisclosure, SITE, replies);
    expect(`${verdictOf(finding)}: ${finding.because}`).toMatch(new RegExp(`^${verdict}: `));
    expect(finding.because).toMatch(because);
  });

  test('what is shown in several places is told once', () => {
    const fields = ['Server: nginx/1.22.1'];
    const replies: Replies = {
      'https-root': { status: 200, fields },
      'https-missing': { status: 404, fields, body: NGINX },
    };
    const { because, actual } = judgedSite(httpDisclosure, SITE, replies);
    expect(actual).toBe('nginx/1.22.1');
    expect(because).toBe(
      'The Server header of https://example.com/ shows a version, "nginx/1.22.1"; so does the error page of https://example.com/0123456789abcdef.',
    );
  });

  test('says what to do about what was seen', () => {
    expect(judgedSite(httpDisclosure, SITE, page('Server: nginx/1.22.1')).remediation).toContain('server_tokens off');
    expect(judgedSite(httpDisclosure, SITE, error(TOMCAT.repeat(2_000))).because.length).toBeLessThan(400);
  });

  test('an error page of half a megabyte of almost matches is read in no time', () => {
    const started = performance.now();
    for (const text of [
      '<meta ',
      'at a.b(',
      'at x (',
      "Server Error in '",
      '<a ',
      '/var/www/',
      'a.',
      '<b>Warning</b>:',
    ])
      judgedSite(httpDisclosure, SITE, error(text.repeat(16_384 / text.length), 500));
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('nothing was asked: unknown', () => {
    expect(judged(httpDisclosure, outsideOf([SITE], []))[0]).toMatchObject({
      verdict: 'unknown',
      reason: 'not-observable',
    });
    expect(judged(httpDisclosure, outsideOf([SITE], null))[0]?.verdict).toBe('unknown');
    expect(verdictOf(judgedSite(httpDisclosure, 'tls://example.com:993', {}))).toBe('not-applicable not-http');
    const clear = asked('http://example.com:80', { 'http-root': 'timeout', 'http-missing': 'not-run' });
    expect(judged(httpDisclosure, outsideOf(['http://example.com'], clear))[0]).toMatchObject({ reason: 'timeout' });
  });
});
