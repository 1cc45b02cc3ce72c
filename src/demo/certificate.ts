import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** A certificate of the demo, in PEM, with its key. It ends with the demo and is trusted by nobody else. */
export interface DemoCertificate {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority extends DemoCertificate {
  issue(wanted: { readonly names: readonly string[]; readonly from: Date; readonly until: Date }): DemoCertificate;
}

const DAY = 86_400_000;
/** Object identifiers, DER-encoded: RFC 5280, RFC 5480, RFC 5758. */
const OID = {
  commonName: '550403',
  ecdsaWithSha256: '2a8648ce3d040302',
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  subjectAltName: '551d11',
  serverAuth: '2b06010505070301',
} as const;

/** A certificate authority that lives in memory (X.509 v3, ECDSA P-256; RFC 5280 §4.1). */
export function newAuthority(name: string, now: Date): Authority {
  const { privateKey, publicKey } = newPair();
  const issuer = nameOf(name);
  const usage = extension(OID.keyUsage, true, bits(0b0000_0110, 1));
  const own = build(
    { issuer, subject: issuer, publicKey, from: new Date(+now - DAY), until: new Date(+now + 30 * DAY) },
    [extension(OID.basicConstraints, true, sequence(tlv(0x01, Buffer.from([0xff])))), usage],
    privateKey,
  );
  return {
    certificate: own,
    key: pem('PRIVATE KEY', privateKey.export({ type: 'pkcs8', format: 'der' })),
    issue({ names, from, until }) {
      const pair = newPair();
      const alternatives = names.map((each) => tlv(0x82, Buffer.from(each, 'ascii')));
      const certificate = build(
        { issuer, subject: nameOf(names[0] ?? 'nobody'), publicKey: pair.publicKey, from, until },
        [
          extension(OID.keyUsage, true, bits(0b1000_0000, 7)),
          extension(OID.extendedKeyUsage, false, sequence(oid(OID.serverAuth))),
          extension(OID.subjectAltName, false, sequence(...alternatives)),
        ],
        privateKey,
      );
      return { certificate, key: pem('PRIVATE KEY', pair.privateKey.export({ type: 'pkcs8', format: 'der' })) };
    },
  };
}

interface Body {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly from: Date;
  readonly until: Date;
}

function build(
  { issuer, subject, publicKey, from, until }: Body,
  extensions: readonly Buffer[],
  key: KeyObject,
): string {
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const version = tlv(0xa0, tlv(0x02, Buffer.from([2])));
  // The first bit of a serial number is a sign.
  const serial = tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)]));
  const validity = sequence(time(from), time(until));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = sequence(
    version,
    serial,
    algorithm,
    issuer,
    validity,
    subject,
    spki,
    tlv(0xa3, sequence(...extensions)),
  );
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, key)]));
  return pem('CERTIFICATE', sequence(body, algorithm, signature));
}

function newPair() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function nameOf(text: string): Buffer {
  return sequence(tlv(0x31, sequence(oid(OID.commonName), tlv(0x0c, Buffer.from(text)))));
}

/** GeneralizedTime would do for all, but until 2049 it has to be UTCTime (RFC 5280 §4.1.2.5). */
function time(at: Date): Buffer {
  const text = at.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tlv(0x17, Buffer.from(`${text}Z`));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));
}

function bits(value: number, unused: number): Buffer {
  return tlv(0x03, Buffer.from([unused, value]));
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

/** Tag, length, value (X.690 §8.1). */
function tlv(tag: number, value: Buffer): Buffer {
  const { length } = value;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
