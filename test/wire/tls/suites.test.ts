import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { BUNDLES, MOST_SUITES, suiteName, suiteOf } from '../../../src/wire/tls/suites.ts';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

describe('the table of cipher suites', () => {
  test('is what the script makes of the registry', () => {
    const made = execFileSync(process.execPath, ['scripts/tls-suites.mjs', '--print'], { cwd: root, encoding: 'utf8' });
    expect(readFileSync(join(root, 'src/wire/tls/suite-table.ts'), 'utf8')).toBe(made);
  });

  test.each([
    [0x1301, 'TLS_AES_128_GCM_SHA256', 'ok', 128, true],
    [0x1305, 'TLS_AES_128_CCM_8_SHA256', 'low', 128, true],
    [0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ok', 128, true],
    [0xcca9, 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ok', 256, true],
    [0x009f, 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384', 'ok', 256, true],
    [0xc0ae, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', 'low', 128, true],
    [0xc013, 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'low', 128, true],
    [0x009c, 'TLS_RSA_WITH_AES_128_GCM_SHA256', 'medium', 128, false],
    [0xc02d, 'TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256', 'medium', 128, false],
    [0x0040, 'TLS_DHE_DSS_WITH_AES_128_CBC_SHA256', 'medium', 128, true],
    [0xc100, 'TLS_GOSTR341112_256_WITH_KUZNYECHIK_CTR_OMAC', 'medium', 256, false],
    [0x000a, 'TLS_RSA_WITH_3DES_EDE_CBC_SHA', 'high', 112, false],
    [0xc011, 'TLS_ECDHE_RSA_WITH_RC4_128_SHA', 'high', 128, true],
    [0x0015, 'TLS_DHE_RSA_WITH_DES_CBC_SHA', 'high', 56, true],
    [0x0007, 'TLS_RSA_WITH_IDEA_CBC_SHA', 'high', 128, false],
    [0x0062, 'TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA', 'critical', 56, false],
    [0x0014, 'TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA', 'critical', 40, true],
    [0x0034, 'TLS_DH_anon_WITH_AES_128_CBC_SHA', 'critical', 128, false],
    [0xc010, 'TLS_ECDHE_RSA_WITH_NULL_SHA', 'critical', 0, true],
    [0xc0b4, 'TLS_SHA256_SHA256', 'critical', 0, false],
  ])('%i is %s: %s, %i bits', (code, name, grade, bits, forwardSecret) => {
    expect(suiteOf(code)).toMatchObject({ name, grade, bits, forwardSecret });
  });

  test('says the number of what nobody assigned', () => {
    expect([suiteName(0x0a0a), suiteOf(0x00ff)]).toEqual(['0x0a0a', undefined]);
  });
});

describe('what hellos offer', () => {
  const classic = [...BUNDLES.good, ...BUNDLES.weak, ...BUNDLES.medium.flat()];

  test('is every suite, each once', () => {
    expect(new Set(classic).size).toBe(classic.length);
    expect(BUNDLES.all.flat().sort()).toEqual([...classic].sort());
    expect(classic.length).toBeGreaterThan(340);
  });

  test('is never more than servers take', () => {
    const sizes = [BUNDLES.good, BUNDLES.weak, BUNDLES.legacy, BUNDLES.dhe, ...BUNDLES.medium, ...BUNDLES.all];
    for (const bundle of sizes) expect(bundle.length).toBeLessThanOrEqual(MOST_SUITES);
  });

  test('begins with what is strong', () => {
    const grades = BUNDLES.good.map((code) => suiteOf(code)?.grade);
    expect(grades.lastIndexOf('ok')).toBeLessThan(grades.indexOf('low'));
  });
});
