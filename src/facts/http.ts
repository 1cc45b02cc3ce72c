import { absent, type Fact, known } from '../model/fact.ts';
import type { HttpEndpoint, HttpFacts, WebSoftware } from '../model/facts/http.ts';
import { fieldValues, httpDate } from '../wire/http.ts';
import { chainOf, plainChainOf } from './http/chain.ts';
import { disclosuresOf, unreadOf } from './http/disclosures.ts';
import { type Records, recordsOf } from './http/records.ts';
import type { FactSources } from './outputs.ts';

export const facts: FactSources<HttpFacts> = {
  http: {
    probes: [],
    exchanges: ['http'],
    own: true,
    derive: (outputs) => known(recordsOf(outputs.exchanges('http')).map(endpointOf)),
  },
};

function endpointOf(records: Records): HttpEndpoint {
  const server = serverOf(records);
  return {
    site: records.site,
    address: records.address,
    root: chainOf(records, 'https-root'),
    missing: chainOf(records, 'https-missing'),
    plainRoot: plainChainOf(records, 'http-root'),
    plainMissing: plainChainOf(records, 'http-missing'),
    hasPlainTwin: records.byKind.has('http-root'),
    disclosures: disclosuresOf(records),
    unread: unreadOf(records),
    server,
    software: softwareOf(server),
    clockSkewSeconds: clockSkewOf(records),
  };
}

function serverOf({ all }: Records): string {
  const first = all.find(({ response }) => response !== null)?.response;
  return first == null ? '' : fieldValues(first.headers, 'server').join(', ');
}

function softwareOf(server: string): WebSoftware | null {
  if (/^(nginx|openresty)\b/i.test(server)) return 'nginx';
  // Not Apache-Coyote, which is Tomcat.
  if (/^apache(?:[/ ]|$)/i.test(server)) return 'apache';
  return /^caddy\b/i.test(server) ? 'caddy' : null;
}

/**
 * By the first Date that can be read; a response takes its time, so this is right within its duration. A cache leaves
 * Date as it was, and says in Age how long ago that is (RFC 9111 §5.1).
 */
function clockSkewOf({ all }: Records): Fact<number> {
  for (const { response, startedAt } of all) {
    const [date] = response === null ? [] : fieldValues(response.headers, 'date');
    const seconds = date === undefined ? null : httpDate(date);
    const [age = ''] = response === null ? [] : fieldValues(response.headers, 'age');
    const kept = /^[0-9]{1,10}$/.test(age) ? Number(age) : 0;
    if (seconds !== null) return known(seconds + kept - Math.floor(Date.parse(startedAt) / 1000));
  }
  return absent('No response had a Date header that can be read');
}
