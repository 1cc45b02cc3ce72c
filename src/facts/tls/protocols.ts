import { absent, type Fact, known, unknown } from '../../model/fact.ts';
import type { ChosenSuite, DhParameters, TlsEndpoint, TlsVersion } from '../../model/facts/tls.ts';
import { readKeyExchange } from '../../wire/tls/flight.ts';
import { isPrime } from '../../wire/tls/prime.ts';
import { suiteName, suiteOf } from '../../wire/tls/suites.ts';
import { allRefused, type Seen, troubleOf } from './seen.ts';

const CLASSIC = ['hello-1.2', 'weak-suites', 'no-forward-secrecy-1', 'no-forward-secrecy-2'];
/** Which questions must all be refused for a version to count as off. */
const QUESTIONS: Readonly<Record<TlsVersion, readonly string[]>> = {
  SSLv2: ['ssl-2'],
  SSLv3: ['ssl-3'],
  'TLSv1.0': ['tls-1.0'],
  'TLSv1.1': ['tls-1.1'],
  'TLSv1.2': CLASSIC,
  'TLSv1.3': ['hello-1.3'],
};
const SESSION_VERSIONS: Readonly<Record<string, TlsVersion>> = { TLSv1: 'TLSv1.0' };

export function offersOf(seen: readonly Seen[]): TlsEndpoint['offers'] {
  const shown = new Set(
    seen.flatMap(({ outcome, exchange: { session } }) => [
      outcome?.chosen?.version,
      session === null ? undefined : (SESSION_VERSIONS[session.protocol] ?? session.protocol),
    ]),
  );
  const offer = (version: TlsVersion): Fact<boolean> => {
    if (shown.has(version)) return known(true);
    return not(allRefused(seen, QUESTIONS[version]));
  };
  return {
    SSLv2: offer('SSLv2'),
    SSLv3: offer('SSLv3'),
    'TLSv1.0': offer('TLSv1.0'),
    'TLSv1.1': offer('TLSv1.1'),
    'TLSv1.2': offer('TLSv1.2'),
    'TLSv1.3': offer('TLSv1.3'),
  };
}

function not(fact: Fact<boolean>): Fact<boolean> {
  return fact.state === 'known' ? known(!fact.value) : fact;
}

const GRADES = ['critical', 'high', 'medium', 'low', 'ok'] as const;

export function suitesOf(seen: readonly Seen[]): ChosenSuite[] {
  const all = seen.flatMap(({ outcome, question }): ChosenSuite[] => {
    const hello = outcome?.chosen;
    if (hello?.version === undefined || hello.version === 'SSLv2') return [];
    const suite = suiteOf(hello.suite);
    const grade = suite?.grade ?? 'medium';
    const overStrong = grade === 'low' && question === 'hello-1.2' && hello.version === 'TLSv1.2';
    return [
      {
        name: suiteName(hello.suite),
        version: hello.version,
        bits: suite?.bits ?? 0,
        forwardSecret: suite?.forwardSecret ?? false,
        grade,
        overStrong,
      },
    ];
  });
  const unique = new Map(all.map((each) => [`${each.version} ${each.name} ${each.overStrong}`, each]));
  return [...unique.values()].sort((a, b) => GRADES.indexOf(a.grade) - GRADES.indexOf(b.grade));
}

export function suiteFacts(seen: readonly Seen[], suites: readonly ChosenSuite[]) {
  const bad = suites.some(({ grade }) => grade === 'critical' || grade === 'high');
  const legacy = suites.some(({ grade }) => grade === 'medium');
  return {
    weakSuites: bad ? known(true) : not(allRefused(seen, weakQuestions(seen))),
    legacySuites: legacy ? known(true) : not(allRefused(seen, ['no-forward-secrecy-1', 'no-forward-secrecy-2'])),
    listed: isListed(seen),
  };
}

/** Those of TLS 1.3 matter unless it is known to be off. */
function weakQuestions(seen: readonly Seen[]): readonly string[] {
  const modern = offersOf(seen)['TLSv1.3'];
  return modern.state === 'known' && !modern.value ? ['weak-suites'] : ['weak-suites', 'weak-suites-1.3'];
}

/** The last hello of each list was answered with no. */
function isListed(seen: readonly Seen[]): boolean {
  const full = seen.filter(({ question }) => question.startsWith('full-') && !question.startsWith('full-groups'));
  const lists = new Map(full.map((each) => [each.question.replace(/-\d+$/, ''), each]));
  const sessions = seen.at(-1)?.exchange.state !== 'not-run';
  return lists.size > 0 && sessions && [...lists.values()].every(({ outcome }) => outcome?.kind === 'refused');
}

export function dhOf(seen: readonly Seen[], offers: TlsEndpoint['offers']): Fact<DhParameters> {
  const found = seen.flatMap(({ outcome }): DhParameters[] => {
    const name = suiteName(outcome?.chosen?.suite ?? 0);
    const bytes = outcome?.flight.keyExchange;
    if (!/^TLS_DHE?_(?:RSA|DSS|anon)_/.test(name) || bytes === undefined || bytes === null) return [];
    const exchange = readKeyExchange(bytes, 'dh');
    return exchange?.kind === 'dh' ? [{ bits: exchange.bits, prime: isPrime(exchange.prime) }] : [];
  });
  const weakest = found.sort((a, b) => Number(a.prime) - Number(b.prime) || a.bits - b.bits)[0];
  if (weakest !== undefined) return known(weakest);
  if (isModernOnly(offers)) return absent('TLS 1.3 alone is offered');
  const refused = allRefused(seen, ['dhe']);
  const chosen = seen.find(({ question, outcome }) => question === 'dhe' && outcome?.chosen);
  if (chosen !== undefined) return unknown('unparseable', 'The Diffie-Hellman parameters could not be read.');
  return refused.state === 'known' ? absent('No DHE suite is accepted') : refused;
}

function isModernOnly(offers: TlsEndpoint['offers']): boolean {
  return Object.entries(offers).every(([version, offered]) => {
    return version === 'TLSv1.3' || (offered.state === 'known' && !offered.value);
  });
}

export function featuresOf(seen: readonly Seen[], offers: TlsEndpoint['offers']) {
  const hellos = seen.flatMap(({ outcome, exchange }) => {
    const hello = outcome?.flight.hello;
    const modern = hello?.version === 'TLSv1.3' || hello?.version === 'SSLv2';
    return hello === undefined || hello === null || modern ? [] : [{ hello, kind: exchange.kind }];
  });
  const none = absent('Nothing before TLS 1.3 is offered');
  const missing: Fact<boolean> = isModernOnly(offers)
    ? none
    : unknown('not-observable', 'The server answered no hello of TLS 1.2 or older.');
  const deflate = hellos.find(({ kind }) => kind === 'hello-1.2-again')?.hello.compression;
  const signals = hellos.filter(({ hello }) => hello.version !== 'SSLv3');
  return {
    compression:
      hellos.length === 0
        ? missing
        : deflate === undefined
          ? unknown('not-observable', 'The hello that offers compression got no answer.')
          : known(deflate !== 0),
    secureRenegotiation:
      hellos.length === 0 ? missing : known((signals[0] ?? hellos[0])?.hello.extensions.includes(0xff01) === true),
    fallbackSignal: fallbackOf(seen, offers),
  };
}

function fallbackOf(seen: readonly Seen[], offers: TlsEndpoint['offers']): Fact<boolean> {
  const on = (version: TlsVersion): boolean => offers[version].state === 'known' && offers[version].value;
  const older = on('SSLv3') || on('TLSv1.0') || on('TLSv1.1');
  if (!older || !(on('TLSv1.2') || on('TLSv1.3'))) return absent('There is no older version to fall back to');
  const asked = seen.filter(({ question }) => question === 'fallback');
  const answer = asked.find(({ outcome }) => outcome !== null && outcome.kind !== 'silent')?.outcome;
  if (answer?.kind === 'fallback') return known(true);
  if (answer?.flight.hello) return known(false);
  const [record] = asked;
  return record === undefined
    ? unknown('not-observable', 'The fallback signal was not tried.')
    : troubleOf(record.exchange);
}
