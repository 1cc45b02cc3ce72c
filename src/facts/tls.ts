import type { TlsExchange } from '../model/exchange.ts';
import { type Fact, known, unknown } from '../model/fact.ts';
import type { TlsEndpoint, TlsFacts } from '../model/facts/tls.ts';
import { parseSite } from '../model/site.ts';
import { protocolOf } from '../wire/tls/outcome.ts';
import type { FactSources } from './outputs.ts';
import { certificatesOf, secondOf } from './tls/certificates.ts';
import { dhOf, featuresOf, offersOf, suiteFacts, suitesOf } from './tls/protocols.ts';
import { bytes, type Seen, seenOf, troubleOf } from './tls/seen.ts';

export const facts: FactSources<TlsFacts> = {
  tls: {
    probes: [],
    exchanges: ['tls'],
    own: true,
    derive: (outputs) => known(endpointsOf(outputs.exchanges('tls'))),
  },
};

function endpointsOf(exchanges: readonly TlsExchange[]): TlsEndpoint[] {
  const groups = new Map<string, TlsExchange[]>();
  for (const exchange of exchanges) {
    const key = `${exchange.site} ${exchange.address}`;
    groups.set(key, [...(groups.get(key) ?? []), exchange]);
  }
  return [...groups.values()].flatMap(endpointOf);
}

function endpointOf(exchanges: readonly TlsExchange[]): TlsEndpoint[] {
  const [first] = exchanges;
  const site = parseSite(first?.site ?? '');
  if (first?.site === undefined || first.site === null || typeof site === 'string') return [];
  const seen = exchanges.map(seenOf);
  const offers = offersOf(seen);
  const suites = suitesOf(seen);
  return [
    {
      site: first.site,
      address: first.address,
      at: Math.max(...exchanges.map(({ startedAt }) => Math.floor(Date.parse(startedAt) / 1000))),
      speaks: speaksOf(seen),
      offers,
      suites,
      ...suiteFacts(seen, suites),
      dh: dhOf(seen, offers),
      ...featuresOf(seen, offers),
      certificates: certificatesOf(seen, { name: site.name, serverName: first.serverName }),
      secondCertificate: secondOf(seen),
    },
  ];
}

function speaksOf(seen: readonly Seen[]): Fact<string> {
  if (seen.some(({ alive, outcome }) => alive || (outcome?.flight.alert ?? 0) > 0)) {
    const refusal = seen.find(({ outcome }) => outcome?.kind === 'name');
    if (refusal === undefined || seen.some(({ alive }) => alive)) return known('TLS');
    const { serverName } = refusal.exchange;
    return serverName === null
      ? unknown(
          'not-observable',
          'The server answers only clients that name a site (alert unrecognized_name).',
          'Declare the site by a name that the server serves: sites: ["https://example.org"].',
        )
      : unknown('not-observable', `The server does not know the name ${serverName} (alert unrecognized_name).`);
  }
  const other = seen.find(({ outcome }) => outcome?.kind === 'not-tls');
  if (other !== undefined) return known(protocolOf(bytes(other.exchange.received)));
  const trouble = seen.find(({ exchange }) => exchange.state !== 'not-run') ?? seen[0];
  return trouble === undefined ? unknown('not-observable', 'Nothing was asked.') : troubleOf(trouble.exchange);
}
