import { defineSiteCheck } from '../../src/model/check.ts';
import { TLS_VERSIONS } from '../../src/model/facts/tls.ts';
import { LOAD } from '../web/remediation.ts';
import { beside, protocolSentences } from './agreement.ts';
import { judgeEndpoints, list } from './endpoints.ts';
import { featureConditions, guidelineOf, offered, type Versions, versionConditions } from './protocols.ts';

const VERSIONS = { type: 'array', items: { enum: TLS_VERSIONS }, uniqueItems: true };

export const tlsProtocols = defineSiteCheck({
  id: 'tls-protocols',
  title: 'Only TLS 1.2 and 1.3 are offered',
  severity: 'high',
  rationale:
    'SSL and the first versions of TLS can be broken or forced down to what can be (RFC 6176, RFC 7568, RFC 8996). A version counts as off only when it was refused between two hellos that the same server accepted.',
  remediation: `In nginx, in http {} or in the default_server of every listen:
  ssl_protocols TLSv1.2 TLSv1.3;
In Apache:
  SSLProtocol -all +TLSv1.2 +TLSv1.3
In Caddy, remove "protocols" from tls {}; its defaults are right.
In nginx the default server of an address decides for every name on it.
${LOAD}`,
  limits:
    'Renegotiation that a client starts is not tried. What stands before the server, such as a CDN, is what is seen.',
  mappings: {
    'nist-800-53r5': ['SC-8(1)', 'SC-13'],
    'iso-27001-2022': ['A.8.24'],
    'pci-dss-4.0.1': ['4.2.1'],
  },
  needs: ['tls', 'webConfig'],
  view: 'network',
  params: {
    allowed: {
      schema: { ...VERSIONS, minItems: 1 },
      default: ['TLSv1.2', 'TLSv1.3'],
      description: 'The versions that may be offered; at least one of them must be.',
    },
    required: { schema: VERSIONS, default: [], description: 'Versions that must be offered.' },
  },
  judge(site, facts, params: Record<keyof Versions, Versions['allowed']>) {
    const { allowed, required } = params;
    const must = required.length === 0 ? '' : `; ${list(required)} must be there`;
    const judgement = judgeEndpoints(
      site,
      facts,
      {
        expected: `only ${list(allowed)}${guidelineOf(allowed)}${must}`,
        because: (endpoints) => {
          return `${site.name} offers ${list(endpoints.flatMap(offered))} and no other version${guidelineOf(allowed)}.`;
        },
        actual: (endpoints) => list(endpoints.flatMap(offered)),
      },
      (endpoint) => [...versionConditions(endpoint, params), ...featureConditions(endpoint)],
    );
    return beside(facts, site, judgement, protocolSentences);
  },
});
