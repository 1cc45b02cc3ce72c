import { defineSiteCheck, judge } from '../../src/model/check.ts';
import { disclosureConditions, mentioned } from './disclosures.ts';
import { at, endpointsOf, notHttp } from './endpoints.ts';

export const httpDisclosure = defineSiteCheck({
  id: 'http-disclosure',
  title: 'Responses do not disclose back-end software or identifiers',
  severity: 'low',
  rationale:
    'Versions, stack traces, internal addresses and session identifiers in responses tell an attacker what to try, and where. ' +
    'No user needs them.',
  remediation: `# nginx: server_tokens off; proxy_hide_header X-Powered-By;
# Apache: ServerTokens Prod, ServerSignature Off, Header always unset X-Powered-By
# Caddy: header -Server, and header_down -X-Powered-By in reverse_proxy
# PHP: expose_php = Off, display_errors = Off, session.use_only_cookies = 1`,
  limits:
    'Only pages that are asked anyway: /, where it leads, and a path that does not exist; of each the first 16 KiB. The name of the ' +
    'software alone is no fault. Nothing is inferred from a version, because distributions patch without changing it. Numeric ' +
    'identifiers in URLs are not judged: a number is no weakness.',
  mappings: {
    'nist-800-53r5': ['SI-11', 'CM-7'],
    'iso-27001-2022': ['A.8.9', 'A.8.26'],
  },
  view: 'network',
  needs: ['http'],
  params: {},
  judge(site, facts) {
    const expected = 'no version, error text, internal address or session identifier in any response';
    const other = notHttp(site, expected);
    if (other !== undefined) return other;
    const endpoints = endpointsOf(facts, site);
    const names = mentioned(endpoints);
    const because =
      names.length === 0
        ? 'The responses say nothing about the software behind the site.'
        : `The responses name software or technology, but no version: ${names.join(', ')}.`;
    const conditions = endpoints.flatMap((endpoint) => disclosureConditions(endpoint, at(endpoint, endpoints)));
    return judge({ because, expected, actual: names.length === 0 ? 'nothing' : names.join(', ') }, conditions);
  },
});
