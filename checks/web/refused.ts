import type { Condition, Facts } from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { ServedCertificate, TlsEndpoint } from '../../src/model/facts/tls.ts';
import type { Site } from '../../src/model/site.ts';

/** A browser notes nothing that comes over a connection with a certificate error (RFC 6797 §8.1). */
export function refusedConditions(facts: Facts<'tls'>, { name, url }: Site): readonly Condition[] {
  const endpoints = (facts.get('tls') ?? []).filter(({ site }) => site === url);
  return endpoints.map((endpoint) => () => {
    const why = refusal(endpoint);
    if (why === undefined) return undefined;
    const where = endpoints.length > 1 ? ` at ${endpoint.address}` : '';
    return {
      because: `The certificate of ${name}${where} ${why}, so browsers refuse it and ignore the header that comes with it.`,
      actual: 'ignored by browsers: the certificate is refused',
      remediation: 'First do what tls-certificate says.',
    };
  });
}

function refusal({ certificates, at }: TlsEndpoint): string | undefined {
  return (read(certificates) ?? []).map((certificate) => reason(certificate, at)).find((why) => why !== undefined);
}

function reason(
  { notBefore, notAfter, matches, internalName, trust }: ServedCertificate,
  now: number,
): string | undefined {
  if (now > notAfter) return 'has expired';
  if (now < notBefore) return 'is not valid yet';
  if (!matches) return 'is for other names';
  if (trust.some(({ trusted }) => trusted)) return undefined;
  const isPublicOnly = trust.length === 1;
  return internalName && isPublicOnly ? cannotTell('not-observable', OWN_AUTHORITY, NAME_IT) : 'is not trusted';
}

const OWN_AUTHORITY =
  'Whether browsers trust the certificate of this internal name is not known, and without trust they ignore its header.';
const NAME_IT = 'Name the file of your own authority as "caFile" of tls-certificate.';
