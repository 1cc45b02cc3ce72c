import type { Condition, Facts, Problem } from '../../src/model/check.ts';
import { cannotTell, Ignorance, read } from '../../src/model/fact.ts';
import type { HttpEndpoint } from '../../src/model/facts/http.ts';
import type { ServedCertificate, Staple, TlsEndpoint } from '../../src/model/facts/tls.ts';
import type { Site } from '../../src/model/site.ts';
import { describeAge, describeDay, formatDuration } from '../../src/model/units.ts';
import {
  isForgeable,
  keyFault,
  keyProblem,
  signatureDoubt,
  signatureProblem,
  usageProblem,
} from './certificate-form.ts';
import { list } from './endpoints.ts';

const DAY = 86_400;
const ACME =
  'Renew it, e.g. with "certbot renew" or your ACME client, and reload the server; see why it did not do so by itself.';
const FULL_CHAIN =
  'Serve the leaf with its intermediates, leaf first: nginx ssl_certificate fullchain.pem; Apache SSLCertificateFile fullchain.pem.';

export interface Wanted {
  /** Seconds. */
  readonly expiresWithin: number;
  readonly caFile: string | null;
  /** Why dates mean nothing at this address; undefined when the clocks agree. */
  clockDoubt(address: string): string | undefined;
}

export function certificateConditions(endpoint: TlsEndpoint, site: Site, wanted: Wanted): Condition[] {
  const each = (judge: (certificate: ServedCertificate) => Problem | readonly Problem[] | undefined): Condition => {
    return () => (read(endpoint.certificates) ?? []).flatMap((certificate) => judge(certificate) ?? []);
  };
  const doubt = wanted.clockDoubt(endpoint.address);
  const clocksAgree = (): undefined => (doubt === undefined ? undefined : cannotTell('not-observable', doubt));
  return [
    clocksAgree,
    each((certificate) => (doubt === undefined ? dates(certificate, endpoint.at, wanted.expiresWithin) : undefined)),
    each((certificate) => nameProblem(certificate, site)),
    each(usageProblem),
    each(keyProblem),
    each(signatureProblem),
    each(stapleProblem),
    each((certificate) => chainProblems(certificate, doubt === undefined ? endpoint.at : null)),
    each((certificate) => lifetimeProblem(certificate)),
    each((certificate) => trustProblem(certificate, site, wanted.caFile)),
    each(signatureDoubt),
    () => void read(endpoint.secondCertificate),
  ];
}

/** A clock that is a day off, the server's or ours, makes dates meaningless; the Date field tells (RFC 9110 §6.6.1). */
export function clockDoubt(facts: Facts<'http'>, site: Site): Wanted['clockDoubt'] {
  const endpoints = httpOf(facts).filter((endpoint) => endpoint.site === site.url);
  return (address) => {
    const skew = endpoints.find((endpoint) => endpoint.address === address)?.clockSkewSeconds;
    if (skew?.state !== 'known' || Math.abs(skew.value) <= DAY) return undefined;
    const way = skew.value > 0 ? 'ahead of' : 'behind';
    return `The clock of ${site.name} is ${formatDuration(Math.abs(skew.value))} ${way} the scanner's, so nobody can say whether its certificate is within its dates.`;
  };
}

function httpOf(facts: Facts<'http'>): readonly HttpEndpoint[] {
  try {
    return facts.get('http') ?? [];
  } catch (error) {
    if (error instanceof Ignorance) return [];
    throw error;
  }
}

/** `valid until 2027-01-31, trusted by Mozilla's roots` */
export function describeAll(endpoints: readonly TlsEndpoint[]): string {
  const all = endpoints.flatMap(({ certificates }) => read(certificates) ?? []);
  const stores = all.flatMap(({ trust }) => trust.filter(({ trusted }) => trusted).map(({ store }) => store));
  const until = Math.min(...all.map(({ notAfter }) => notAfter));
  return `valid until ${describeDay(until)}, trusted by ${list(stores)}`;
}

/** A short-lived certificate is renewed late by design: a third of its lifetime is early enough. */
function dates({ notBefore, notAfter }: ServedCertificate, now: number, within: number): Problem | undefined {
  if (now > notAfter)
    return problem(`The certificate expired on ${describeDay(notAfter)}, ${describeAge(now - notAfter)} ago.`, ACME);
  if (now < notBefore) return problem(`The certificate is not valid before ${describeDay(notBefore)}.`, ACME);
  const most = Math.min(within, (notAfter - notBefore) / 3);
  if (notAfter - now >= most) return undefined;
  return problem(
    `The certificate expires on ${describeDay(notAfter)}, in ${describeAge(notAfter - now)}; ${formatDuration(Math.floor(most / 3600) * 3600)} before that it must have been renewed.`,
    ACME,
  );
}

function nameProblem({ matches, names, commonName }: ServedCertificate, { name }: Site): Problem | undefined {
  if (matches) return undefined;
  const remedy = `Get a certificate that names ${name}, or take the name off this server. Renewing gives the same names again.`;
  if (names.length > 0) return problem(`The certificate is for ${list(names)}, not for ${name}.`, remedy);
  return problem(
    `The certificate names no host: clients do not look at the common name "${commonName}" any more (RFC 9525).`,
    remedy,
  );
}

function stapleProblem({ mustStaple, staple }: ServedCertificate): Problem | undefined {
  if (staple.state === 'known' && staple.value.status === 'revoked')
    return problem(
      'The stapled OCSP response says that the certificate was revoked.',
      'Replace the certificate and its key.',
    );
  if (!mustStaple) return undefined;
  const fault = stapleFault(read(staple));
  if (fault === '') return undefined;
  return problem(
    `The certificate demands a stapled OCSP response (RFC 7633), and ${fault}.`,
    'In nginx:\n  ssl_stapling on;\nIn Apache:\n  SSLUseStapling on\nOr get a certificate without must-staple.',
  );
}

/** Why clients do not accept what was stapled, if anything was. */
function stapleFault(staple: Staple | undefined): string {
  if (staple === undefined) return 'none came';
  if (staple.status === 'other') return 'the stapled OCSP response is about another certificate';
  if (staple.ended !== null) return `the stapled OCSP response ended on ${describeDay(staple.ended)}`;
  return staple.status === 'good' ? '' : 'the stapled OCSP response does not know the certificate';
}

/** `now` is null where the clocks do not agree: dates are left out then. */
function chainProblems({ chain, trust }: ServedCertificate, now: number | null): Problem[] {
  const sent = read(chain);
  if (sent === undefined) return [];
  const expired = sent.above.filter(
    ({ notAfter, notBefore, root }) => !root && now !== null && (now > notAfter || now < notBefore),
  );
  const weak = sent.above.filter(({ signature, root }) => !root && isForgeable(signature));
  const short = sent.above.flatMap(({ subject, key, root }) => {
    const words = root ? '' : keyFault(key);
    return words === ''
      ? []
      : [problem(`The intermediate certificate "${subject}" has a weak key: ${words}.`, FULL_CHAIN)];
  });
  const trusted = trust.some((each) => each.trusted);
  return [
    ...short,
    ...expired.map(({ subject, notAfter }) =>
      problem(
        `The intermediate certificate "${subject}" is out of its dates (until ${describeDay(notAfter)}).`,
        FULL_CHAIN,
      ),
    ),
    ...weak.map(({ subject, signature }) =>
      problem(`The intermediate certificate "${subject}" is signed with ${signature}.`, FULL_CHAIN),
    ),
    ...(sent.ordered !== false || !trusted
      ? []
      : [problem('The certificates are sent in the wrong order: each must be followed by its issuer.', FULL_CHAIN)]),
  ];
}

/** CA/Browser Forum, ballot SC-081v3: days by the date of issue. */
const LIFETIMES = [
  { from: Date.UTC(2029, 2, 15), days: 47 },
  { from: Date.UTC(2027, 2, 15), days: 100 },
  { from: Date.UTC(2026, 2, 15), days: 200 },
  { from: Date.UTC(2020, 8, 1), days: 398 },
];

function lifetimeProblem({ notBefore, notAfter, trust }: ServedCertificate): Problem | undefined {
  // The first store is the public one; a private authority may do as it likes.
  if (trust[0]?.trusted !== true) return undefined;
  const limit = LIFETIMES.find(({ from }) => notBefore * 1000 >= from)?.days;
  // Both ends count (RFC 5280 §4.1.2.5).
  const days = (notAfter - notBefore + 1) / DAY;
  if (limit === undefined || days <= limit) return undefined;
  return problem(
    `The certificate is valid for ${Math.ceil(days)} days; public ones of its date may be for ${limit}.`,
    ACME,
  );
}

function trustProblem(certificate: ServedCertificate, { name }: Site, caFile: string | null): Problem | undefined {
  const [mozilla, ...files] = certificate.trust;
  if (mozilla === undefined)
    return cannotTell('not-observable', 'Whether the certificate is trusted was not looked at.');
  const own = caFile === null ? undefined : files.find(({ store }) => store === caFile);
  if (mozilla.trusted || own?.trusted === true) return undefined;
  if (caFile !== null && own === undefined) {
    return cannotTell(
      'not-observable',
      `The scan did not look whether ${caFile} vouches for the certificate of ${name}.`,
    );
  }
  const stores = own === undefined ? mozilla.store : `${mozilla.store} and ${own.store}`;
  const because = `The certificate is not trusted by ${stores}: ${(own ?? mozilla).error}.`;
  if (certificate.internalName && own === undefined && !certificate.selfSigned) {
    return cannotTell(
      'not-observable',
      `${because} For an internal name that may be right.`,
      'Give the file of your own authority: tls-certificate: { caFile: /etc/ssl/our-ca.pem }.',
    );
  }
  return problem(
    because,
    certificate.selfSigned ? 'Get a certificate from an authority, e.g. with certbot.' : FULL_CHAIN,
  );
}

export function problem(because: string, remediation?: string): Problem {
  const actual = because.replace(/\.$/, '');
  return { because, actual, ...(remediation === undefined ? {} : { remediation }) };
}
