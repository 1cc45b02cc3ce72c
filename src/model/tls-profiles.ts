import type { TlsVersion } from './facts/tls.ts';

/** What a published guideline allows. Data, with the version of the guideline that it was taken from. */
export interface TlsProfile {
  readonly guideline: string;
  readonly versions: readonly TlsVersion[];
  /** Null: any suite that is not weak by its class. */
  readonly suites: readonly string[] | null;
  readonly dhBits: number;
}

/**
 * Mozilla, "Server Side TLS": intermediate is the union of 5.7, which has DHE, and 6.0 of 2026-04-06, which has none;
 * modern is the same in both.
 */
export const TLS_PROFILES = {
  intermediate: {
    guideline: "Mozilla's Server Side TLS 5.7 and 6.0, intermediate",
    versions: ['TLSv1.2', 'TLSv1.3'],
    suites: null,
    dhBits: 2048,
  },
  modern: {
    guideline: "Mozilla's Server Side TLS 5.7 and 6.0, modern",
    versions: ['TLSv1.3'],
    suites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    dhBits: 2048,
  },
} as const satisfies Readonly<Record<string, TlsProfile>>;

export type TlsProfileName = keyof typeof TLS_PROFILES;
