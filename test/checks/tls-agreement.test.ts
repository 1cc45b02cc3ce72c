import { describe, expect, test } from 'vitest';
import { certificateSentences, protocolSentences } from '../../checks/tls/agreement.ts';
import { readWebConfig } from '../../src/facts/web/config.ts';
import { known, read } from '../../src/model/fact.ts';
import type { ConfiguredSite } from '../../src/model/facts/web.ts';
import { sha256Hex } from '../../src/wire/digest.ts';
import { output } from '../facts/recorded.ts';
import { hostWith } from '../facts/web/support.ts';

const PATH = '/etc/nginx/nginx.conf';
const CERTIFICATE = Buffer.from('not a certificate, but bytes');
const PEM = `/c/a.pem\n-----BEGIN CERTIFICATE-----\n${CERTIFICATE.toString('base64')}\n-----END CERTIFICATE-----\n`;

/** The site a.example of a host whose nginx has these servers, and this certificate in /c/a.pem. */
function configured(servers: string): ConfiguredSite {
  const others = [
    output('web-certificates', PEM, { exitCode: 2, stderr: "sed: can't read /c/b.pem: Permission denied\n" }),
  ];
  const host = hostWith({ files: { [PATH]: `http {\n${servers}\n}` }, sites: ['https://a.example'], others });
  const site = read(readWebConfig(host))?.sites.find((one) => one.site === 'https://a.example:443');
  if (site === undefined) throw new Error('The site is not configured.');
  return site;
}

function seen(offered: readonly string[], fingerprint = sha256Hex(CERTIFICATE)) {
  const is = (version: string) => known(offered.includes(version));
  const offers = {
    SSLv2: is('SSLv2'),
    SSLv3: is('SSLv3'),
    'TLSv1.0': is('TLSv1.0'),
    'TLSv1.1': is('TLSv1.1'),
    'TLSv1.2': is('TLSv1.2'),
    'TLSv1.3': is('TLSv1.3'),
  };
  return [{ address: '192.0.2.1', offers, certificates: known([{ fingerprint }]) }];
}

const server = (text: string): string => `server { listen 443 ssl; server_name a.example;\n${text} }`;

describe('TLS versions that are configured, and those that are offered', () => {
  test.each<[string, string, string[], string[]]>([
    ['they agree', server('ssl_protocols TLSv1.2 TLSv1.3;'), ['TLSv1.2', 'TLSv1.3'], []],
    ['none are set', server(''), ['TLSv1.0', 'TLSv1.2'], []],
    [
      'TLS 1.0 is configured, and the library forbids it',
      server('ssl_protocols TLSv1 TLSv1.2;'),
      ['TLSv1.2'],
      [`nginx is told to offer TLSv1.0 (${PATH}:3), but 192.0.2.1 refuses it: its library or the crypto policy`],
    ],
    [
      'TLS 1.0 is offered all the same',
      server('ssl_protocols TLSv1.2;'),
      ['TLSv1.0', 'TLSv1.2'],
      [`nginx is not told to offer TLSv1.0 (${PATH}:3), but 192.0.2.1 offers it: the running server works by another`],
    ],
    [
      'the default server decides',
      `server { listen 443 ssl default_server;\nssl_protocols TLSv1.2; }\n${server('ssl_protocols TLSv1.3;')}`,
      ['TLSv1.2'],
      [
        `${PATH}:5 sets other versions for this site, without effect: the default server of the socket settles them (${PATH}:3).`,
      ],
    ],
  ])('%s', (_, servers, offered, sentences) => {
    const found = protocolSentences(configured(servers), seen(offered));
    expect(found).toEqual(sentences.map((sentence) => expect.stringContaining(sentence)));
  });
});

describe('the certificate of the file, and the one that is served', () => {
  const other = 'f'.repeat(64);

  test('are the same', () => {
    expect(certificateSentences(configured(server('ssl_certificate /c/a.pem;')), seen([]))).toEqual([]);
  });

  test('are two', () => {
    const [sentence] = certificateSentences(configured(server('ssl_certificate /c/a.pem;')), seen([], other));
    expect(sentence).toContain(`nginx is told to serve /c/a.pem (${PATH}:3), whose certificate has the SHA-256 `);
    expect(sentence).toContain(
      `${sha256Hex(CERTIFICATE).slice(0, 16)}…, but 192.0.2.1 serves one with ffffffffffffffff…`,
    );
  });

  test('a file that cannot be read contradicts nothing', () => {
    const site = configured(server('ssl_certificate /c/b.pem;'));
    expect(certificateSentences(site, seen([], other))).toEqual([]);
    expect(site.certificates).toMatchObject({
      value: [{ fingerprint: { state: 'unknown', message: '/c/b.pem could not be read: Permission denied.' } }],
    });
  });
});
