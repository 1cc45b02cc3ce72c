import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tlsCiphers } from '../../checks/tls/tls-ciphers.ts';
import { look, seen, verdictOf } from '../tls/looks.ts';
import { makePki, type Pki } from '../tls/pki.ts';
import { hasNginx, nginxServer, opensslServer, type RealServer } from '../tls/servers.ts';

const NAME = 'site.example.com';
const MOZILLA =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305';
const weak = (list: string): string[] => ['-tls1_2', '-cipher', `${list}:@SECLEVEL=0`];

/** Small on purpose, made once with "openssl dhparam 1024". */
const DH_1024 = `-----BEGIN DH PARAMETERS-----
MIGHAoGBAKSgJeLstacwIAeMs1ee9ZOIQ7AYoyolIuaCnXKBkhaTxQAK6e3nFgwz
yTBxBB9Vxq0wa+IuJPDoo0O0exEKOvEZvNKxIztS0kMj+RcFwGUCFYYV6b5QFKHj
emZ6pRMEnP3pVshs0neapXlUSGQmElY54SCaNVqFu2u9GdBsKDUnAgEC
-----END DH PARAMETERS-----
`;

let pki: Pki;
let server: RealServer | undefined;

beforeAll(() => {
  pki = makePki();
  pki.issue('rsa', { names: `DNS:${NAME}`, key: 'rsa:2048' });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(() => pki.remove());

describe('tls-ciphers, against openssl s_server', () => {
  test.each<[string[], string, RegExp, Record<string, unknown>?]>([
    [
      ['-cipher', MOZILLA],
      'pass',
      /^site\.example\.com accepts strong suites and refuses every weak one \(Mozilla's Server Side TLS 5\.7 and 6\.0, intermediate\)\.$/,
    ],
    [['-tls1_3'], 'pass', /strong/],
    [['-tls1_3'], 'pass', /modern/, { profile: 'modern' }],
    [['-cipher', MOZILLA], 'fail', /outside Mozilla's .* modern are accepted: TLS_ECDHE_RSA/, { profile: 'modern' }],
    [weak(`${MOZILLA}:AES128-SHA`), 'fail', /^Suites without forward secrecy.*: TLS_RSA_WITH_AES_128_CBC_SHA\.$/],
    [weak(`${MOZILLA}:AES128-SHA`), 'pass', /strong/, { forwardSecrecy: false }],
    [weak('AES128-GCM-SHA256'), 'fail', /TLS_RSA_WITH_AES_128_GCM_SHA256/],
    [weak(`${MOZILLA}:NULL-SHA256`), 'fail', /^Weak suites are accepted: TLS_RSA_WITH_NULL_SHA256\.$/],
    [weak(`${MOZILLA}:ADH-AES128-SHA`), 'fail', /^Weak suites are accepted: TLS_DH_anon_WITH_AES_128_CBC_SHA\./],
    [weak('ECDHE-RSA-AES128-SHA'), 'fail', /^TLS 1\.2 uses TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, although AEAD/],
    [weak(`${MOZILLA}:ECDHE-RSA-AES128-SHA`), 'pass', /strong/],
    [
      ['-cipher', 'ECDHE-RSA-AES256-GCM-SHA384', '-ciphersuites', 'TLS_AES_256_GCM_SHA384'],
      'unknown:not-observable',
      /less than 256 bits is accepted was not asked/,
      { minBits: 256 },
    ],
  ])('%j: %s', async (args, verdict, because, params) => {
    server = await opensslServer(pki.folder, 'rsa', args);
    const { judge, connections } = await look(server.port, NAME);
    const finding = judge(tlsCiphers, params);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
    expect(connections).toBeLessThanOrEqual(15);
  });

  test('the full list names every suite, and says so', async () => {
    server = await opensslServer(pki.folder, 'rsa', weak('ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA:AES256-SHA:NULL-SHA'));
    const { judge, endpoint, exchanges } = await look(server.port, NAME, { full: true });
    expect(endpoint.listed).toBe(true);
    expect(
      endpoint.suites
        .filter(({ version }) => version === 'TLSv1.2')
        .map(({ name }) => name)
        .sort(),
    ).toEqual([
      'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
      'TLS_RSA_WITH_AES_128_CBC_SHA',
      'TLS_RSA_WITH_AES_256_CBC_SHA',
      'TLS_RSA_WITH_NULL_SHA',
    ]);
    expect(exchanges.length).toBeLessThan(30);
    expect(judge(tlsCiphers).because).toMatch(/AES_128_CBC_SHA and TLS_RSA_WITH_AES_256_CBC_SHA/);
  });

  test('more than 128 bits can be shown with the full list', async () => {
    const args = ['-cipher', 'ECDHE-RSA-AES256-GCM-SHA384', '-ciphersuites', 'TLS_AES_256_GCM_SHA384'];
    server = await opensslServer(pki.folder, 'rsa', args);
    const finding = (await look(server.port, NAME, { full: true })).judge(tlsCiphers, { minBits: 256 });
    expect(verdictOf(finding), finding.because).toBe('pass');
  });

  test('what was refused without a control afterwards is unknown', async () => {
    server = await opensslServer(pki.folder, 'rsa', ['-cipher', MOZILLA]);
    const { site, exchanges } = await look(server.port, NAME);
    const first = exchanges.slice(0, exchanges.findIndex(({ kind }) => kind === 'dhe') + 1);
    expect(verdictOf(seen(site, first).judge(tlsCiphers))).toBe('unknown:not-observable');
    expect(verdictOf(seen(site, exchanges).judge(tlsCiphers))).toBe('pass');
  });
});

describe.runIf(hasNginx())('tls-ciphers, against nginx', () => {
  test.each<[string, string, RegExp]>([
    [DH_1024, 'fail', /^The Diffie-Hellman parameters have 1024 bits; 2048 are needed\.$/],
  ])('with its own Diffie-Hellman parameters', async (parameters, verdict, because) => {
    const file = `${pki.folder}/dh.pem`;
    writeFileSync(file, parameters);
    const ciphers = `ssl_ciphers ${MOZILLA}:DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0; ssl_dhparam ${file};`;
    const issued = pki.issue('nginx', { names: `DNS:${NAME}`, key: 'rsa:2048' });
    server = await nginxServer(pki.folder, issued, [`server_name ${NAME}; ${ciphers}`]);
    const finding = (await look(server.port, NAME)).judge(tlsCiphers);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });
});
