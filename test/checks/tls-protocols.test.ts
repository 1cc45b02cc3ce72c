import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tlsProtocols } from '../../checks/tls/tls-protocols.ts';
import { look, seen, verdictOf } from '../tls/looks.ts';
import { makePki, type Pki } from '../tls/pki.ts';
import { hasNginx, nginxServer, opensslServer, type RealServer } from '../tls/servers.ts';

const NAME = 'site.example.com';
const ALL = ['-cipher', 'ALL:@SECLEVEL=0'];

let pki: Pki;
let server: RealServer | undefined;

beforeAll(() => {
  pki = makePki();
  pki.issue('site', { names: `DNS:${NAME}` });
  pki.issue('rsa', { names: `DNS:${NAME}`, key: 'rsa:2048' });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => pki.remove());

describe('tls-protocols, against openssl s_server', () => {
  test.each<[string[], string, RegExp, Record<string, unknown>?]>([
    [
      [],
      'pass',
      /^site\.example\.com offers TLSv1\.2 and TLSv1\.3 and no other version \(Mozilla's Server Side TLS 5\.7 and 6\.0, intermediate\)\.$/,
    ],
    [['-tls1_2'], 'pass', /offers TLSv1\.2 and no other version/],
    [['-tls1_2'], 'fail', /^TLSv1\.3 is not offered\.$/, { required: ['TLSv1.3'] }],
    [['-tls1_3'], 'pass', /offers TLSv1\.3 and no other version/],
    [['-tls1_3'], 'pass', /intermediate|modern/, { allowed: ['TLSv1.3'] }],
    [[], 'fail', /^TLSv1\.2 is offered\.$/, { allowed: ['TLSv1.3'] }],
    [[...ALL, '-min_protocol', 'TLSv1'], 'fail', /^TLSv1\.0 is offered\. TLSv1\.1 is offered\.$/],
    [[...ALL, '-tls1_1'], 'fail', /^TLSv1\.1 is offered\. None of TLSv1\.2 and TLSv1\.3 is offered\.$/],
    [[...ALL, '-tls1'], 'fail', /^TLSv1\.0 is offered\. None of/],
    [['-comp', '-tls1_2'], 'pass', /TLSv1\.2/],
  ])('%j: %s', async (args, verdict, because, params) => {
    server = await opensslServer(pki.folder, 'rsa', args);
    const { judge, connections } = await look(server.port, NAME);
    const finding = judge(tlsProtocols, params);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
    expect(connections).toBeLessThanOrEqual(15);
  });
});

describe.runIf(hasNginx())('tls-protocols, against nginx', () => {
  const one = `server_name ${NAME};`;

  test.each<[string, string[], string, RegExp]>([
    ['as Mozilla says', [`${one} ssl_protocols TLSv1.2 TLSv1.3;`], 'pass', /TLSv1\.2 and TLSv1\.3/],
    [
      'with TLS 1.0',
      [`${one} ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;`],
      'fail',
      /^TLSv1\.0 is offered\.$/,
    ],
    [
      'TLS 1.0 switched on, but barred by the crypto policy',
      [`${one} ssl_protocols TLSv1 TLSv1.2;`],
      'pass',
      /offers TLSv1\.2 and no other/,
    ],
    [
      'strict here, but the default server rules',
      [
        'server_name x.example.com; ssl_protocols TLSv1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0;',
        `${one} ssl_protocols TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;`,
      ],
      'fail',
      /TLSv1\.0 is offered/,
    ],
    [
      'names that are not served are refused',
      ['ssl_reject_handshake on;'],
      'unknown:not-observable',
      /does not know the name site\.example\.com/,
    ],
  ])('%s', async (_, blocks, verdict, because) => {
    server = await nginxServer(pki.folder, pki.issue('nginx', { names: `DNS:${NAME}` }), blocks);
    const finding = (await look(server.port, NAME)).judge(tlsProtocols);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });
});

describe('tls-protocols, of records', () => {
  test('a site without TLS is not applicable', async () => {
    server = await opensslServer(pki.folder, 'rsa', []);
    const { site, exchanges } = await look(server.port, NAME);
    const plain = { ...site, scheme: 'http', url: site.url.replace('https', 'http') } as const;
    const records = exchanges.map((each) => ({ ...each, site: plain.url }));
    const finding = seen(plain, records).judge(tlsProtocols);
    expect([finding.verdict, finding.rule]).toEqual(['not-applicable', 'no-tls-service']);
  });

  test('a refusal without a control afterwards is unknown', async () => {
    server = await opensslServer(pki.folder, 'rsa', []);
    const { site, exchanges } = await look(server.port, NAME);
    const last = exchanges.findIndex(({ kind }) => kind === 'ssl-2');
    const finding = seen(site, exchanges.slice(0, last + 1)).judge(tlsProtocols);
    expect(verdictOf(finding), finding.because).toBe('unknown:not-observable');
  });

  test('records that are evaluated again say the same', async () => {
    server = await opensslServer(pki.folder, 'rsa', []);
    const first = await look(server.port, NAME);
    const again = seen(first.site, JSON.parse(JSON.stringify(first.exchanges)));
    expect(again.judge(tlsProtocols)).toEqual(first.judge(tlsProtocols));
  });
});
