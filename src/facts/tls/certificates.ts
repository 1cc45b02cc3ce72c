import { absent, type Fact, known, type Unknown, unknown } from '../../model/fact.ts';
import type { SentChain, ServedCertificate, Staple } from '../../model/facts/tls.ts';
import { sha256Hex } from '../../wire/digest.ts';
import { groupName } from '../../wire/tls/names.ts';
import { suiteOf } from '../../wire/tls/suites.ts';
import { type Certificate, readCertificate } from '../../wire/x509/certificate.ts';
import { chainShape } from '../../wire/x509/chain.ts';
import { isInternalName, namesMatch } from '../../wire/x509/names.ts';
import { ocspAnswers } from '../../wire/x509/ocsp.ts';
import { bytes, doubtOf, type Seen, troubleOf } from './seen.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

const OTHER = 'other-certificate';

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
  if (leaves.size > 0) {
    const each = [...leaves.values()].flatMap(({ certificate, all }) =>
      chainsOf(all).map((one) => served(certificate, one, site.name)),
    );
    return known(each);
  }
  return unseen(seen);
}

function unseen(seen: readonly Seen[]): Unknown {
  const large = seen.find(({ exchange }) => exchange.state === 'too-much');
  const last = large ?? seen.find(({ question }) => question === 'session');
  if (last === undefined) return unknown('not-observable', 'No certificate was shown.');
  const { exchange } = last;
  const wanted = seen.find(({ question }) => question === 'hello-1.3')?.outcome?.chosen;
  const group = groupName(wanted?.group ?? 0);
  const isUsual = suiteOf(wanted?.suite ?? 0)?.grade === 'ok';
  if (exchange.state !== 'garbled' || !isUsual || !group.includes('MLKEM')) return troubleOf(exchange);
  return unknown(
    'tool-missing',
    `${exchange.error} The server asks for the key exchange ${group}, which needs OpenSSL 3.5.`,
    'Scan with Node.js 24.5 or newer, which has it.',
  );
}

/** Whether who cannot use the first certificate (RSA or ECDSA) is shown another one. */
export function secondOf(seen: readonly Seen[]): Fact<boolean> {
  const first = seen.find(({ question, alive }) => question === 'hello-1.2' && alive);
  const auth = suiteOf(first?.outcome?.chosen?.suite ?? 0)?.auth;
  if (auth !== 'rsa' && auth !== 'ecdsa')
    return absent('No certificate of TLS 1.2 was seen beside which there may be another');
  if (seen.some(({ question, outcome }) => question === OTHER && outcome?.flight.certificates)) return known(true);
  return doubtOf(seen, OTHER) ?? known(false);
}

/** Backends behind one address may send one leaf with different chains: what was shown, a chain at a time. */
function chainsOf(all: readonly Shown[]): readonly (readonly Shown[])[] {
  const textOf = ({ chain }: Shown): string => chain.map((each) => sha256Hex(each)).join();
  const chains = new Set(all.filter(({ wire }) => wire).map(textOf));
  if (chains.size < 2) return [all];
  return [...chains].map((text) => all.filter((each) => each.wire && textOf(each) === text));
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
  const stapled = all.find((each) => each.staple !== null);
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
    serverAuth: extendedKeyUsage === null || extendedKeyUsage.includes(SERVER_AUTH),
    selfSigned: leaf.subjectDer === leaf.issuerDer,
    mustStaple: leaf.mustStaple,
    staple: stapled === undefined ? absent('No OCSP response was stapled') : stapleOf(leaf, stapled),
    trust: all.find(({ seen }) => seen.exchange.trust.length > 0)?.seen.exchange.trust ?? [],
    chain: chainOf((wire ?? all[0])?.chain ?? [], wire !== undefined),
  };
}

function stapleOf({ serial }: Certificate, { staple, seen }: Shown): ServedCertificate['staple'] {
  try {
    const answer = ocspAnswers(staple ?? new Uint8Array()).find((each) => each.serial === serial);
    const { status, nextUpdate }: { status: Staple['status']; nextUpdate: number | null } = answer ?? {
      status: 'other',
      nextUpdate: null,
    };
    const isPast = nextUpdate !== null && nextUpdate * 1000 < Date.parse(seen.exchange.startedAt);
    return known({ status, ended: isPast ? nextUpdate : null });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return unknown('unparseable', `The stapled OCSP response cannot be read: ${error.message}`);
  }
}

function chainOf(sent: readonly Uint8Array[], wire: boolean): Fact<SentChain> {
  try {
    const certificates = sent.map(readCertificate);
    const above = certificates.slice(1).map(({ subjectDer, issuerDer, ...each }) => {
      const { subject, notBefore, notAfter, signature, key } = each;
      return { subject, notBefore, notAfter, signature, key, root: subjectDer === issuerDer };
    });
    const { ordered, extra } = chainShape(certificates);
    return known({ ordered: wire ? ordered : null, extra, above });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return unknown('unparseable', `A certificate of the chain cannot be read: ${error.message}`);
  }
}
