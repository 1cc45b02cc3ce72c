import { defineSiteCheck } from '../../src/model/check.ts';
import { DURATION, parseDuration } from '../../src/model/units.ts';
import { elsewhere } from '../web/names.ts';
import { beside, certificateSentences } from './agreement.ts';
import { certificateConditions, clockDoubt, describeAll } from './certificate.ts';
import { judgeEndpoints } from './endpoints.ts';

export const tlsCertificate = defineSiteCheck({
  id: 'tls-certificate',
  title: "The site's certificate is valid, trusted and not about to expire",
  severity: 'critical',
  rationale:
    'With a certificate that clients refuse, a site is down, or its users learn to click warnings away. One that is about to expire is one whose renewal does not work.',
  remediation: `Renew with your ACME client, serve the whole chain, and reload the server:
certbot renew && nginx -t && systemctl reload nginx`,
  limits:
    'Revocation is seen only in a stapled OCSP response; certificate transparency, policies, and name constraints other than those of DNS names, directory names and addresses are not looked at. Of a server that offers only TLS 1.3 the order of the chain and a second certificate, of another kind of key, cannot be seen.',
  mappings: {
    'nist-800-53r5': ['SC-17', 'SC-12', 'IA-5(2)'],
    'iso-27001-2022': ['A.8.24'],
    'pci-dss-4.0.1': ['4.2.1', '4.2.1.1'],
  },
  needs: ['tls', 'webConfig', 'http', 'names'],
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
    const { expiresWithin, caFile } = params;
    const wanted = { expiresWithin: parseDuration(expiresWithin), caFile, clockDoubt: clockDoubt(facts, site) };
    const judgement = judgeEndpoints(
      site,
      facts,
      {
        expected: `a trusted certificate for ${site.name} that is valid for ${expiresWithin} or a third of its lifetime`,
        because: (endpoints) => `The certificate of ${site.name} is ${describeAll(endpoints)}.`,
        actual: describeAll,
      },
      (endpoint) => certificateConditions(endpoint, site, wanted),
    );
    return elsewhere(facts, site, beside(facts, site, judgement, certificateSentences));
  },
});
