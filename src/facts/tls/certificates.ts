import { absent, type Fact, known, unknown } from '../../model/fact.ts';
import type { SentChain, ServedCertificate } from '../../model/facts/tls.ts';
import { type Certificate, readCertificate } from '../../wire/x509/certificate.ts';
import { chainShape } from '../../wire/x509/chain.ts';
import { isInternalName, namesMatch } from '../../wire/x509/names.ts';
import { ocspStatus } from '../../wire/x509/ocsp.ts';
import { bytes, type Seen, troubleOf } from './seen.ts';

const SERVER_AUTH = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];

interface Shown {
  readonly chain: readonly Uint8Array[];
  /** As it was on the wire, not as a library put it together. */
  readonly wire: boolean;
  readonly staple: Uint8Array | null;
  readonly seen: Seen;
}

/** The certificates shown to those who ask for the site's name. */
export function certificatesOf(
  seen: readonly Seen[],
  site: { readonly name: string; readonly serverName: string | null },
): Fact<readonly ServedCertificate[]> {
  const shown = seen.filter(({ exchange }) => exchange.serverName === site.serverName).flatMap(shownBy);
  const leaves = new Map<string, { certificate: Certificate; all: Shown[] }>();
  for (const each of shown) {
    const [leaf] = each.chain;
    if (leaf === undefined) continue;
    try {
      const certificate = readCertificate(leaf);
      const entry = leaves.get(certificate.fingerprint) ?? { certificate, all: [] };
      entry.all.push(each);
      leaves.set(certificate.fingerprint, entry);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return unknown('unparseable', `The certificate cannot be read: ${error.message}`);
    }
  }
  if (leaves.size > 0)
    return known([...leaves.values()].map(({ certificate, all }) => served(certificate, all, site.name)));
  const large = seen.find(({ exchange }) => exchange.state === 'too-much');
  const last = large ?? seen.find(({ question }) => question === 'session');
  return last === undefined ? unknown('not-observable', 'No certificate was shown.') : troubleOf(last.exchange);
}

function shownBy(seen: Seen): Shown[] {
  const { exchange, outcome } = seen;
  const staple = outcome?.flight.staple ?? null;
  const certificates = outcome?.flight.certificates ?? null;
  if (certificates !== null) return [{ chain: certificates, wire: true, staple, seen }];
  if (exchange.session === null) return [];
  const stapled = exchange.session.staple === '' ? null : bytes(exchange.session.staple);
  return [{ chain: exchange.session.chain.map(bytes), wire: false, staple: stapled, seen }];
}

function served(leaf: Certificate, all: readonly Shown[], name: string): ServedCertificate {
  const staple = all.find((each) => each.staple !== null)?.staple ?? null;
  const wire = all.find((each) => each.wire);
  const { extendedKeyUsage, dnsNames, addresses, key } = leaf;
  return {
    fingerprint: leaf.fingerprint,
    subject: leaf.subject,
    issuer: leaf.issuer,
    notBefore: leaf.notBefore,
    notAfter: leaf.notAfter,
    names: [...dnsNames, ...addresses],
    commonName: leaf.commonName,
    matches: namesMatch(leaf, name),
    internalName: isInternalName(name),
    signature: leaf.signature,
    key,
    ca: leaf.ca,
    keyUsage: leaf.keyUsage,
    serverAuth: extendedKeyUsage === null || extendedKeyUsage.some((use) => SERVER_AUTH.includes(use)),
    selfSigned: leaf.subjectDer === leaf.issuerDer,
    mustStaple: leaf.mustStaple,
    staple: staple === null ? absent('No OCSP response was stapled') : stapleOf(staple),
    trust: all.find(({ seen }) => seen.exchange.trust.length > 0)?.seen.exchange.trust ?? [],
    chain: chainOf((wire ?? all[0])?.chain ?? [], wire !== undefined),
  };
}

function stapleOf(staple: Uint8Array): ServedCertificate['staple'] {
  try {
    return known(ocspStatus(staple));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return unknown('unparseable', `The stapled OCSP response cannot be read: ${error.message}`);
  }
}

function chainOf(sent: readonly Uint8Array[], wire: boolean): Fact<SentChain> {
  try {
    const certificates = sent.map(readCertificate);
    const above = certificates.slice(1).map(({ subject, notBefore, notAfter, signature, subjectDer, issuerDer }) => {
      return { subject, notBefore, notAfter, signature, root: subjectDer === issuerDer };
    });
    const { ordered, extra } = chainShape(certificates);
    return known({ ordered: wire ? ordered : null, extra, above });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return unknown('unparseable', `A certificate of the chain cannot be read: ${error.message}`);
  }
}
