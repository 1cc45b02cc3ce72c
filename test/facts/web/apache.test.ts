import { describe, expect, test } from 'vitest';
import { readApache } from '../../../src/facts/web/apache.ts';
import { readFiles } from '../../../src/facts/web/files.ts';
import { output, outputs } from '../recorded.ts';
import { type Files, printed } from './support.ts';

const MAIN = '/etc/apache2/apache2.conf';
const YEAR = 'max-age=31536000';
const HEADERS = 'LoadModule headers_module x.so\nLoadModule ssl_module x.so\n';

/** Debian's layout around this text of apache2.conf. */
function apache(text: string, more: Files = {}, main = MAIN) {
  const files = { [main]: text, ...more };
  return readApache(
    readFiles(outputs(output('apache-config', printed('apache-config', files))), 'apache-config'),
    main,
  );
}

const host = (text: string, where = '*:443'): string =>
  `Listen 80\nListen 443\n<VirtualHost ${where}>\nServerName a.example\n${text}\n</VirtualHost>\n`;
const served = (text: string, more: Files = {}) => apache(text, more).served[0];

describe('virtual hosts', () => {
  test.each([
    ['<VirtualHost *:80>', [80], false],
    ['<VirtualHost _default_:443>\nSSLEngine On', [443], true],
    ['<VirtualHost *:8080>', [], false],
    ['<VirtualHost *>', [80, 443], false],
    ['<VirtualHost 192.0.2.1:80 [2001:db8::1]:443>', [80, 443], false],
  ])('%s', (open, ports, tls) => {
    const [first] = apache(`Listen 80\nListen [::]:443 https\n${open}\nServerName a.example\n</VirtualHost>`).served;
    expect(first?.listens.map((listen) => [listen.port, listen.tls])).toEqual(ports.map((port) => [port, tls]));
  });

  test('names: with scheme and port, aliases over several words and lines', () => {
    const text = 'ServerName https://A.example:443\nServerAlias b.example \\\n  *.c.example';
    expect(served(`Listen 80\n<VirtualHost *:80>\n${text}\n</VirtualHost>`)?.names).toEqual([
      'a.example',
      'b.example',
      '*.c.example',
    ]);
  });

  test('a port without a virtual host is served by the main server', () => {
    const { served: all } = apache(`${host('')}ServerName main.example\n`);
    expect(all.map(({ names, listens }) => [names, listens.map(({ port }) => port)])).toEqual([
      [['a.example'], [443]],
      [['main.example'], [80]],
    ]);
  });
});

describe('what is in effect', () => {
  test('includes, modules, definitions and variables, as Debian has them', () => {
    const { served: all, doubts } = apache(
      'IncludeOptional mods-enabled/*.load\nInclude ports.conf\nIncludeOptional sites-enabled/*.conf\n',
      {
        '/etc/apache2/envvars': 'export SITE_NAME=a.example\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n',
        '/etc/apache2/mods-enabled/ssl.load': 'LoadModule ssl_module /usr/lib/apache2/modules/mod_ssl.so\n',
        '/etc/apache2/ports.conf':
          'Listen 80\n<IfModule ssl_module>\n  Listen 443\n</IfModule>\n<IfModule mod_gnutls.c>\n  Listen 444\n</IfModule>\n',
        '/etc/apache2/sites-enabled/a.conf':
          'Define CERTS /etc/ssl/a\n<IfModule mod_ssl.c>\n<VirtualHost *:443>\nServerName $\u007bSITE_NAME}\nSSLEngine on\n' +
          'SSLCertificateFile "$\u007bCERTS}/a.pem"\n</VirtualHost>\n</IfModule>\n<IfModule !mod_ssl.c>\nListen 8443\n</IfModule>\n' +
          '<IfDefine STAGING>\nListen 8444\n</IfDefine>\n',
        '/etc/apache2/sites-enabled/old.conf.bak': '</Broken>',
      },
    );
    expect(doubts).toEqual([]);
    expect(all.map(({ names, listens }) => [names, listens.map(({ port }) => port)])).toEqual([
      [['a.example'], [443]],
      [[], [80]],
    ]);
    expect(all[0]?.certificates).toMatchObject({
      value: [{ path: '/etc/ssl/a/a.pem', place: { path: '/etc/apache2/sites-enabled/a.conf', line: 6 } }],
    });
  });

  test("Red Hat's layout", () => {
    const main = '/etc/httpd/conf/httpd.conf';
    const { served: all, doubts } = apache(
      'ServerRoot "/etc/httpd"\nListen 80\nIncludeOptional conf.d/*.conf\n',
      { '/etc/httpd/conf.d/ssl.conf': 'Listen 443 https\n<VirtualHost _default_:443>\nSSLEngine on\n</VirtualHost>' },
      main,
    );
    expect([all.map(({ listens }) => listens[0]?.port), doubts]).toEqual([[443, 80], []]);
  });

  test.each([
    ['Include gone.conf', "Apache's configuration includes /etc/apache2/gone.conf"],
    ['IncludeOptional /srv/*.conf', "Apache's configuration includes /srv/*.conf"],
    ['Use Site a.example', '/etc/apache2/apache2.conf:1 uses a macro'],
    [
      '<VirtualHost *:80>',
      '/etc/apache2/apache2.conf:1 could not be read as Apache would: <virtualhost> is not closed.',
    ],
    ['</VirtualHost>', '/etc/apache2/apache2.conf:1 could not be read as Apache would: </virtualhost> closes nothing.'],
  ])('%s is a doubt', (text, message) => {
    expect(
      apache(text)
        .doubts.map((doubt) => doubt.message)
        .join(),
    ).toContain(message);
  });
});

describe('HSTS', () => {
  test.each([
    ['set', `Header set Strict-Transport-Security "${YEAR}"`, [[YEAR, false]]],
    ['always set', `Header always set Strict-Transport-Security "${YEAR}"`, [[YEAR, true]]],
    [
      'in both tables',
      `Header always set Strict-Transport-Security ${YEAR}\nHeader set Strict-Transport-Security ${YEAR}`,
      [
        [YEAR, true],
        [YEAR, false],
      ],
    ],
    [
      'unset again',
      `Header always set Strict-Transport-Security ${YEAR}\nHeader always unset Strict-Transport-Security`,
      [],
    ],
    ['over TLS only', `Header always set Strict-Transport-Security ${YEAR} env=HTTPS`, [[YEAR, true]]],
    [
      'at the start page',
      `<Location "/">\nHeader always set Strict-Transport-Security ${YEAR}\n</Location>`,
      [[YEAR, true]],
    ],
    ['in a comment', `# Header always set Strict-Transport-Security ${YEAR}`, []],
    [
      'for a module that is not there',
      `<IfModule mod_nothing.c>\nHeader always set Strict-Transport-Security ${YEAR}\n</IfModule>`,
      [],
    ],
  ])('%s', (_, text, headers) => {
    const hsts = served(HEADERS + host(text))?.hsts;
    expect(hsts?.state === 'known' ? hsts.value.headers.map(({ value, onErrors }) => [value, onErrors]) : hsts).toEqual(
      headers,
    );
  });

  test('of the main server holds for virtual hosts, and a part may lose it', () => {
    const lost = '<Location /api>\nHeader always unset Strict-Transport-Security\n</Location>';
    const hsts = served(`Header always set Strict-Transport-Security ${YEAR}\n${host(lost)}`)?.hsts;
    expect(hsts).toMatchObject({
      value: { headers: [{ place: { line: 1 } }], lostIn: [{ part: '<location /api>', place: { line: 7 } }] },
    });
  });

  test('on a condition: only what is sent can tell', () => {
    const hsts = served(host(`Header always set Strict-Transport-Security ${YEAR} "expr=%{HTTP_HOST} == 'a'"`))?.hsts;
    expect(hsts).toMatchObject({ state: 'unknown', reason: 'not-observable' });
  });
});

test.each([
  ['all -SSLv3', ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
  ['all -SSLv3 -TLSv1 -tlsv1.1', ['TLSv1.2', 'TLSv1.3']],
  ['-all +TLSv1.3', ['TLSv1.3']],
  ['TLSv1.2', ['TLSv1.2']],
])('SSLProtocol %s', (text, versions) => {
  expect(served(host(`SSLProtocol ${text}`))?.protocols).toMatchObject({ value: { versions, place: { line: 5 } } });
});

test.each([
  ['Redirect permanent / https://a.example/', 301],
  ['Redirect / https://a.example/', 302],
  ['RedirectMatch 308 ^/(.*)$ https://a.example/$1', 308],
  ['RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [END,NE,R=permanent]', 301],
  ['RewriteRule ^ https://%{SERVER_NAME}%{REQUEST_URI} [L]', 'absent'],
  ['Redirect / http://a.example/', 'absent'],
])('%s', (text, status) => {
  const redirect = served(host(text, '*:80'))?.redirect;
  expect(redirect?.state === 'known' ? redirect.value.status : redirect?.state).toBe(status);
});
