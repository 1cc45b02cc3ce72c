import type { HttpExchange, HttpResponse } from '../../model/exchange.ts';
import { type Unknown, unknown } from '../../model/fact.ts';
import type { Disclosure } from '../../model/facts/http.ts';
import { fieldValues, hostOf, isRedirect, locationTarget } from '../../wire/http.ts';
import { internalAddresses } from './internal.ts';
import { type Records, troubleOf } from './records.ts';

type Kind = Disclosure['kind'];
type Found = readonly (readonly [kind: Kind, where: string, text: string])[];

/** What the responses disclose, each once. Nothing is inferred from a version: distributions patch without changing it. */
export function disclosuresOf(records: Records): readonly Disclosure[] {
  const found = new Map<string, Disclosure>();
  for (const record of records.all) {
    if (record.response === null) continue;
    for (const [kind, where, text] of inResponse(record, record.response)) {
      const key = `${kind} ${where} ${text}`;
      if (!found.has(key)) found.set(key, { kind, where, url: record.url, text: text.slice(0, 120) });
    }
  }
  return [...found.values()];
}

/** What was asked and cannot be read for disclosures. That nothing answers in clear is no gap, and neither is a control. */
export function unreadOf({ all, byKind }: Records): readonly Unknown[] {
  const needed = all.filter(({ kind }) => kind.startsWith('https-') || !byKind.has('https-root'));
  return needed.flatMap((record) => {
    if (record.kind === 'https-again') return [];
    if (record.response === null) return [troubleOf(record)];
    const coding = fieldValues(record.response.headers, 'content-encoding').join(', ');
    if (coding === '' || coding.toLowerCase() === 'identity' || record.response.bodyBytes === 0) return [];
    return [unknown('unparseable', `The page at ${record.url} is encoded (${coding}) though that was not asked for.`)];
  });
}

function inResponse(record: HttpExchange, response: HttpResponse): Found {
  return [...inHeaders(record, response), ...inBody(response), ...inUrls(record, response)];
}

const TECHNOLOGY =
  /^(?:x-powered-by|x-aspnet-version|x-aspnetmvc-version|x-generator|x-runtime|x-drupal-[a-z-]+|x-php-version)$/;
/** A number after a name: `nginx/1.22.1`, `Apache/2`, `PHP 8`, or with a dot in it: `Jetty(9.4.48)`; not the seconds of X-Runtime. */
const VERSION = /[A-Za-z.]\/v?[0-9]|[0-9]+\.[0-9]+|[A-Za-z] [0-9]+\b/;
/** What a proxy calls itself; the protocol has a version, too. */
const PROXY = /\b(?!HTTP\/)[A-Za-z][\w-]*\/v?[0-9][\w.-]*/i;
const SYSTEM = /\((?:Debian|Ubuntu|CentOS|Red Hat|Rocky|AlmaLinux|Fedora|SUSE|Oracle|Amazon|Alpine|FreeBSD|Unix|Win)/i;

function inHeaders(record: HttpExchange, { headers }: HttpResponse): Found {
  return headers.flatMap(([name, value]): Found => {
    const field = name.toLowerCase();
    const where = `the ${name} header`;
    if (field === 'server') {
      if (value.trim() === '') return [];
      return [[VERSION.test(value) || SYSTEM.test(value) ? 'version' : 'software', where, value]];
    }
    if (TECHNOLOGY.test(field)) {
      const counts = field === 'x-runtime' || field.startsWith('x-drupal-');
      return [[!counts && VERSION.test(value) ? 'version' : 'software', where, value]];
    }
    const proxy = field === 'via' ? PROXY.exec(value)?.[0] : undefined;
    return [
      ...(proxy === undefined ? [] : [['version', where, proxy] as const]),
      ...internalAddresses(field, value, record).map((address) => ['internal-address', where, address] as const),
    ];
  });
}

const PRODUCT =
  /\b(?:(?:nginx|openresty|Apache|Apache-Coyote|Apache Tomcat|Microsoft-IIS|lighttpd|Caddy|Jetty|PHP|Werkzeug|Kestrel)\/[0-9][\w.-]*|Powered by Jetty:\/\/ [0-9][\w.-]*|Microsoft \.NET Framework Version:[0-9.]+|WildFly [0-9][\w.]*)/;

/** Of pages that say of themselves that they are an error: an article about errors is none. */
const ERROR_TEXTS: readonly RegExp[] = [
  /Traceback \(most recent call last\)/,
  /\bat [\w$.]+\([\w$]+\.(?:java|kt|scala):[0-9]+\)/,
  /\bat [^\n<]{0,200}\(?(?:file:\/\/)?\/[^\s:()<]+\.[cm]?[jt]s:[0-9]+:[0-9]+\)?/,
  /\bat [\w.<>`]+\([^)\n]{0,300}\) in [A-Z]:\\[^\n<]{1,300}:line [0-9]+/,
  /\bgoroutine [0-9]+ \[/,
  /You(?:'|&#x27;|&#39;)re seeing this error because you have <code>DEBUG = True/,
  /Werkzeug Debugger|Action Controller: Exception caught|Whoops, looks like something went wrong|Server Error in '[^']{0,200}' Application/,
  /You have an error in your SQL syntax|ORA-[0-9]{5}|SQLSTATE\[|PG::[A-Z]\w+|Unclosed quotation mark after the character string|sqlite3\.OperationalError/,
  /(?<![\w/.:-])\/(?:var\/www|srv|home|opt|usr\/(?:share|local))\/[\w./-]+\.[a-z]{2,4}\b/,
  /\b[A-Z]:\\(?:inetpub|www|xampp)[^\s<"]*/i,
];
/** What PHP writes into a page whatever its status. */
const PHP_ERROR =
  /<b>(?:Fatal error|Warning|Notice|Parse error|Deprecated)<\/b>:[^\n]{0,300} in <b>[^<\n]{1,300}<\/b> on line <b>/;

function inBody({ status, body }: HttpResponse): Found {
  const found: [Kind, string, string][] = [];
  const php = PHP_ERROR.exec(body)?.[0];
  if (php !== undefined) found.push(['error-text', 'the page', php.replace(/<\/?b>/g, '')]);
  if (status < 300) return found;
  const page = status < 400 ? 'the page of a redirect' : 'the error page';
  const product = PRODUCT.exec(body)?.[0];
  if (product !== undefined) found.push(['version', page, product]);
  for (const pattern of ERROR_TEXTS) {
    const text = pattern.exec(body)?.[0];
    if (text !== undefined) found.push(['error-text', page, text]);
  }
  return found;
}

/** The values of session identifiers were redacted before anything was kept. */
const SESSION =
  /;jsessionid=|[?&](?:jsessionid|phpsessid|asp\.net_sessionid|sessionid|session_id|sid)=\[redacted\]|\/\(S\(\[redacted\]\)\)/i;
const EXTENSION = /\.(?:php[0-9]?|phtml|aspx?|ashx|jspx?|jsf|do|action|cgi|pl|cfm)$/i;

function inUrls({ url }: HttpExchange, { status, headers, body }: HttpResponse): Found {
  const locations = isRedirect(status) ? fieldValues(headers, 'location') : [];
  const links = [...body.matchAll(/<[a-z][^>]{0,500}?\s(?:href|src|action)\s*=\s*["']([^"'\s>]{1,500})["']/gi)].map(
    ([, link = '']) => link.replaceAll('&amp;', '&'),
  );
  const texts = [
    ...locations.map((text) => ['the Location header', text] as const),
    ...links.map((text) => ['a link of the page', text] as const),
  ];
  return texts.flatMap(([where, text]): Found => {
    const target = locationTarget(text, url);
    if (target === null || !/^https?:/.test(target) || hostOf(target) !== hostOf(url)) return [];
    if (SESSION.test(text)) return [['session-url', where, text]];
    return EXTENSION.test(new URL(target).pathname) ? [['extension', where, new URL(target).pathname]] : [];
  });
}
