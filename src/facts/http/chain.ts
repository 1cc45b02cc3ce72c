import type { HttpExchange, HttpResponse } from '../../model/exchange.ts';
import { absent, type Fact, known, type Unknown, unknown } from '../../model/fact.ts';
import type { Chain, HstsSeen, Page } from '../../model/facts/http.ts';
import { parseHsts, preloadProblems } from '../../wire/hsts.ts';
import { fieldValues, hostOf, isRedirect, locationTarget } from '../../wire/http.ts';
import { type Records, troubleOf } from './records.ts';

/** The chain that starts with an exchange of this kind; absent when that was not planned. */
export function chainOf(records: Records, kind: string): Fact<Chain> {
  const first = records.byKind.get(kind);
  if (first === undefined) return absent('This was not asked');
  if (first.response === null) return troubleOf(first);
  return interference(first, first.response) ?? known(walked(records, first, first.response, kind));
}

/**
 * The same for a start in clear. Nothing listening there is knowledge only if the address answered a control
 * afterwards: a firewall that refuses us altogether looks the same. Of one path that nothing answers nothing follows for
 * another one.
 */
export function plainChainOf(records: Records, kind: string): Fact<Chain> {
  const first = records.byKind.get('http-root');
  if (first === undefined || (first.state !== 'refused' && first.state !== 'closed')) return chainOf(records, kind);
  if (first.state === 'closed' && !isTurnedAway(records.byKind.get(kind))) return chainOf(records, kind);
  const control = records.byKind.get('https-again');
  const how = first.state === 'refused' ? 'refuses connections' : 'closes connections without an answer';
  if (control !== undefined && ALIVE.includes(control.state)) return absent(`Port ${first.port} ${how}`);
  return unknown('not-observable', `${first.error} The same address did not answer a control over TLS afterwards.`);
}

function isTurnedAway(exchange: HttpExchange | undefined): boolean {
  return exchange?.state === 'closed' || exchange?.state === 'refused';
}

/** The prober follows as many redirects as hstspreload.org does. */
const MOST_HOPS = 3;

/** Somebody is there and talks to us. */
const ALIVE: readonly HttpExchange['state'][] = ['answered', 'closed', 'garbled', 'too-much'];

/** Why a response says nothing about how the site is configured; undefined when it does. */
function interference({ url }: HttpExchange, { status, headers, body }: HttpResponse): Unknown | undefined {
  const [mitigated] = fieldValues(headers, 'cf-mitigated');
  const [action] = fieldValues(headers, 'x-amzn-waf-action');
  const sign = mitigated === undefined ? action && `x-amzn-waf-action: ${action}` : `cf-mitigated: ${mitigated}`;
  if (sign !== undefined) {
    return unknown(
      'not-observable',
      `A web application firewall answered ${url} with a challenge (${sign}), not the site.`,
    );
  }
  // nginx lets the handshake through and says so then; other servers end the handshake with an alert.
  if (status === 400 && /No required SSL certificate was sent/.test(body)) {
    return unknown('not-observable', `${url} asks for a client certificate, which the scanner has not.`);
  }
  if (status === 429) return unknown('not-observable', `${url} answered with status 429: too many requests.`);
  if (status >= 500) return unknown('not-observable', `${url} answered with status ${status}, an error of the server.`);
  return undefined;
}

function walked(records: Records, first: HttpExchange, response: HttpResponse, kind: string): Chain {
  const pages: [Page, ...Page[]] = [pageOf(first, response)];
  const end = (why: Chain['end'], trouble: Unknown | null = null): Chain => ({ pages, end: why, trouble });
  for (let last: Page = pages[0]; ; ) {
    if (last.to === null) return end('page');
    if (!/^https?:/.test(last.to) || hostOf(last.to) !== hostOf(last.url)) return end('away');
    if (pages.some(({ url }) => url === last.to)) return end('circle');
    const next = records.byUrl.get(last.to);
    // Of a path that does not exist the prober wants the first answers only.
    if (next === undefined && kind.endsWith('-missing')) return end('page');
    if (next === undefined && pages.length > MOST_HOPS) return end('long');
    if (next === undefined) return end('broken', unknown('not-observable', `${last.to} was not asked.`));
    if (next.response === null) return end('broken', troubleOf(next));
    const trouble = interference(next, next.response);
    if (trouble !== undefined) return end('broken', trouble);
    last = pageOf(next, next.response);
    pages.push(last);
  }
}

function pageOf({ url }: HttpExchange, { status, headers, body }: HttpResponse): Page {
  const [location, ...others] = new Set(fieldValues(headers, 'location'));
  const redirects = location !== undefined && isRedirect(status);
  return {
    url,
    status,
    location: redirects ? location : null,
    to: redirects ? locationTarget(location, url) : null,
    otherwise: redirects ? others : [],
    hsts: hstsOf(fieldValues(headers, 'strict-transport-security')),
    clientRedirect: /<meta[^>]{1,300}http-equiv\s*=\s*["']?refresh|\blocation(?:\.href)?\s*=\s*["']https:/i.test(body),
  };
}

function hstsOf(fields: readonly string[]): HstsSeen {
  const [first] = fields;
  const seen = { fields, because: '', maxAge: 0, includeSubDomains: false, preloadProblems: preloadProblems(fields) };
  if (first === undefined) return { ...seen, effect: 'missing' };
  const hsts = parseHsts(first);
  if (!hsts.valid) return { ...seen, effect: 'ignored', because: hsts.because };
  const { maxAge, includeSubDomains } = hsts;
  return { ...seen, effect: maxAge === 0 ? 'off' : 'on', maxAge, includeSubDomains };
}
