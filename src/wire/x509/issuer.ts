import type { Certificate, NameConstraints } from './certificate.ts';

/** Most clients do not take "any extended key usage" for it. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/**
 * Why a certificate may not issue the last of `path` (RFC 5280 §4.2.1.9, §4.2.1.10, §6.1.4), in words behind its
 * subject; empty when it may. Dates are judged elsewhere.
 * @param path from the leaf upwards; what the issuer is to vouch for
 * @param isAnchor a root of a store need not say that it is an authority, as long as it does not deny it
 */
export function flawOf(issuer: Certificate, path: readonly Certificate[], isAnchor: boolean): string {
  const { ca, keyUsage, extendedKeyUsage, pathLength, constraints } = issuer;
  if (isAnchor ? ca === false : ca !== true) return 'is no certificate authority';
  if (!isAnchor && keyUsage !== null && !keyUsage.includes('keyCertSign')) return 'may not sign certificates';
  if (!isAnchor && extendedKeyUsage !== null && !extendedKeyUsage.includes(SERVER_AUTH))
    return 'may not vouch for servers';
  const [unknown] = issuer.unknownCritical;
  if (unknown !== undefined) return `has the critical extension ${unknown}, which clients do not know`;
  const wanted = path.at(-1)?.authorityKeyId ?? null;
  if (wanted !== null && issuer.keyId !== null && wanted !== issuer.keyId)
    return 'has another key identifier than the certificate below it says, so clients that go by it refuse the chain';
  const [leaf, ...between] = path;
  const authorities = between.filter(({ subjectDer, issuerDer }) => subjectDer !== issuerDer).length;
  if (pathLength !== null && authorities > pathLength) {
    return pathLength === 0
      ? 'may not have authorities below it (pathlen)'
      : `may have no more than ${pathLength} authorities below it (pathlen)`;
  }
  const refused =
    leaf === undefined ? undefined : (refusedName(leaf, constraints) ?? refusedSubject(path, constraints));
  return refused === undefined ? '' : `may not vouch for ${refused} (name constraints)`;
}

/** The first name of the leaf that is outside of what its issuer may vouch for: DNS names and IP addresses. */
function refusedName({ dnsNames, addressBytes, addresses }: Certificate, limits: NameConstraints): string | undefined {
  const { permitted, excluded } = limits;
  const dns = dnsNames.find((name) => {
    const plain = name.replace(/^\*\./, '').replace(/\.$/, '');
    return isOut((subtree) => isBelow(plain, subtree), permitted.dns, excluded.dns);
  });
  const at = addressBytes.findIndex((bytes) =>
    isOut((range) => isWithin(bytes, range), permitted.ranges, excluded.ranges),
  );
  return dns ?? addresses[at];
}

/** The first subject of the path that is not below the directory names that its issuer may vouch for. */
function refusedSubject(path: readonly Certificate[], { permitted, excluded }: NameConstraints): string | undefined {
  return path.find(({ directory }) => {
    const inside = (base: readonly string[]): boolean => base.every((part, at) => part === directory[at]);
    return directory.length > 0 && isOut(inside, permitted.directories, excluded.directories);
  })?.subject;
}

function isOut<T>(inside: (subtree: T) => boolean, may: readonly T[], mayNot: readonly T[]): boolean {
  return mayNot.some(inside) || (may.length > 0 && !may.some(inside));
}

function isBelow(name: string, subtree: string): boolean {
  const base = subtree.replace(/^\./, '');
  return base === '' || name.endsWith(`.${base}`) || (name === base && base === subtree);
}

/** @param range an address and its mask, one behind the other */
function isWithin(address: Uint8Array, range: Uint8Array): boolean {
  const { length } = address;
  if (range.length !== 2 * length) return false;
  return address.every((byte, at) => {
    const mask = range[length + at] ?? 0;
    return (byte & mask) === ((range[at] ?? 0) & mask);
  });
}
