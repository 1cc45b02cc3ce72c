import { type Facts, type Judgement, notApplicable } from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { Chain, HttpEndpoint, Page } from '../../src/model/facts/http.ts';
import type { Site } from '../../src/model/site.ts';
import { need } from '../need.ts';

/** What was asked of the site, per address; ignorance when nothing was. */
export function endpointsOf(facts: Facts<'http'>, site: Site): readonly HttpEndpoint[] {
  const endpoints = need(facts, 'http').filter((endpoint) => endpoint.site === site.url);
  if (endpoints.length > 0) return endpoints;
  return cannotTell('not-observable', `No address of ${site.url} was asked over HTTP.`);
}

/** ` at 203.0.113.10` where a site was asked at several addresses, else nothing. */
export function at({ address }: HttpEndpoint, all: readonly HttpEndpoint[]): string {
  return all.length > 1 ? ` at ${address}` : '';
}

/** The first answer of a chain that must be there. */
export function firstOf(chain: HttpEndpoint['root']): Page {
  return chainOf(chain).pages[0];
}

export function chainOf(chain: HttpEndpoint['root']): Chain {
  return read(chain) ?? cannotTell('not-observable', 'This was not asked.');
}

/** For checks of web pages: a site that speaks TLS without HTTP has none. */
export function notHttp(site: Site, expected: string): Judgement | undefined {
  if (site.scheme !== 'tls') return undefined;
  return notApplicable('not-http', `${site.url} speaks another protocol than HTTP.`, expected);
}
