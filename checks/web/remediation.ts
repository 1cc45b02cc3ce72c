import type { WebSoftware } from '../../src/model/facts/http.ts';
import type { ConfiguredSite, Place } from '../../src/model/facts/web.ts';

/** The lines that make each server send one field with every response; measured on nginx 1.22, Apache 2.4, Caddy 2.6. */
const LINES: Readonly<Record<WebSoftware, (value: string) => string>> = {
  nginx: (value) => `# In every server {} and in every location {} that has an add_header of its own:
  add_header Strict-Transport-Security "${value}" always;
  proxy_hide_header Strict-Transport-Security;
nginx -t && systemctl reload nginx`,
  apache: (value) => `# In the <VirtualHost> for port 443, with mod_headers:
  Header onsuccess unset Strict-Transport-Security
  Header always set Strict-Transport-Security "${value}"
apachectl configtest && systemctl reload apache2   # Red Hat: httpd`,
  caddy: (value) => `# In the site's block; header_down stands in each reverse_proxy:
  header Strict-Transport-Security "${value}"
  reverse_proxy app:8080 {
    header_down -Strict-Transport-Security
  }
systemctl reload caddy`,
};
/** The last step for every server: a file that is right counts only when the server has read it. */
export const LOAD = 'Then: nginx -t && systemctl reload nginx, or apachectl configtest && systemctl reload apache2';

const SOFTWARE: Readonly<Record<ConfiguredSite['software'], WebSoftware>> = {
  nginx: 'nginx',
  Apache: 'apache',
  Caddy: 'caddy',
};
const NAMES: Readonly<Record<WebSoftware, string>> = { nginx: 'nginx', apache: 'Apache', caddy: 'Caddy' };

/**
 * What to write so that every response has this header once: for the server that is configured for the site, or was
 * seen, at the place that is known; for all of them where neither is.
 */
export function hstsRemediation(
  server: Pick<ConfiguredSite, 'software'> | WebSoftware | null,
  place: Place | null,
  value: string,
): string {
  const where = place === null ? '' : `# ${place.path}:${place.line}\n`;
  if (server !== null) {
    const software = typeof server === 'string' ? server : SOFTWARE[server.software];
    return `${where}${LINES[software](value)}`;
  }
  const all = (['nginx', 'apache', 'caddy'] as const).map((name) => `# ${NAMES[name]}\n${LINES[name](value)}`);
  return `${where}${all.join('\n')}`;
}
