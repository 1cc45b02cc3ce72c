import { defineSiteCheck, judge, notApplicable } from '../../src/model/check.ts';
import { at, endpointsOf, notHttp } from './endpoints.ts';
import { plainText, redirectConditions } from './redirects.ts';
import { LOAD } from './remediation.ts';

export const httpsRedirect = defineSiteCheck({
  id: 'https-redirect',
  title: 'Plain HTTP redirects to HTTPS',
  severity: 'medium',
  rationale:
    'Whoever types a name comes in clear first. What is served there can be read and changed on the way; a permanent redirect on the same name brings browsers to HTTPS, where they learn to come back that way.',
  remediation: `# nginx, for every name that is served over TLS, in place of the server {} that has it on port 80 (of two, nginx ignores the later)
  server { listen 80; listen [::]:80; server_name example.org; return 308 https://$host$request_uri; }
# Apache
  <VirtualHost *:80>
    ServerName example.org
    RewriteEngine On
    RewriteCond %{REQUEST_URI} !^/\\.well-known/acme-challenge/
    RewriteRule ^ https://example.org%{REQUEST_URI} [R=301,L]
  </VirtualHost>
# Caddy does it by itself, unless auto_https is off or disable_redirects
# ${LOAD}`,
  limits:
    'Two paths are asked: / and one that does not exist; where / is refused in clear just as it is over TLS, these tell nothing. Other host names are not asked. For a site on another port than 443 nobody knows where its users would come in clear; declare that site (http://name:port) to have it judged.',
  mappings: {
    'nist-800-53r5': ['SC-8', 'SC-23'],
    'iso-27001-2022': ['A.8.24', 'A.8.26'],
  },
  view: 'network',
  needs: ['http', 'listeners', 'packetFilter4', 'packetFilter6'],
  params: {},
  judge(site, facts) {
    const expected = 'plain HTTP is refused, or redirects permanently to HTTPS on the same name';
    const other = notHttp(site, expected);
    if (other !== undefined) return other;
    const endpoints = endpointsOf(facts, site);
    if (!endpoints.some(({ hasPlainTwin }) => hasPlainTwin)) {
      const because = `${site.url} is not on port 443, so what answers on port 80 need not be the same site in clear.`;
      return notApplicable('not-on-443', because, expected);
    }
    const port = site.scheme === 'http' ? site.port : 80;
    return judge(
      { because: () => endpoints.map((endpoint) => plainText(endpoint, port)).join(' '), expected },
      endpoints.flatMap((endpoint) => redirectConditions(endpoint, at(endpoint, endpoints), port, facts)),
    );
  },
});
