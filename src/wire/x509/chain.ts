import { X509Certificate } from 'node:crypto';
import { type Certificate, readCertificate } from './certificate.ts';
import { flawOf } from './issuer.ts';

/** A trust store: the certificates that are believed. */
export interface Store {
  readonly name: string;
  readonly roots: readonly Anchor[];
}

export interface Anchor {
  readonly read: Certificate;
  readonly native: X509Certificate;
}

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
 * Whether signatures lead from the leaf over the certificates that were sent to one of the store that is within its
 * dates (RFC 5280 §6, without policies, and of name constraints with those of DNS, directory names and addresses only). The dates
 * and the names of what was sent are judged elsewhere: they say something of their own.
 * @param now epoch seconds
 * @returns an empty text, or why not, without a final full stop
 */
export function distrust(chain: readonly Uint8Array[], store: Store, now: number): string {
  const [leaf, ...sent] = anchors(chain);
  if (leaf === undefined) return 'the certificate cannot be read';
  const [unknown] = leaf.read.unknownCritical;
  if (unknown !== undefined) return `it has the critical extension ${unknown}, which clients do not know`;
  const roots = store.roots.filter(({ read }) => isCurrent(read, now));
  return climb(leaf, [], sent, roots, { left: MOST_STEPS }) ? '' : reasonOf(leaf, sent, store.roots, now);
}

function isCurrent({ notBefore, notAfter }: Certificate, now: number): boolean {
  return notBefore <= now && now <= notAfter;
}

function climb(
  from: Anchor,
  below: readonly Anchor[],
  sent: readonly Anchor[],
  roots: readonly Anchor[],
  steps: { left: number },
): boolean {
  if (roots.some(({ read }) => read.fingerprint === from.read.fingerprint)) return true;
  if (below.length > 8 || steps.left-- <= 0) return false;
  const path = [...below, from];
  const issues = (issuer: Anchor, isAnchor: boolean): boolean =>
    issuer.read.subjectDer === from.read.issuerDer &&
    flawOf(
      issuer.read,
      path.map(({ read }) => read),
      isAnchor,
    ) === '' &&
    signed(issuer, from);
  if (roots.some((root) => issues(root, true))) return true;
  return sent.some(
    (issuer) => !path.includes(issuer) && issues(issuer, false) && climb(issuer, path, sent, roots, steps),
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

function reasonOf(leaf: Anchor, sent: readonly Anchor[], roots: readonly Anchor[], now: number): string {
  const path = walk(
    leaf.read,
    sent.map(({ read }) => read),
  );
  const top = path.at(-1) ?? leaf.read;
  const root = roots.map(({ read }) => read).find((each) => each.subjectDer === top.issuerDer);
  const flawed = [...path, ...(root === undefined ? [] : [root])].flatMap((issuer, at, all) => {
    const flaw = at === 0 ? '' : flawOf(issuer, all.slice(0, at), issuer === root);
    return flaw === '' ? [] : [`"${issuer.subject}" ${flaw}`];
  });
  if (flawed[0] !== undefined) return flawed[0];
  if (root !== undefined && !isCurrent(root, now)) {
    const until = new Date(root.notAfter * 1000).toISOString().slice(0, 10);
    return `"${root.subject}" is out of its dates (until ${until})`;
  }
  if (leaf.read.subjectDer === leaf.read.issuerDer) return 'it is self-signed';
  if (top.subjectDer === top.issuerDer) return `its root "${top.subject}" is not in the store`;
  if (root !== undefined) return `"${root.subject}" of the store did not sign it: another authority has the same name`;
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
