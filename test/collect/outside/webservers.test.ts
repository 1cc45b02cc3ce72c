import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { httpDisclosure } from '../../../checks/web/http-disclosure.ts';
import { httpsHsts } from '../../../checks/web/https-hsts.ts';
import { httpsRedirect } from '../../../checks/web/https-redirect.ts';
import { probeHttp } from '../../../src/collect/outside/http.ts';
import type { Check } from '../../../src/model/check.ts';
import { judged } from '../../checks/recorded.ts';
import { outsideOf, verdictOf } from '../../checks/sites.ts';
import { certificate, type Listening, response, serve, siteOf, visit } from './servers.ts';
import { freePorts, installed, type Software, start } from './webservers.ts';

const YEAR = 'max-age=31536000; includeSubDomains';
const STS = 'Strict-Transport-Security';

interface Row {
  readonly software: Software;
  readonly name: string;
  /** The inside of the site's block. UPSTREAM is a server that sends max-age=10 itself, SECURE the same site over TLS. */
  readonly config: string;
  readonly clear?: true;
  readonly hsts: string;
  readonly redirect: string;
  readonly disclosure: string;
  readonly because: RegExp;
}

const rows: Row[] = [];
/** Over TLS on another port than 443: redirects are the matter of sites in clear. */
function tls(
  software: Software,
  name: string,
  config: string,
  hsts: string,
  because: RegExp,
  disclosure = 'pass',
): void {
  rows.push({ software, name, config, hsts, redirect: 'not-applicable not-on-443', disclosure, because });
}
function clear(
  software: Software,
  name: string,
  config: string,
  redirect: string,
  because: RegExp,
  disclosure = 'pass',
): void {
  rows.push({
    software,
    name,
    config,
    clear: true,
    hsts: 'not-applicable no-tls-service',
    redirect,
    disclosure,
    because,
  });
}

const always = `add_header ${STS} "${YEAR}" always;`;
tls('nginx', 'always', always, 'pass', /sends "max-age=31536000; includeSubDomains", and its error page/);
tls(
  'nginx',
  'without always',
  `add_header ${STS} "${YEAR}";`,
  'fail',
  /^A path that does not exist .* status 404\) sends no/,
);
tls('nginx', 'nothing', '', 'fail', /^https:\/\/example\.org:\d+\/ sends no Strict-Transport-Security header\./);
tls('nginx', 'commented, as h5bp once shipped it', `# ${always}\n`, 'fail', /sends no/);
tls(
  'nginx',
  '186 days, as h5bp ships it',
  `add_header ${STS} "max-age=16070400; includeSubDomains" always;`,
  'fail',
  /max-age of 16070400 s/,
);
tls(
  'nginx',
  'lost in a location',
  `${always} location = / { add_header X-Foo bar; try_files /index.html =404; }`,
  'fail',
  /^https:\/\/example\.org:\d+\/ sends no/,
);
tls(
  'nginx',
  'lost where / leads',
  `${always} location = / { return 302 /en/; } location /en/ { add_header X-Foo bar always; }`,
  'fail',
  /^The page where \/ leads .*\/en\/, status 200\) sends no/,
);
tls(
  'nginx',
  'lost in an if',
  `${always} location = / { if ($host) { add_header X-If 1; return 200; } }`,
  'fail',
  /sends no/,
);
tls('nginx', 'kept by expires', `${always} location = / { expires 1h; }`, 'pass', /sends/);
tls('nginx', 'max-age 0', `add_header ${STS} "max-age=0" always;`, 'fail', /switches HSTS off/);
tls(
  'nginx',
  'quoted',
  `add_header ${STS} 'max-age="31536000"; includeSubDomains' always;`,
  'pass',
  /max-age="31536000"/,
);
tls('nginx', 'empty', `add_header ${STS} "" always;`, 'fail', /sends no/);
tls(
  'nginx',
  'two lines',
  `add_header ${STS} "max-age=1" always; add_header ${STS} "max-age=2" always;`,
  'fail',
  /max-age of 1 s.* 2 times/,
);
tls(
  'nginx',
  'the upstream sends one, too',
  `${always} location / { proxy_pass UPSTREAM; }`,
  'fail',
  /max-age of 10 s, less than 31536000 s\. .* 2 times/,
);
tls(
  'nginx',
  "the upstream's is hidden",
  `${always} proxy_hide_header ${STS}; location / { proxy_pass UPSTREAM; }`,
  'pass',
  /sends/,
);
tls(
  'nginx',
  'an error of the server',
  `${always} location / { return 500; }`,
  'unknown not-observable',
  /status 500, an error/,
);
tls(
  'nginx',
  'too many requests',
  `${always} location / { return 429; }`,
  'unknown not-observable',
  /429/,
  'unknown not-observable',
);
tls(
  'nginx',
  'a client certificate is required',
  `${always} ssl_verify_client on; ssl_client_certificate cert.pem;`,
  'unknown not-observable',
  /asks for a client certificate/,
);
tls('nginx', 'tells its version', `${always} server_tokens on;`, 'pass', /sends/, 'fail');
tls(
  'nginx',
  'SNI is rejected',
  `${always} ssl_reject_handshake on;`,
  'unknown unreachable',
  /alert 112, tlsv1 unrecognized name/,
  'unknown unreachable',
);

// Debian's default tells version and system.
const apacheYear = `Header always set ${STS} "${YEAR}"`;
tls('apache', 'Header always set', apacheYear, 'pass', /sends/, 'fail');
tls('apache', 'Header set', `Header set ${STS} "${YEAR}"`, 'fail', /^A path that does not exist/, 'fail');
tls(
  'apache',
  'Header set and a redirect',
  `Header set ${STS} "${YEAR}"\nRedirectMatch 301 ^/$ /en/`,
  'fail',
  /redirects without .* only .*\/en\/, where it leads, has one/,
  'fail',
);
tls('apache', 'both forms', `Header set ${STS} "max-age=1"\n${apacheYear}`, 'fail', /2 times/, 'fail');
tls('apache', 'the upstream sends one, too', `${apacheYear}\nProxyPass / UPSTREAM/`, 'fail', /2 times/, 'fail');
tls(
  'apache',
  "the upstream's is unset",
  `Header onsuccess unset ${STS}\n${apacheYear}\nProxyPass / UPSTREAM/`,
  'pass',
  /sends/,
  'fail',
);
// Pages of the upstream count as success, whatever their status.
tls(
  'apache',
  "Header set replaces the upstream's",
  `Header set ${STS} "${YEAR}"\nProxyPass / UPSTREAM/`,
  'pass',
  /sends/,
  'fail',
);
tls(
  'apache',
  'a client certificate is required',
  `${apacheYear}\nSSLVerifyClient require`,
  'unknown unreachable',
  /refused the TLS handshake/,
  'unknown unreachable',
);

tls('caddy', 'header', `header ${STS} "${YEAR}"\nrespond / 200\nrespond 404`, 'pass', /sends/);
tls('caddy', 'nothing', 'respond / 200\nrespond 404', 'fail', /sends no/);
tls('caddy', 'the upstream sends one, too', `header ${STS} "${YEAR}"\nreverse_proxy UPSTREAM`, 'fail', /2 times/);
tls(
  'caddy',
  "the upstream's is taken away",
  `header ${STS} "${YEAR}"\nreverse_proxy UPSTREAM {\nheader_down -${STS}\n}`,
  'pass',
  /sends/,
);
tls('caddy', 'deferred', `header {\n${STS} "${YEAR}"\ndefer\n}\nreverse_proxy UPSTREAM`, 'pass', /sends/);

clear('nginx', 'redirect 308', 'return 308 SECURE$request_uri;', 'pass', /with status 308, as do other paths/);
clear('nginx', 'redirect 302', 'return 302 SECURE$request_uri;', 'fail', /only for now \(status 302\)/);
clear('nginx', 'only / redirects', 'location = / { return 301 SECURE/; }', 'fail', /other paths are served in clear/);
clear('nginx', 'content', '', 'fail', /answered in clear with status 200/);
clear('nginx', 'content with HSTS', always, 'fail', /which browsers ignore in clear/);
clear('nginx', 'refused', 'return 403;', 'unknown not-observable', /is answered with status 403; whether pages/);
clear('nginx', 'refused in favour of TLS', 'return 426;', 'pass', /is refused with status 426/);
clear('nginx', 'a circle', 'return 301 http://$http_host$request_uri;', 'fail', /in clear again/);
clear(
  'nginx',
  'to www',
  'return 301 https://www.example.org$request_uri;',
  'fail',
  /to the other name www\.example\.org/,
);
clear(
  'nginx',
  'closed',
  'return 444;',
  'unknown not-observable',
  /closed the connection without an answer/,
  'unknown unreachable',
);
clear(
  'nginx',
  'the page of the redirect tells the version',
  'server_tokens on; return 301 SECURE$request_uri;',
  'pass',
  /./,
  'fail',
);
clear(
  'apache',
  'RewriteRule',
  'RewriteEngine On\nRewriteRule ^ SECURE%{REQUEST_URI} [R=301,L]',
  'pass',
  /status 301/,
  'fail',
);
clear('apache', 'RedirectMatch for / only', 'RedirectMatch 301 ^/$ SECURE/', 'fail', /other paths/, 'fail');
clear('caddy', 'redir', 'redir SECURE{uri} permanent', 'pass', /status 301/);
clear('caddy', 'content', 'respond "hello"', 'fail', /status 200/);

for (const software of ['nginx', 'apache', 'caddy'] as const) {
  const own = rows.filter((row) => row.software === software);
  describe.skipIf(!installed(software))(`real ${software}`, () => {
    let upstream: Listening;
    let stop: (() => Promise<void>) | undefined;
    const ports = new Map<Row, number>();

    beforeAll(async () => {
      upstream = await serve((socket, { path }) =>
        socket.end(response(path === '/' ? 200 : 404, [`${STS}: max-age=10`])),
      );
      const free = await freePorts(own.length);
      for (const [at, row] of own.entries()) ports.set(row, free[at] ?? 0);
      const secure = `https://example.org:${free[0]}`;
      const blocks = own.map((row) => ({
        port: ports.get(row) ?? 0,
        tls: row.clear !== true,
        text: row.config.replaceAll('UPSTREAM', `http://127.0.0.1:${upstream.port}`).replaceAll('SECURE', secure),
      }));
      stop = await start(software, blocks, certificate());
    });
    afterAll(async () => {
      await stop?.();
      await upstream.close();
    });

    test.each(own.map((row) => [row.clear === true ? `in clear, ${row.name}` : row.name, row] as const))(
      '%s',
      async (_, row) => {
        const url = `${row.clear === true ? 'http' : 'https'}://example.org:${ports.get(row)}`;
        const exchanges = await probeHttp(
          { site: siteOf(url), address: '127.0.0.1' },
          visit({ hello: 3_000, response: 5_000 }),
        );
        const findings = [httpsHsts, httpsRedirect, httpDisclosure].map(
          (check) => judged(check as Check, outsideOf([url], exchanges))[0],
        );
        const told = findings.map((finding) => (finding === undefined ? 'none' : verdictOf(finding)));
        const sentences = findings.map((finding) => finding?.because);
        expect(told, sentences.join('\n')).toEqual([row.hsts, row.redirect, row.disclosure]);
        expect(sentences[row.clear === true ? 1 : 0]).toMatch(row.because);
      },
    );
  });
}
