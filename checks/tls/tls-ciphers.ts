import { defineSiteCheck } from '../../src/model/check.ts';
import { TLS_PROFILES } from '../../src/model/tls-profiles.ts';
import { LOAD } from '../web/remediation.ts';
import { type Ciphers, cipherConditions, names, RECOMMENDED } from './ciphers.ts';
import { judgeEndpoints, list } from './endpoints.ts';

export const tlsCiphers = defineSiteCheck({
  id: 'tls-ciphers',
  title: 'Only strong ciphers are offered',
  severity: 'high',
  rationale:
    'A client that supports a weak cipher, or is made to ask for one, gets it when the server accepts it. Without forward secrecy, who gets hold of the key later reads what was recorded before.',
  remediation: `In nginx:
  ssl_ciphers ${RECOMMENDED};
In Apache, SSLCipherSuite with the same list. In Caddy, remove "ciphers" from tls {}; its defaults are right.
${LOAD}`,
  limits:
    'Names the suite that the server chose out of each class; --tls-full lists them all. CBC suites with forward secrecy count only where they are preferred to AEAD. Moduli above 4096 bits are not tested for being prime. Curves of the key exchange are not judged: weak ones are not offered to the server, so no browser gets them either.',
  mappings: {
    'nist-800-53r5': ['SC-8(1)', 'SC-13'],
    'iso-27001-2022': ['A.8.24'],
    'pci-dss-4.0.1': ['4.2.1'],
  },
  needs: ['tls'],
  view: 'network',
  params: {
    minBits: {
      schema: { type: 'integer', minimum: 112, maximum: 256 },
      default: 128,
      description: 'The least strength of the encryption, in bits; more than 128 needs --tls-full.',
    },
    forwardSecrecy: {
      schema: { type: 'boolean' },
      default: true,
      description: 'Every suite must give forward secrecy.',
    },
    profile: {
      schema: { enum: Object.keys(TLS_PROFILES) },
      default: 'intermediate',
      description: "The profile of Mozilla's guideline to hold the suites to.",
    },
  },
  judge(site, facts, params: { [K in keyof Ciphers]: Ciphers[K] }) {
    const { minBits, forwardSecrecy, profile } = params;
    const { guideline } = TLS_PROFILES[profile];
    return judgeEndpoints(
      site,
      facts,
      {
        expected: `at least ${minBits} bits${forwardSecrecy ? ', forward secrecy' : ''} (${guideline})`,
        because: () => `${site.name} accepts strong suites and refuses every weak one (${guideline}).`,
        actual: (endpoints) => list(endpoints.flatMap(({ suites }) => names(suites))),
      },
      (endpoint) => cipherConditions(endpoint, params),
    );
  },
});
