import type { Facts, Judgement } from '../../src/model/check.ts';
import type { Fact } from '../../src/model/fact.ts';
import type { ServedCertificate, TlsEndpoint, TlsVersion } from '../../src/model/facts/tls.ts';
import type { ConfiguredSite } from '../../src/model/facts/web.ts';
import type { Site } from '../../src/model/site.ts';
import { configuredOf, placeText, withSentences } from '../web/agreement.ts';

/** What was seen at one address, as far as it is compared. */
interface Seen extends Pick<TlsEndpoint, 'address' | 'offers'> {
  readonly certificates: Fact<readonly Pick<ServedCertificate, 'fingerprint'>[]>;
}

type Reader = Facts<'tls' | 'webConfig'>;
type Say = (configured: ConfiguredSite, endpoints: readonly Seen[]) => readonly string[];

/** A finding about TLS with what the host's own configuration says beside it. */
export function beside(facts: Reader, site: Site, judgement: Judgement, say: Say): Judgement {
  const configured = configuredOf(facts, site);
  const endpoints = (facts.get('tls') ?? []).filter((endpoint) => endpoint.site === site.url);
  if (configured === undefined || endpoints.length === 0) return judgement;
  return withSentences(judgement, say(configured, endpoints));
}

/** Versions that are configured and refused, or offered and not configured, with both pieces of evidence. */
export function protocolSentences(configured: ConfiguredSite, endpoints: readonly Seen[]): string[] {
  const { software, protocols } = configured;
  if (protocols.state !== 'known') return [];
  const { versions, place, overruled } = protocols.value;
  const told = new Set(versions.map((version) => (version === 'TLSv1' ? 'TLSv1.0' : version)));
  const sentences = endpoints.flatMap(({ offers, address }) => {
    const seen = Object.entries(offers) as (readonly [TlsVersion, TlsEndpoint['offers'][TlsVersion]])[];
    return seen.flatMap(([version, offer]) => {
      if (offer.state !== 'known' || offer.value === told.has(version)) return [];
      return [
        offer.value
          ? `${software} is not told to offer ${version} (${placeText(place)}), but ${address} offers it: the running server works by another configuration, or something in front of it ends TLS.`
          : `${software} is told to offer ${version} (${placeText(place)}), but ${address} refuses it: its library or the crypto policy of the host forbids what the configuration allows.`,
      ];
    });
  });
  if (overruled === undefined) return sentences;
  return [
    ...sentences,
    `${placeText(overruled)} sets other versions for this site, without effect: the default server of the socket settles them (${placeText(place)}).`,
  ];
}

/** The certificate of the configured file is not the one that is served. */
export function certificateSentences(configured: ConfiguredSite, endpoints: readonly Seen[]): string[] {
  const { software, certificates } = configured;
  if (certificates.state !== 'known') return [];
  const files = certificates.value.flatMap(({ fingerprint, ...file }) =>
    fingerprint.state === 'known' ? [{ ...file, fingerprint: fingerprint.value }] : [],
  );
  const [file] = files;
  if (file === undefined || files.length < certificates.value.length) return [];
  return endpoints.flatMap(({ certificates: served, address }) => {
    if (served.state !== 'known') return [];
    const strange = served.value.find(({ fingerprint }) => !files.some((one) => one.fingerprint === fingerprint));
    if (strange === undefined) return [];
    return [
      `${software} is told to serve ${file.path} (${placeText(file.place)}), whose certificate has the SHA-256 ${short(file.fingerprint)}, ` +
        `but ${address} serves one with ${short(strange.fingerprint)}: the server was not reloaded since, or something in front of it ends TLS.`,
    ];
  });
}

function short(fingerprint: string): string {
  return `${fingerprint.slice(0, 16)}…`;
}
