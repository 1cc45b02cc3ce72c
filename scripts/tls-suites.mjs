// Writes src/wire/tls/suite-table.ts from IANA's registry of cipher suites (scripts/data). With --print it prints instead.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'src/wire/tls/suite-table.ts');

/** In use once, never registered: draft-ietf-tls-56-bit-ciphersuites, draft-agl-tls-chacha20poly1305, Netscape's FIPS. */
const UNREGISTERED = {
  '0060': 'TLS_RSA_EXPORT1024_WITH_RC4_56_MD5',
  '0061': 'TLS_RSA_EXPORT1024_WITH_RC2_CBC_56_MD5',
  '0062': 'TLS_RSA_EXPORT1024_WITH_DES_CBC_SHA',
  '0063': 'TLS_DHE_DSS_EXPORT1024_WITH_DES_CBC_SHA',
  '0064': 'TLS_RSA_EXPORT1024_WITH_RC4_56_SHA',
  '0065': 'TLS_DHE_DSS_EXPORT1024_WITH_RC4_56_SHA',
  '0066': 'TLS_DHE_DSS_WITH_RC4_128_SHA',
  cc13: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_OLD_SHA256',
  cc14: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_OLD_SHA256',
  cc15: 'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_OLD_SHA256',
  fefe: 'TLS_RSA_FIPS_WITH_DES_CBC_SHA',
  feff: 'TLS_RSA_FIPS_WITH_3DES_EDE_CBC_SHA',
};
/** Signals, and the state before the first handshake: nothing that can be chosen. */
const NO_SUITES = ['TLS_NULL_WITH_NULL_NULL', 'TLS_EMPTY_RENEGOTIATION_INFO_SCSV', 'TLS_FALLBACK_SCSV'];

const rows = readFileSync(join(root, 'scripts/data/tls-parameters-4.csv'), 'utf8').matchAll(
  /^"0x([0-9A-F]{2}),0x([0-9A-F]{2})",(TLS_\w+)/gm,
);
const registered = [...rows]
  .filter(([, , , name]) => !NO_SUITES.includes(name))
  .map(([, high, low, name]) => [`${high}${low}`.toLowerCase(), name]);
const all = [...registered, ...Object.entries(UNREGISTERED)].sort(([a], [b]) => (a < b ? -1 : 1));
const lines = [];
for (let at = 0; at < all.length; at += 2) {
  lines.push(
    all
      .slice(at, at + 2)
      .map(([code, name]) => `${code} ${name.replace(/^TLS_/, '')}`)
      .join(' '),
  );
}
const text = `/**
 * Code and name (without \`TLS_\`) of every cipher suite. Made by scripts/tls-suites.mjs; do not edit.
 * Source: IANA, TLS Cipher Suites (tls-parameters-4.csv), and ${Object.keys(UNREGISTERED).length} that were never registered.
 */
export const SUITE_TABLE = \`
${lines.join('\n')}
\`;
`;
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(target, text);
