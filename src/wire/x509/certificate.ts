import { createHash } from 'node:crypto';
import { at, bitLength, children, type Der, der, harmless, hex, oid, text, time } from './der.ts';
import { CURVES, KNOWN, SIGNATURES } from './oids.ts';

/** What a certificate says (RFC 5280). Nothing in it has been verified. */
export interface Certificate {
  /** As `CN=example.org, O=Example`; control characters made visible. */
  readonly subject: string;
  readonly issuer: string;
  /** Hex of the DER, to compare names by. */
  readonly subjectDer: string;
  readonly issuerDer: string;
  /** Epoch seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly commonName: string;
  /** dNSName, lower case, as they stand. */
  readonly dnsNames: readonly string[];
  /** iPAddress, canonical text without brackets. */
  readonly addresses: readonly string[];
  /** `sha256WithRSAEncryption`, or the OID. */
  readonly signature: string;
  readonly key: CertificateKey;
  /** Null: no basicConstraints. */
  readonly ca: boolean | null;
  /** Names of RFC 5280 §4.2.1.3; null: no such extension. */
  readonly keyUsage: readonly string[] | null;
  /** OIDs; null: no such extension. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly ocsp: readonly string[];
  /** TLS feature status_request (RFC 7633). */
  readonly mustStaple: boolean;
  /** Hex of its DER. */
  readonly serial: string;
  /** The most authorities that may stand below it (RFC 5280 §4.2.1.9); null: any number. */
  readonly pathLength: number | null;
  readonly constraints: NameConstraints;
  /** The subject, one text for each of its parts, from the top down, in a form to compare. */
  readonly directory: readonly string[];
  /** Which key it has and which one it was signed with, by the words of the authority (§4.2.1.1, §4.2.1.2), hex; null: not said. */
  readonly keyId: string | null;
  readonly authorityKeyId: string | null;
  /** OIDs of critical extensions that clients do not know: they must refuse it (§4.2). */
  readonly unknownCritical: readonly string[];
  /** iPAddress as on the wire, in the order of `addresses`. */
  readonly addressBytes: readonly Uint8Array[];
  /** SHA-256 of the DER, hex. */
  readonly fingerprint: string;
}

/** For which names an authority may vouch (RFC 5280 §4.2.1.10), as far as servers are concerned. */
export interface NameConstraints {
  readonly permitted: Subtrees;
  readonly excluded: Subtrees;
}

export interface Subtrees {
  /** In lower case, with or without a dot in front. */
  readonly dns: readonly string[];
  /** Address and mask, one behind the other. */
  readonly ranges: readonly Uint8Array[];
  /** Beginnings of subjects, as `Certificate.directory`. */
  readonly directories: readonly (readonly string[])[];
}

export interface CertificateKey {
  readonly type: 'RSA' | 'EC' | 'DSA' | 'Ed25519' | 'Ed448' | 'other';
  /** Of RSA and DSA the modulus, of EC the curve; 0 when unknown. */
  readonly bits: number;
  readonly curve: string;
}

const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];
const ATTRIBUTES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '1.2.840.113549.1.9.1': 'emailAddress',
};

/** Reads DER. Throws `RangeError` when it is no certificate. */
export function readCertificate(bytes: Uint8Array): Certificate {
  const [tbs, algorithm] = children(der(bytes));
  if (tbs === undefined || algorithm === undefined) throw new RangeError('This is no certificate.');
  const all = children(tbs);
  const fields = all[0]?.tag === 0xa0 ? all.slice(1) : all;
  const issuer = at(fields, 2);
  const subject = at(fields, 4);
  const [notBefore, notAfter] = children(at(fields, 3)).map(time);
  if (notBefore === undefined || notAfter === undefined) throw new RangeError('The certificate has no validity.');
  const { extensions, critical } = readExtensions(fields.find(({ tag }) => tag === 0xa3));
  return {
    subject: nameText(subject),
    issuer: nameText(issuer),
    subjectDer: hex(subject.raw),
    issuerDer: hex(issuer.raw),
    notBefore,
    notAfter,
    commonName: attributes(subject).find(([type]) => type === 'CN')?.[1] ?? '',
    ...readNames(extensions.get('2.5.29.17')),
    signature: signatureName(algorithm),
    key: readKey(at(fields, 5)),
    ...readUsage(extensions),
    ocsp: readOcsp(extensions.get('1.3.6.1.5.5.7.1.1')),
    mustStaple: readFeatures(extensions.get('1.3.6.1.5.5.7.1.24')).includes(5),
    serial: hex(at(fields, 0).body),
    constraints: readConstraints(extensions.get('2.5.29.30')),
    directory: directoryOf(subject),
    ...readKeyIds(extensions),
    unknownCritical: critical.filter((id) => !KNOWN.has(id)),
    fingerprint: createHash('sha256').update(bytes).digest('hex'),
  };
}

function readExtensions(field: Der | undefined) {
  const all = field === undefined ? [] : children(at(children(field), 0)).map(children);
  const isCritical = (parts: readonly Der[]): boolean => parts[1]?.tag === 0x01 && parts[1].body[0] !== 0;
  return {
    extensions: new Map(all.map((parts) => [oid(at(parts, 0)), der(at(parts, parts.length - 1).body)])),
    critical: all.filter(isCritical).map((parts) => oid(at(parts, 0))),
  };
}

function readKeyIds(extensions: ReadonlyMap<string, Der>): Pick<Certificate, 'keyId' | 'authorityKeyId'> {
  const own = extensions.get('2.5.29.14');
  const authority = extensions.get('2.5.29.35');
  const id = authority === undefined ? undefined : children(authority).find(({ tag }) => tag === 0x80);
  return {
    keyId: own === undefined ? null : hex(own.body),
    authorityKeyId: id === undefined ? null : hex(id.body),
  };
}

/** Case and white space do not count (RFC 5280 §7.1). */
function directoryOf(name: Der): readonly string[] {
  return children(name).map((part) => {
    const pairs = children(part).map((pair) => {
      const [type, value] = children(pair);
      if (type === undefined || value === undefined) throw new RangeError('A name is broken.');
      return `${oid(type)}=${text(value).toLowerCase().trim().replace(/\s+/g, ' ')}`;
    });
    return pairs.sort().join('+');
  });
}

function attributes(name: Der): readonly (readonly [type: string, value: string])[] {
  return children(name)
    .flatMap(children)
    .map((pair) => {
      const [type, value] = children(pair);
      if (type === undefined || value === undefined) throw new RangeError('A name is broken.');
      return [ATTRIBUTES[oid(type)] ?? oid(type), text(value)];
    });
}

function nameText(name: Der): string {
  return attributes(name)
    .map(([type, value]) => `${type}=${value}`)
    .join(', ');
}

function readNames(extension: Der | undefined): Pick<Certificate, 'dnsNames' | 'addresses' | 'addressBytes'> {
  const names = extension === undefined ? [] : children(extension);
  const addressBytes = names.filter(({ tag }) => tag === 0x87).map(({ body }) => body);
  return {
    dnsNames: names.filter(({ tag }) => tag === 0x82).map((name) => text(name).toLowerCase()),
    addresses: addressBytes.map(addressText),
    addressBytes,
  };
}

function addressText(body: Uint8Array): string {
  if (body.length === 4) return body.join('.');
  const groups = hex(body).match(/.{1,4}/g) ?? [];
  return groups.length === 8 ? canonicalAddress(groups.join(':')) : hex(body);
}

/** One spelling per IPv6 address (RFC 5952); anything else stays as it is. */
export function canonicalAddress(address: string): string {
  const url = `http://[${address}]`;
  return address.includes(':') && URL.canParse(url) ? new URL(url).hostname.slice(1, -1) : address;
}

function signatureName(algorithm: Der): string {
  const [type, params] = children(algorithm);
  const id = type === undefined ? '' : oid(type);
  if (id !== '1.2.840.113549.1.1.10') return SIGNATURES[id] ?? id;
  // RSASSA-PSS names its hash in a parameter; SHA-1 when it does not (RFC 4055 §3.1).
  const hash = params === undefined ? undefined : children(params).find(({ tag }) => tag === 0xa0);
  const name = hash === undefined ? 'sha1' : oid(at(children(at(children(hash), 0)), 0));
  return `${SIGNATURES[name] ?? name}WithRSASSA-PSS`;
}

function readKey(spki: Der): CertificateKey {
  const [algorithm, value] = children(spki);
  if (algorithm === undefined || value === undefined) throw new RangeError('A key is broken.');
  const [type, params] = children(algorithm);
  switch (type === undefined ? '' : oid(type)) {
    case '1.2.840.113549.1.1.1':
    case '1.2.840.113549.1.1.10':
      return { type: 'RSA', bits: bitLength(at(children(der(value.body.subarray(1))), 0)), curve: '' };
    case '1.2.840.10045.2.1': {
      const id = params?.tag === 0x06 ? oid(params) : '';
      return { type: 'EC', bits: CURVES[id]?.bits ?? 0, curve: CURVES[id]?.name ?? id };
    }
    case '1.2.840.10040.4.1':
      return { type: 'DSA', bits: params === undefined ? 0 : bitLength(at(children(params), 0)), curve: '' };
    case '1.3.101.112':
      return { type: 'Ed25519', bits: 255, curve: '' };
    case '1.3.101.113':
      return { type: 'Ed448', bits: 448, curve: '' };
    default:
      return { type: 'other', bits: 0, curve: '' };
  }
}

function readConstraints(extension: Der | undefined): NameConstraints {
  const parts = extension === undefined ? [] : children(extension);
  const subtrees = (tag: number): Subtrees => {
    const bases = parts
      .filter((part) => part.tag === tag)
      .flatMap((part) => children(part).map((each) => at(children(each), 0)));
    return {
      dns: bases.filter((base) => base.tag === 0x82).map((base) => text(base).toLowerCase()),
      ranges: bases.filter((base) => base.tag === 0x87).map(({ body }) => body),
      directories: bases.filter((base) => base.tag === 0xa4).map((base) => directoryOf(at(children(base), 0))),
    };
  };
  return { permitted: subtrees(0xa0), excluded: subtrees(0xa1) };
}

function readUsage(extensions: ReadonlyMap<string, Der>) {
  const constraints = extensions.get('2.5.29.19');
  const usage = extensions.get('2.5.29.15');
  const extended = extensions.get('2.5.29.37');
  const isCa = constraints === undefined ? null : children(constraints)[0]?.tag === 0x01;
  const length = constraints === undefined ? undefined : children(constraints).find(({ tag }) => tag === 0x02);
  return {
    pathLength: length === undefined ? null : length.body.reduce((value, byte) => value * 256 + byte, 0),
    ca: isCa === true && constraints !== undefined ? children(constraints)[0]?.body[0] !== 0 : isCa,
    keyUsage: usage === undefined ? null : KEY_USAGES.filter((_, bit) => hasBit(usage.body, bit)),
    extendedKeyUsage: extended === undefined ? null : children(extended).map(oid),
  };
}

function hasBit(bitString: Uint8Array, bit: number): boolean {
  return ((bitString[1 + Math.floor(bit / 8)] ?? 0) & (0x80 >> (bit % 8))) !== 0;
}

function readOcsp(extension: Der | undefined): string[] {
  if (extension === undefined) return [];
  return children(extension).flatMap((description) => {
    const [method, location] = children(description);
    if (method === undefined || location === undefined || oid(method) !== '1.3.6.1.5.5.7.48.1') return [];
    return [harmless(new TextDecoder().decode(location.body))];
  });
}

function readFeatures(extension: Der | undefined): number[] {
  return extension === undefined ? [] : children(extension).map(({ body }) => body.at(-1) ?? 0);
}
