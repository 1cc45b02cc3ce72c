import type { WebSoftware } from '../../src/model/facts/http.ts';

/** Where the server's own configuration says something about the header, or should. */
export interface ConfiguredPlace {
  readonly file: string;
  readonly line: number;
}

/** The lines that make each server send one field with every response; measured on nginx 1.22, Apache 2.4, Caddy 2.6. */
const LINES: Readonly<Record<WebSoftware, (value: string) => string>> = {
  nginx: (value) => `# In every server {} and in every location {} that has an add_header of its own:
add_header Strict-Transport-Security "${value}" always;
proxy_hide_header Strict-Transport-Security;`,
  apache: (value) => `# In the <VirtualHost> for port 443, with mod_headers:
Header onsuccess unset Strict-Transport-Security
Header always set Strict-Transport-Security "${value}"`,
  caddy: (value) => `# In the site's block; header_down stands in each reverse_proxy:
header Strict-Transport-Security "${value}"
reverse_proxy app:8080 {
  header_down -Strict-Transport-Security
}`,
};
const NAMES: Readonly<Record<WebSoftware, string>> = { nginx: 'nginx', apache: 'Apache', caddy: 'Caddy' };

/**
 * What to write so that every response has this header once: for the server that was seen, at the place that is known;
 * for all of them where neither is.
 */
export function hstsRemediation(software: WebSoftware | null, place: ConfiguredPlace | null, value: string): string {
  const where = place === null ? '' : `# ${place.file}:${place.line}\n`;
  if (software !== null) return `${where}${LINES[software](value)}`;
  const all = (['nginx', 'apache', 'caddy'] as const).map((name) => `# ${NAMES[name]}\n${LINES[name](value)}`);
  return `${where}${all.join('\n')}`;
}
