import { cursor as read, u16, vector } from './bytes.ts';
import { type TlsVersion, versionCode, versionOf } from './names.ts';

export interface Hello {
  readonly version: TlsVersion;
  readonly suites: readonly number[];
  /** A-label; null sends no server_name. */
  readonly serverName: string | null;
  /** Default: those that fit the version. */
  readonly groups?: readonly number[];
  /** TLS 1.3 with no key share: the server must name the group it wants (RFC 8446 §4.1.4). */
  readonly emptyKeyShare?: boolean;
  /** Offers DEFLATE as well (RFC 3749). */
  readonly compression?: boolean;
  /** TLS_FALLBACK_SCSV (RFC 7507). */
  readonly fallback?: boolean;
  /** 96 bytes that nobody can foresee: the hello's random, its session id, its key share. */
  readonly random: Uint8Array;
}

// Without ffdhe groups (RFC 7919): servers that know them hide behind them the weak parameters of their own.
const CLASSIC_GROUPS = [0x001d, 0x0017, 0x001e, 0x0018, 0x0019, 0x001a, 0x001b, 0x001c, 0x0016];
// With what there is no share of: a server that has nothing else names it in a HelloRetryRequest.
const MODERN_GROUPS = [
  0x001d, 0x0017, 0x0018, 0x0019, 0x001e, 0x0100, 0x0101, 0x0102, 0x0103, 0x0104, 0x001f, 0x0020, 0x0021, 0x11ec,
  0x11eb, 0x11ed, 0x0200, 0x0201, 0x0202,
];
// With SHA-1: a server that has nothing else must not look as if it were off.
const SIGNATURES = [
  0x0804, 0x0805, 0x0806, 0x0807, 0x0808, 0x0809, 0x080a, 0x080b, 0x0403, 0x0503, 0x0603, 0x0401, 0x0501, 0x0601,
  0x0201, 0x0203, 0x0402, 0x0301, 0x0302, 0x0303, 0x0202, 0x0101,
];
const RENEGOTIATION_SCSV = 0x00ff;
const FALLBACK_SCSV = 0x5600;
const X25519 = 0x001d;

/** The record of a ClientHello: RFC 6101 (SSL 3.0), RFC 5246 §7.4.1.2, RFC 8446 §4.1.2; SSL 2.0 in its own framing. */
export function clientHello(hello: Hello): Uint8Array {
  if (hello.version === 'SSLv2') return sslv2Hello(hello.random);
  const modern = hello.version === 'TLSv1.3';
  const client = Math.min(versionCode(hello.version), 0x0303);
  const suites = [
    ...hello.suites,
    ...(modern ? [] : [RENEGOTIATION_SCSV]),
    ...(hello.fallback === true ? [FALLBACK_SCSV] : []),
  ];
  const head = [
    ...u16(client),
    ...hello.random.subarray(0, 32),
    ...vector(1, modern ? hello.random.subarray(32, 64) : []),
    ...vector(2, suites.flatMap(u16)),
    ...vector(1, hello.compression === true ? [1, 0] : [0]),
  ];
  const extensions = hello.version === 'SSLv3' ? null : padded(extensionsOf(hello), head.length + 4 + 2);
  const body = [...head, ...(extensions === null ? [] : vector(2, extensions))];
  const handshake = [1, ...vector(3, body)];
  return Uint8Array.from([22, ...u16(hello.version === 'SSLv3' ? 0x0300 : 0x0301), ...vector(2, handshake)]);
}

/** Mozilla-era draft "The SSL Protocol" §5.5.2: every cipher there was, a challenge of 16 bytes. */
function sslv2Hello(random: Uint8Array): Uint8Array {
  const specs = [0x010080, 0x020080, 0x030080, 0x040080, 0x050080, 0x060040, 0x0700c0, 0x080080];
  const list = specs.flatMap((spec) => [spec >> 16, ...u16(spec & 0xffff)]);
  const body = [1, ...u16(0x0002), ...u16(list.length), 0, 0, ...u16(16), ...list, ...random.subarray(0, 16)];
  return Uint8Array.from([0x80, body.length, ...body]);
}

function extensionsOf({ version, serverName, groups, emptyKeyShare, random }: Hello): number[] {
  const modern = version === 'TLSv1.3';
  const signed = modern || version === 'TLSv1.2';
  const all: (readonly [type: number, body: readonly number[]])[] = [];
  if (serverName !== null) {
    all.push([0, vector(2, [0, ...vector(2, new TextEncoder().encode(serverName))])]);
  }
  all.push([10, vector(2, (groups ?? (modern ? MODERN_GROUPS : CLASSIC_GROUPS)).flatMap(u16))]);
  all.push([11, vector(1, [0])]);
  if (signed) all.push([13, vector(2, SIGNATURES.flatMap(u16))]);
  if (!modern) all.push([23, []], [35, []]);
  all.push([5, [1, 0, 0, 0, 0]]);
  if (modern) {
    all.push([43, vector(1, u16(versionCode('TLSv1.3')))], [45, vector(1, [1])]);
    const share = [...u16(X25519), ...vector(2, random.subarray(64, 96))];
    all.push([51, vector(2, emptyKeyShare === true ? [] : share)]);
  }
  return all.flatMap(([type, body]) => [...u16(type), ...vector(2, body)]);
}

/** Some load balancers hang on a hello of 256 to 511 bytes (RFC 7685). */
function padded(extensions: number[], before: number): number[] {
  const length = before + extensions.length;
  if (length < 256 || length > 511) return extensions;
  const missing = Math.max(1, 512 - length - 4);
  return [...extensions, ...u16(21), ...vector(2, new Array<number>(missing).fill(0))];
}

export interface Offer {
  readonly version: TlsVersion;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
}

/** What one of our own hellos offered; undefined for bytes that are none. */
export function readHello(bytes: Uint8Array): Offer | undefined {
  if (bytes[0] === 0x80) return { version: 'SSLv2', suites: [], groups: [] };
  const cursor = read(bytes);
  try {
    if (cursor.u8() !== 22) return undefined;
    cursor.skip(4 + 4);
    let version = versionOf(cursor.u16());
    cursor.skip(32);
    cursor.vector(1);
    const suites = cursor
      .vector(2)
      .u16s()
      .filter((code) => code !== RENEGOTIATION_SCSV && code !== FALLBACK_SCSV);
    cursor.vector(1);
    let groups: readonly number[] = [];
    const extensions = cursor.left > 0 ? cursor.vector(2) : read(new Uint8Array());
    while (extensions.left > 0) {
      const type = extensions.u16();
      const body = extensions.vector(2);
      if (type === 10) groups = body.vector(2).u16s();
      if (type === 43) version = versionOf(body.vector(1).u16());
    }
    return version === undefined ? undefined : { version, suites, groups };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
