import { defineSiteCheck } from '../../src/model/check.ts';
import { read } from '../../src/model/fact.ts';
import type { TlsEndpoint } from '../../src/model/facts/tls.ts';
import { DURATION, parseDuration } from '../../src/model/units.ts';
import { beside, certificateSentences } from './agreement.ts';
import { certificateConditions, day } from './certificate.ts';
import { judgeEndpoints, list } from './endpoints.ts';

const described = (endpoints: readonly TlsEndpoint[]): string => {
  const all = endpoints.flatMap(({ certificates }) => read(certificates) ?? []);
  const stores = all.flatMap(({ trust }) => trust.filter(({ trusted }) => trusted).map(({ store }) => store));
  const until = Math.min(...all.map(({ notAfter }) => notAfter));
  return `valid until ${day(until)}, trusted by ${list(stores)}`;
};

export const tlsCertificate = defineSiteCheck({
  id: 'tls-certificate',
  title: "The site's certificate is valid, trusted and not about to expire",
  severity: 'critical',
  rationale:
    'With a certificate that clients refuse, a site is down, or its users learn to click warnings away. One that is about to expire is one whose renewal does not work.',
  remediation: `Renew with your ACME client, serve the whole chain, and reload the server:
certbot renew && nginx -t && systemctl reload nginx`,
  limits:
    'Revocation is seen only in a stapled OCSP response; certificate transparency and name constraints are not looked at. Of a server that offers only TLS 1.3 the order of the chain cannot be seen.',
  mappings: {
    'nist-800-53r5': ['SC-17', 'SC-12', 'IA-5(2)'],
    'iso-27001-2022': ['A.8.24'],
    'pci-dss-4.0.1': ['4.2.1', '4.2.1.1'],
  },
  needs: ['tls', 'webConfig'],
  view: 'network',
  params: {
    expiresWithin: {
      schema: DURATION,
      default: '14d',
      description: 'How long before its end a certificate must have been renewed; at most a third of its lifetime.',
    },
    caFile: {
      schema: { type: ['string', 'null'], minLength: 1 },
      default: null,
      description: "A file of certificates (PEM) to trust besides Mozilla's roots, e.g. of your own authority.",
    },
  },
  judge(site, facts, params: { expiresWithin: string; caFile: string | null }) {
    const wanted = { expiresWithin: parseDuration(params.expiresWithin), caFile: params.caFile };
    const judgement = judgeEndpoints(
      site,
      facts,
      {
        expected: `a trusted certificate for ${site.name} that is valid for ${params.expiresWithin} or a third of its lifetime`,
        because: (endpoints) => `The certificate of ${site.name} is ${described(endpoints)}.`,
        actual: described,
      },
      (endpoint) => certificateConditions(endpoint, site, wanted),
    );
    return beside(facts, site, judgement, certificateSentences);
  },
});
