import type { Condition, Problem } from '../../src/model/check.ts';
import { Ignorance } from '../../src/model/fact.ts';
import type { Disclosure, HttpEndpoint } from '../../src/model/facts/http.ts';

/** What may not be shown; names of software and file extensions alone are only mentioned. */
const WRONG: Readonly<Partial<Record<Disclosure['kind'], (seen: string) => string>>> = {
  version: (seen) => `shows a version, ${seen}`,
  'error-text': (seen) => `shows the inside of the application, ${seen}`,
  'internal-address': (seen) => `shows the address of a machine behind it, ${seen}`,
  'session-url': (seen) => `carries a session identifier in a URL, ${seen}`,
};

const FIXES: Readonly<Partial<Record<Disclosure['kind'], string>>> = {
  version: `# nginx: server_tokens off; proxy_hide_header X-Powered-By;
# Apache: ServerTokens Prod, ServerSignature Off, Header always unset X-Powered-By
# Caddy: header -Server, and header_down -X-Powered-By in reverse_proxy
# PHP: expose_php = Off`,
  'error-text': `# Switch the application's debug mode off, and give it error pages of its own.
# PHP: display_errors = Off, log_errors = On`,
  'internal-address': `# nginx: proxy_hide_header Via; and for each field that names a machine; server_name_in_redirect off;
# Apache: UseCanonicalName On with a public ServerName, ProxyVia Off
# F5 BIG-IP: encrypt the persistence cookie`,
  'session-url': `# Keep the session in a cookie only. PHP: session.use_only_cookies = 1, session.use_trans_sid = 0
# Servlets: <tracking-mode>COOKIE</tracking-mode> in web.xml`,
};

/** What must hold of a site at one address. */
export function disclosureConditions(endpoint: HttpEndpoint, where: string): readonly Condition[] {
  return [
    () => problemsOf(endpoint, where),
    () => {
      const [gap] = endpoint.unread;
      if (gap !== undefined) throw new Ignorance(gap);
      return undefined;
    },
  ];
}

/** One per thing that is shown, however many places show it. */
function problemsOf({ disclosures }: HttpEndpoint, at: string): Problem[] {
  const wrong = disclosures.filter(({ kind }) => WRONG[kind] !== undefined);
  const groups = new Map<string, [Disclosure, ...Disclosure[]]>();
  for (const each of wrong) {
    const key = `${each.kind} ${each.text}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [each]);
    else group.push(each);
  }
  return [...groups.values()].map(([first, ...others]) => {
    const { kind, text } = first;
    const more = others.map(({ where, url }) => `; so does ${where} of ${url}${at}`);
    const because = `${capital(first.where)} of ${first.url}${at} ${WRONG[kind]?.(`"${text}"`)}${more.join('')}.`;
    return { because, actual: text, ...(FIXES[kind] === undefined ? {} : { remediation: FIXES[kind] }) };
  });
}

/** What was seen and is no fault: the name of the software, extensions of files. */
export function mentioned(endpoints: readonly HttpEndpoint[]): readonly string[] {
  const harmless = endpoints.flatMap(({ disclosures }) => disclosures.filter(({ kind }) => WRONG[kind] === undefined));
  return [...new Set(harmless.map(({ text }) => text))];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
