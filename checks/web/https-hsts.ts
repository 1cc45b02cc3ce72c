import { defineSiteCheck, judge } from '../../src/model/check.ts';
import { configuredOf, hstsSentences, lostConditions, withSentences } from './agreement.ts';
import { at, endpointsOf, firstOf, notHttp } from './endpoints.ts';
import { type HstsParams, hstsConditions, hstsText, notNoted, wantedValue } from './hsts.ts';
import { refusedConditions } from './refused.ts';
import { hstsRemediation } from './remediation.ts';

const EXAMPLE = wantedValue({ minMaxAge: 31_536_000, includeSubDomains: false, preload: false });
const flag = (description: string) => ({ schema: { type: 'boolean' }, default: false, description });

export const httpsHsts = defineSiteCheck<'http' | 'tls' | 'webConfig', HstsParams>({
  id: 'https-hsts',
  title: 'Every site sends a valid HSTS header',
  severity: 'high',
  rationale:
    'With Strict-Transport-Security, browsers come back over HTTPS only and do not let users click certificate errors away. ' +
    'A header that is missing on some answers, or that breaks the grammar of RFC 6797, protects nobody and looks as if it did.',
  remediation: `${hstsRemediation(null, null, EXAMPLE)}
# Begin with a short max-age. includeSubDomains breaks sub-domains without HTTPS; preload is slow to undo.`,
  limits:
    'Three pages are looked at: /, where it leads, and a path that does not exist. A certificate counts as refused when it is out ' +
    'of its dates, for other names, or trusted by no store that was used. Of the rules for preloading only those for the header are judged.',
  mappings: {
    'nist-800-53r5': ['SC-8', 'SC-8(1)', 'SC-23'],
    'iso-27001-2022': ['A.8.24', 'A.8.26'],
    'pci-dss-4.0.1': ['4.2.1'],
  },
  view: 'network',
  needs: ['http', 'tls', 'webConfig'],
  params: {
    minMaxAge: {
      schema: { type: 'integer', minimum: 1 },
      default: 31_536_000,
      description: 'The shortest max-age that is enough, in seconds.',
    },
    includeSubDomains: flag('Whether includeSubDomains must be there.'),
    preload: flag('Whether the header must be one that hstspreload.org accepts.'),
  },
  judge(site, facts, params) {
    const expected = `Strict-Transport-Security: ${wantedValue(params)} or stronger, once, on every answer`;
    const none = notHttp(site, expected) ?? notNoted(site, expected);
    if (none !== undefined) return none;
    const endpoints = endpointsOf(facts, site);
    const because = () => endpoints.map((endpoint) => hstsText(endpoint, at(endpoint, endpoints))).join(' ');
    const actual = () => [...new Set(endpoints.map(({ root }) => firstOf(root).hsts.fields[0]))].join(' | ');
    const configured = configuredOf(facts, site);
    const conditions = endpoints.flatMap((endpoint) =>
      hstsConditions(endpoint, params, at(endpoint, endpoints), configured),
    );
    const lost = lostConditions(configured, wantedValue(params));
    const refused = refusedConditions(facts, site);
    const judgement = judge({ because, expected, actual }, [...conditions, ...lost, ...refused]);
    return withSentences(judgement, hstsSentences(configured, endpoints));
  },
});
