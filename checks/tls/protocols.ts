import type { Condition, Problem } from '../../src/model/check.ts';
import { read } from '../../src/model/fact.ts';
import { TLS_VERSIONS, type TlsEndpoint, type TlsVersion } from '../../src/model/facts/tls.ts';
import { TLS_PROFILES } from '../../src/model/tls-profiles.ts';
import { list } from './endpoints.ts';

export interface Versions {
  readonly allowed: readonly TlsVersion[];
  readonly required: readonly TlsVersion[];
}

export function offered({ offers }: TlsEndpoint): TlsVersion[] {
  return TLS_VERSIONS.filter((version) => {
    const fact = offers[version];
    return fact.state === 'known' && fact.value;
  });
}

/** `Mozilla's Server Side TLS 5.7 and 6.0, intermediate`, when that is what is allowed; else nothing. */
export function guidelineOf(allowed: readonly TlsVersion[]): string {
  const profile = Object.values(TLS_PROFILES).find(
    ({ versions }) => versions.length === allowed.length && versions.every((version) => allowed.includes(version)),
  );
  return profile === undefined ? '' : ` (${profile.guideline})`;
}

/** One condition per version that must be off, so that one that is on decides even where another cannot be told. */
export function versionConditions(endpoint: TlsEndpoint, { allowed, required }: Versions): Condition[] {
  const off = TLS_VERSIONS.filter((version) => !allowed.includes(version));
  return [
    ...off.map(
      (version) => () => (read(endpoint.offers[version]) ? problem(offeredText(version), version) : undefined),
    ),
    ...required.map((version) => () => {
      return read(endpoint.offers[version]) ? undefined : problem(`${version} is not offered.`, `no ${version}`);
    }),
    () => {
      const on = allowed.map((version) => read(endpoint.offers[version]) === true);
      return on.includes(true) ? undefined : problem(`None of ${list(allowed)} is offered.`, 'none of the allowed');
    },
  ];
}

/** A hello of SSL has no room for a name, so what was asked is the address. */
function offeredText(version: TlsVersion): string {
  if (!version.startsWith('SSL')) return `${version} is offered.`;
  return `${version} is offered by this address, for any site: its hello names none.`;
}

/** What goes with a version: compression, renegotiation, and falling back to an older one. */
export function featureConditions(endpoint: TlsEndpoint): Condition[] {
  return [
    () => (read(endpoint.compression) === true ? problem('TLS compression is on (CRIME).', 'DEFLATE') : undefined),
    () =>
      read(endpoint.secureRenegotiation) === false
        ? problem('Secure renegotiation (RFC 5746) is not supported.', 'insecure renegotiation')
        : undefined,
    () =>
      read(endpoint.fallbackSignal) === false
        ? problem(
            'Clients can be pushed to an older version: TLS_FALLBACK_SCSV (RFC 7507) is ignored.',
            'no fallback signal',
          )
        : undefined,
  ];
}

function problem(because: string, actual: string): Problem {
  return { because, actual };
}
