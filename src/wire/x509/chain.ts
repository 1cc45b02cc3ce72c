import { X509Certificate } from 'node:crypto';
import { type Certificate, readCertificate } from './certificate.ts';

/** A trust store: the certificates that are believed. */
export interface Store {
  readonly name: string;
  readonly roots: readonly Anchor[];
}

export interface Anchor {
  readonly read: Certificate;
  readonly native: X509Certificate;
}

const SERVER_AUTH = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];
const MOST_STEPS = 200;

/** Reads every certificate of a PEM file, or of DER; what is no certificate is left out. */
export function anchors(certificates: readonly (string | Uint8Array)[]): Anchor[] {
  return certificates.flatMap((each) => {
    try {
      const native = new X509Certificate(each);
      return [{ read: readCertificate(native.raw), native }];
    } catch {
      return [];
    }
  });
}

/** The certificates of a PEM file, each as PEM. */
export function splitPem(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
}

/**
 * Whether signatures lead from the leaf over the certificates that were sent to one of the store (RFC 5280 §6, without
 * name constraints and policies). Times and names are judged elsewhere: they say something of their own.
 * @returns an empty text, or why not, without a final full stop
 */
export function distrust(chain: readonly Uint8Array[], store: Store): string {
  const [leaf, ...sent] = anchors(chain);
  if (leaf === undefined) return 'the certificate cannot be read';
  const steps = { left: MOST_STEPS };
  return climb(leaf, [], sent, store, steps) ? '' : reasonOf(leaf, sent);
}

function climb(
  from: Anchor,
  below: readonly Anchor[],
  sent: readonly Anchor[],
  store: Store,
  steps: { left: number },
): boolean {
  if (store.roots.some(({ read }) => read.fingerprint === from.read.fingerprint)) return true;
  if (below.length > 8 || steps.left-- <= 0) return false;
  if (store.roots.some((root) => root.read.subjectDer === from.read.issuerDer && signed(root, from))) return true;
  const path = [...below, from];
  return sent.some(
    (issuer) =>
      !path.includes(issuer) &&
      issuer.read.subjectDer === from.read.issuerDer &&
      mayIssue(issuer) &&
      signed(issuer, from) &&
      climb(issuer, path, sent, store, steps),
  );
}

function mayIssue({ read }: Anchor): boolean {
  const { ca, keyUsage, extendedKeyUsage } = read;
  return (
    ca === true &&
    (keyUsage === null || keyUsage.includes('keyCertSign')) &&
    (extendedKeyUsage === null || extendedKeyUsage.some((use) => SERVER_AUTH.includes(use)))
  );
}

function signed(issuer: Anchor, subject: Anchor): boolean {
  try {
    return subject.native.verify(issuer.native.publicKey);
  } catch {
    // A key of a kind that this OpenSSL does not know.
    return false;
  }
}

function reasonOf(leaf: Anchor, sent: readonly Anchor[]): string {
  const top =
    walk(
      leaf.read,
      sent.map(({ read }) => read),
    ).at(-1) ?? leaf.read;
  if (leaf.read.subjectDer === leaf.read.issuerDer) return 'it is self-signed';
  if (top.subjectDer === top.issuerDer) return `its root "${top.subject}" is not in the store`;
  return `its issuer "${top.issuer}" was not sent and is not in the store: an intermediate certificate is missing, or the root is unknown`;
}

/** From the leaf upwards, by name. */
function walk(leaf: Certificate, sent: readonly Certificate[]): readonly Certificate[] {
  const path = [leaf];
  for (;;) {
    const last = path.at(-1) ?? leaf;
    const next = sent.find((each) => each.subjectDer === last.issuerDer && !path.includes(each));
    if (next === undefined || last.subjectDer === last.issuerDer) return path;
    path.push(next);
  }
}

export interface ChainShape {
  /** Each certificate is followed by its issuer (RFC 5246 §7.4.2). */
  readonly ordered: boolean;
  /** Subjects of certificates that are not on the way to the root, and of a root that was sent. */
  readonly extra: readonly string[];
}

/** How the certificates were sent, the leaf first. */
export function chainShape(sent: readonly Certificate[]): ChainShape {
  const [leaf, ...others] = sent;
  if (leaf === undefined) return { ordered: true, extra: [] };
  const path = walk(leaf, others);
  const places = path.map((each) => sent.indexOf(each));
  const extra = sent.filter((each, at) => !path.includes(each) || (at > 0 && each.subjectDer === each.issuerDer));
  // Cross-signed certificates may stand between; out of order is only what goes backwards.
  const ordered = places.every((place, at) => at === 0 || place > (places[at - 1] ?? 0));
  return { ordered, extra: extra.map(({ subject }) => subject) };
}
