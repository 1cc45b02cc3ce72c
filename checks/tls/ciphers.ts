import type { Condition, Problem } from '../../src/model/check.ts';
import { cannotTell, read } from '../../src/model/fact.ts';
import type { ChosenSuite, TlsEndpoint } from '../../src/model/facts/tls.ts';
import { TLS_PROFILES, type TlsProfileName } from '../../src/model/tls-profiles.ts';
import { list } from './endpoints.ts';

export interface Ciphers {
  readonly minBits: number;
  readonly forwardSecrecy: boolean;
  readonly profile: TlsProfileName;
}

/** For those who set them by hand, as OpenSSL names them. */
export const RECOMMENDED = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305']
  .flatMap((cipher) => [`ECDHE-ECDSA-${cipher}`, `ECDHE-RSA-${cipher}`])
  .join(':');

/** Below this, what is too short is in the classes that are always asked for. */
const ALWAYS_ASKED = 128;

export function cipherConditions(endpoint: TlsEndpoint, { minBits, forwardSecrecy, profile }: Ciphers): Condition[] {
  const { suites, dhBits } = TLS_PROFILES[profile];
  const { suites: chosen } = endpoint;
  const short = (suite: ChosenSuite): boolean => suite.bits < minBits && !isWeak(suite);
  return [
    () => (read(endpoint.weakSuites) ? accepted(chosen.filter(isWeak), 'weak suites are accepted') : undefined),
    () => tooShort(chosen.filter(short), minBits, endpoint.listed),
    () =>
      forwardSecrecy && read(endpoint.legacySuites)
        ? accepted(chosen.filter(isLegacy), 'suites without forward secrecy, or that no client needs, are accepted')
        : undefined,
    () => chosenFirst(chosen),
    () => outside(chosen, suites, TLS_PROFILES[profile].guideline),
    () => weakGroup(endpoint, dhBits),
    () => (chosen.length === 0 ? cannotTell('not-observable', 'No cipher suite was seen chosen.') : undefined),
  ];
}

export function names(suites: readonly ChosenSuite[]): string[] {
  return suites.map(({ name }) => name);
}

function isWeak({ grade }: ChosenSuite): boolean {
  return grade === 'critical' || grade === 'high';
}

function isLegacy({ grade }: ChosenSuite): boolean {
  return grade === 'medium';
}

function accepted(suites: readonly ChosenSuite[], what: string): Problem {
  const words = list(names(suites)) || 'they';
  return { because: `${what.charAt(0).toUpperCase()}${what.slice(1)}: ${words}.`, actual: words };
}

function tooShort(suites: readonly ChosenSuite[], minBits: number, listed: boolean): Problem | undefined {
  if (suites.length > 0) return accepted(suites, `suites of less than ${minBits} bits are accepted`);
  if (minBits <= ALWAYS_ASKED || listed) return undefined;
  return cannotTell(
    'not-observable',
    `Whether a suite of less than ${minBits} bits is accepted was not asked.`,
    'Scan with --tls-full, which lists every suite.',
  );
}

function chosenFirst(suites: readonly ChosenSuite[]): Problem | undefined {
  const found = suites.filter(({ overStrong }) => overStrong);
  if (found.length === 0) return undefined;
  const words = list(names(found));
  return { because: `TLS 1.2 uses ${words}, although AEAD suites were offered first.`, actual: words };
}

function outside(suites: readonly ChosenSuite[], allowed: readonly string[] | null, guideline: string) {
  const found =
    allowed === null ? [] : suites.filter(({ name, grade }) => !allowed.includes(name) && grade !== 'medium');
  const rest = found.filter((suite) => !isWeak(suite));
  return rest.length === 0 ? undefined : accepted(rest, `suites outside ${guideline} are accepted`);
}

function weakGroup({ dh }: TlsEndpoint, most: number): Problem | undefined {
  const group = read(dh);
  if (group === undefined) return undefined;
  if (!group.prime) {
    return { because: `The Diffie-Hellman modulus of ${group.bits} bits is not prime.`, actual: 'composite modulus' };
  }
  if (group.bits >= most) return undefined;
  const because = `The Diffie-Hellman parameters have ${group.bits} bits; ${most} are needed.`;
  const remediation = 'Drop DHE suites, or give the server ffdhe2048 or longer: openssl dhparam 2048 > dhparam.pem.';
  return { because, actual: `DH ${group.bits} bits`, remediation };
}
