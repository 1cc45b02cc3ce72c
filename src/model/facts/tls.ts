import type { StoreTrust } from '../exchange.ts';
import type { Fact } from '../fact.ts';

/** Facts about TLS as it is seen from outside. */
export interface TlsFacts {
  /** One for each address of each site that was looked at. */
  tls: readonly TlsEndpoint[];
}

export const TLS_VERSIONS = ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

export interface TlsEndpoint {
  /** `url` of the site. */
  readonly site: string;
  readonly address: string;
  /** Epoch seconds of the last exchange, on the scanner's clock. */
  readonly at: number;
  /** What answers there; `TLS`, or in words what does instead: `plain HTTP`, `SSH`, `another protocol`. */
  readonly speaks: Fact<string>;
  readonly offers: Readonly<Record<TlsVersion, Fact<boolean>>>;
  /** Suites that were seen chosen, worst first. Not all there are, unless `listed`. */
  readonly suites: readonly ChosenSuite[];
  /** True: every suite of every version was asked for. */
  readonly listed: boolean;
  /** Whether a suite is accepted that has no encryption, no authentication, or a broken cipher. */
  readonly weakSuites: Fact<boolean>;
  /** Whether a suite is accepted that gives no forward secrecy, or that nobody should need (DSS, SEED, PSK, GOST). */
  readonly legacySuites: Fact<boolean>;
  /** The weakest Diffie-Hellman parameters seen; absent when no DHE suite is accepted. */
  readonly dh: Fact<DhParameters>;
  /** Whether DEFLATE is accepted (CRIME); absent when nothing before TLS 1.3 is offered. */
  readonly compression: Fact<boolean>;
  /** RFC 5746; absent when nothing before TLS 1.3 is offered. */
  readonly secureRenegotiation: Fact<boolean>;
  /** RFC 7507; absent when there is no older version to fall back to. */
  readonly fallbackSignal: Fact<boolean>;
  /** The leaf certificates that were shown for the site's name, each once for every chain that came with it. */
  readonly certificates: Fact<readonly ServedCertificate[]>;
  /** Whether a certificate with another kind of key is served as well; absent where that cannot be asked (TLS 1.3 alone). */
  readonly secondCertificate: Fact<boolean>;
}

export interface ChosenSuite {
  readonly name: string;
  readonly version: TlsVersion;
  readonly bits: number;
  readonly forwardSecret: boolean;
  readonly grade: 'critical' | 'high' | 'medium' | 'low' | 'ok';
  /** It was chosen although AEAD suites were offered, too. */
  readonly overStrong: boolean;
}

export interface DhParameters {
  readonly bits: number;
  /** False: the modulus is composite. */
  readonly prime: boolean;
}

export interface ServedCertificate {
  /** SHA-256 of the DER, hex. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly issuer: string;
  /** Epoch seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names and addresses of its subjectAltName. */
  readonly names: readonly string[];
  readonly commonName: string;
  /** Whether it is for the site's name (RFC 9525). */
  readonly matches: boolean;
  /** Whether the site's name is one that no public authority may vouch for. */
  readonly internalName: boolean;
  /** `sha256WithRSAEncryption`, or an OID. */
  readonly signature: string;
  /** `RSA`, `EC`, `Ed25519`, …; bits 0 when unknown. */
  readonly key: { readonly type: string; readonly bits: number; readonly curve: string };
  /** Null: it has no basicConstraints. */
  readonly ca: boolean | null;
  readonly keyUsage: readonly string[] | null;
  /** Whether its extended key usage, if there is one, allows TLS servers. */
  readonly serverAuth: boolean;
  readonly selfSigned: boolean;
  readonly mustStaple: boolean;
  /** What the stapled OCSP response says of this certificate; absent when none came. */
  readonly staple: Fact<Staple>;
  readonly trust: readonly StoreTrust[];
  /** What was sent after it. */
  readonly chain: Fact<SentChain>;
}

export interface Staple {
  /** `other`: it is about another certificate. */
  readonly status: 'good' | 'revoked' | 'unknown' | 'other';
  /** Epoch seconds of its end when that was past already; else null. */
  readonly ended: number | null;
}

export interface SentChain {
  /** Each followed by its issuer; null where that cannot be seen, because TLS 1.3 encrypts it. */
  readonly ordered: boolean | null;
  /** Subjects of certificates that lead nowhere, and of roots. */
  readonly extra: readonly string[];
  /** Those after the leaf, in the order sent. */
  readonly above: readonly ChainCertificate[];
}

export interface ChainCertificate {
  readonly subject: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly signature: string;
  readonly key: ServedCertificate['key'];
  readonly root: boolean;
}
