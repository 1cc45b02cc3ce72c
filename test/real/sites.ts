import { compliant, type Expected, type Suite } from './expected.ts';

/**
 * The expected verdicts of both views on hosts that differ in what the network shows. As in `variants.ts`, a row names
 * only what differs: from a compliant host, and for each of its sites from a site as it should be.
 */
export interface Row {
  /** Of `test/fleet/variants`; they prove with curl, openssl and ssh what they are. */
  readonly variants: string;
  readonly on: readonly Suite[];
  readonly host: Expected;
  /** By name, in `example`, over HTTPS. */
  readonly sites: Readonly<Record<string, Expected>>;
}

const ALL: readonly Suite[] = ['bullseye', 'bookworm', 'trixie'];
const PASS = 'pass';
const FAIL = 'fail';

/** A site as it should be. */
export const goodSite: Expected = {
  'tls-certificate': PASS,
  'tls-protocols': PASS,
  'tls-ciphers': PASS,
  'https-redirect': PASS,
  'https-hsts': PASS,
  'http-disclosure': PASS,
};

/** A compliant host, seen from both sides. */
export function compliantSeen(suite: Suite): Expected {
  return {
    ...compliant(suite),
    'ports-exposed': PASS,
    // OpenSSH 8.4 still offers signatures with SHA-1 by default.
    'ssh-crypto': suite === 'bullseye' ? FAIL : PASS,
    'ssh-offered-auth': PASS,
  };
}

/** The one site that has no name: what its address serves in clear. */
export const ADDRESS = 'address';
const clear: Expected = {
  'tls-certificate': 'not-applicable',
  'tls-protocols': 'not-applicable',
  'tls-ciphers': 'not-applicable',
  'https-hsts': 'not-applicable',
};

const badHsts: Expected = { 'https-hsts': FAIL };
// Browsers remember nothing that came with a certificate they refuse.
const refused: Expected = { 'tls-certificate': FAIL, 'https-hsts': FAIL };

export const rows: readonly Row[] = [
  { variants: 'web-compliant', on: ALL, host: {}, sites: { shop: {} } },
  {
    variants: 'web-hsts',
    on: ALL,
    host: {},
    sites: {
      good: {},
      'no-hsts': badHsts,
      'hsts-200': badHsts,
      'hsts-location': badHsts,
      'hsts-zero': badHsts,
      'hsts-short': badHsts,
      'hsts-quoted': {},
      'hsts-twice': badHsts,
      'hsts-h5bp': badHsts,
      'hsts-http': badHsts,
      'hsts-unloaded': badHsts,
      plain: { 'https-redirect': FAIL },
      temporary: { 'https-redirect': FAIL },
      version: { 'http-disclosure': FAIL },
    },
  },
  {
    variants: 'web-certs',
    on: ALL,
    host: {},
    sites: {
      good: {},
      expired: refused,
      soon: { 'tls-certificate': FAIL },
      'wrong-name': refused,
      'no-chain': refused,
      'self-signed': refused,
      stale: { 'tls-certificate': FAIL },
      'weak-suite': { 'tls-ciphers': FAIL },
    },
  },
  {
    variants: 'web-old-tls',
    on: ALL,
    host: {},
    sites: { legacy: { 'tls-protocols': FAIL }, modern: { 'tls-protocols': FAIL } },
  },
  {
    variants: 'docker-dnat,web-compliant',
    on: ['bookworm'],
    host: { 'firewall-effective': FAIL, 'ports-exposed': FAIL },
    sites: { shop: {} },
  },
  {
    variants: 'sshd-stale,web-compliant',
    on: ['trixie'],
    host: {
      'ssh-key-only': 'unknown:not-observable',
      'ssh-root-login': 'unknown:not-observable',
      'ssh-offered-auth': FAIL,
    },
    sites: { shop: {} },
  },
  {
    variants: 'ufw-undocumented-port,sshd-weak-crypto,nginx-debian',
    on: ['trixie'],
    host: { 'firewall-allowed-ports': FAIL, 'ports-exposed': FAIL, 'ssh-crypto': FAIL },
    sites: { [ADDRESS]: { ...clear, 'https-redirect': FAIL } },
  },
];

/** What a finding must say besides its verdict: what is at fault, or which two things contradict each other. */
export const told: readonly (readonly [firstVariant: string, site: string | null, check: string, because: RegExp])[] = [
  ['docker-dnat', null, 'ports-exposed', /5432\/tcp, .*published around the firewall/],
  ['docker-dnat', null, 'firewall-effective', /answers on 5432\/tcp, although .* the firewall let nobody in/],
  ['ufw-undocumented-port', null, 'ports-exposed', /8080\/tcp, which is not documented: the firewall lets it in/],
  ['sshd-stale', null, 'ssh-offered-auth', /offers password .* But by the host's configuration it must not/],
  ['ufw-undocumented-port', null, 'ssh-crypto', /diffie-hellman-group1-sha1 .* 3des-cbc .* hmac-md5/],
  ['web-certs', 'expired', 'tls-certificate', /expired on \d{4}-\d\d-\d\d/],
  ['web-certs', 'wrong-name', 'tls-certificate', /for other\.example, not for wrong-name\.example/],
  ['web-certs', 'no-chain', 'tls-certificate', /"CN=Fixture Intermediate" was not sent/],
  ['web-certs', 'stale', 'tls-certificate', /told to serve \S+stale\.example\.pem .* was not reloaded since/],
  ['web-certs', 'weak-suite', 'tls-ciphers', /without forward secrecy.*TLS_RSA_WITH_AES_128_CBC_SHA/],
  ['web-hsts', 'hsts-200', 'https-hsts', /status 404\) sends no .*hsts-200\.example:\d+ .*"always" is missing/],
  [
    'web-hsts',
    'hsts-location',
    'https-hsts',
    /"location \/" go without .*hsts-location\.example:\d+ stands in its way/,
  ],
  ['web-hsts', 'hsts-h5bp', 'https-hsts', /h5bp\/directive-only\/ssl\.conf:\d+ would set it, but .* commented out/],
  ['web-hsts', 'hsts-unloaded', 'https-hsts', /told to send .*, but .* has no such header: the running server/],
  ['web-hsts', 'hsts-twice', 'https-hsts', /2 times; .* told to send .* the application behind it sends/],
  ['web-hsts', 'version', 'http-disclosure', /Server header .*"nginx\/1\.\d+\.\d+"/],
  ['web-old-tls', 'legacy', 'tls-protocols', /TLSv1\.0 is offered\. TLSv1\.1 is offered/],
  ['web-old-tls', 'modern', 'tls-protocols', /without effect: the default server .*legacy\.example:\d+/],
];
