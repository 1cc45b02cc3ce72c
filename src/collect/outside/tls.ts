import type { TlsExchange } from '../../model/exchange.ts';
import type { TlsVersion } from '../../wire/tls/names.ts';
import type { Outcome } from '../../wire/tls/outcome.ts';
import { BUNDLES, MOST_SUITES, suiteOf } from '../../wire/tls/suites.ts';
import { enumerate } from './tls/full.ts';
import { ask, MOST_CONNECTIONS, type Run, session, skip, startRun } from './tls/run.ts';
import type { Question } from './tls/say.ts';
import type { SiteTarget } from './tls/target.ts';
import type { Visit } from './visit.ts';

export type { SiteTarget } from './tls/target.ts';

const GOOD: Question = {
  kind: 'hello-1.2',
  hello: { version: 'TLSv1.2', suites: BUNDLES.good },
  until: 'flight',
};
const MODERN: Question = {
  kind: 'hello-1.3',
  hello: { version: 'TLSv1.3', suites: BUNDLES.tls13 },
  until: 'hello',
};
/** Of TLS 1.3, what neither encrypts nor is asked for by any browser (RFC 9150). */
const WEAK_MODERN: Question = {
  kind: 'weak-suites-1.3',
  hello: { version: 'TLSv1.3', suites: BUNDLES.weak13 },
  until: 'hello',
};
/** What must be refused, the worst first: a server that blocks us later has answered these. */
const FORBIDDEN: readonly Question[] = [
  { kind: 'weak-suites', hello: { version: 'TLSv1.2', suites: BUNDLES.weak }, until: 'flight' },
  { kind: 'ssl-3', hello: { version: 'SSLv3', suites: BUNDLES.legacy }, until: 'flight' },
  { kind: 'tls-1.0', hello: { version: 'TLSv1.0', suites: BUNDLES.legacy }, until: 'flight' },
  { kind: 'tls-1.1', hello: { version: 'TLSv1.1', suites: BUNDLES.legacy }, until: 'flight' },
  ...BUNDLES.medium.map((suites, at): Question => {
    return { kind: `no-forward-secrecy-${at + 1}`, hello: { version: 'TLSv1.2', suites }, until: 'flight' };
  }),
];
const DHE: Question = { kind: 'dhe', hello: { version: 'TLSv1.2', suites: BUNDLES.dhe }, until: 'flight' };
const SSL2: Question = { kind: 'ssl-2', hello: { version: 'SSLv2', suites: [] }, until: 'hello' };
const POST_QUANTUM: Question = {
  kind: 'post-quantum',
  hello: { version: 'TLSv1.3', suites: BUNDLES.tls13, groups: [0x11ec, 0x11eb, 0x11ed], emptyKeyShare: true },
  until: 'hello',
};

/**
 * The control at the end is as long as what must be refused: a server that refuses long hellos would look like one that
 * refuses what is in them.
 */
const AGAIN: Question = {
  kind: 'hello-1.2-again',
  hello: {
    version: 'TLSv1.2',
    suites: [...BUNDLES.good, ...BUNDLES.medium.flat()].slice(0, MOST_SUITES),
    compression: true,
  },
  until: 'flight',
};

/**
 * Those without which there is no verdict: two controls, the forbidden and those of TLS 1.3, DHE, SSL 2.0, the other
 * certificate, the control again. The rest is for repetitions, for a session, and for what is worth knowing.
 */
const NEEDED = 2 + FORBIDDEN.length + 5;

/**
 * Looks at the TLS of one address of a site: at most 15 connections, one after the other, with a hello that is known to
 * work before and after those that must be refused. Never throws. What was not asked is recorded as such.
 */
export async function probeTls(target: SiteTarget, visit: Visit): Promise<readonly TlsExchange[]> {
  const run = startRun(target, visit, MOST_CONNECTIONS - NEEDED);
  const good = await ask(run, GOOD);
  if (good?.kind === 'name') run.stopped = stopWords(target);
  const modern = await ask(run, MODERN);
  if (good?.kind === 'silent' && modern?.kind === 'silent') run.stopped ||= 'The server answers no TLS hello.';
  const old: (Outcome | undefined)[] = [];
  for (const question of FORBIDDEN) old.push(await ask(run, question));
  await askIf(run, modern?.kind === 'accepted' ? WEAK_MODERN : undefined);
  const modernOnly = modern?.kind === 'accepted' && (good?.flight.hello ?? null) === null;
  if (modernOnly) skip(run, DHE.kind, 'TLS 1.2 is not offered, so there is no DHE key exchange to look at.');
  else await ask(run, DHE);
  await ask(run, SSL2);
  await askIf(run, otherCertificate(good));
  // Where no certificate is sent in clear, only a session shows one.
  const owed = (good?.flight.certificates ?? null) === null ? 1 : 0;
  const future = extra(old, modern);
  if (future !== undefined && run.spare > owed) {
    run.spare -= 1;
    await ask(run, future);
  }
  await ask(run, AGAIN);
  // In the place of the question about DHE.
  if (modernOnly) await ask(run, { ...MODERN, kind: `${MODERN.kind}-again` });
  await sessions(run);
  if (visit.tlsFull) await enumerate(run, versionsOf([good, modern, ...old]));
  return run.exchanges;
}

function stopWords({ site }: SiteTarget): string {
  return site.serverName === null
    ? 'The server answers only clients that name a site (alert unrecognized_name).'
    : `The server does not know the name ${site.serverName} (alert unrecognized_name).`;
}

/** Asks what makes sense for this server; else the connection that was meant for it may be spent on something else. */
async function askIf(run: Run, question: Question | undefined): Promise<void> {
  if (question === undefined) run.spare += 1;
  else await ask(run, question);
}

/** Whole sessions, with what connections are left: by the site's name, and without one. */
async function sessions(run: Run): Promise<void> {
  const { serverName } = run.target.site;
  if (run.spare <= 0) return skip(run, 'session', 'The connections for this site were spent on repeated questions.');
  run.spare -= 1;
  await session(run, 'session', serverName);
  if (serverName !== null && run.spare > 0) await session(run, 'session-no-name', null);
}

const OLD_VERSIONS: readonly TlsVersion[] = ['TLSv1.1', 'TLSv1.0', 'SSLv3'];

/** Where older versions are on: whether the signal against falling back to them is understood. Else a look at the future. */
function extra(old: readonly (Outcome | undefined)[], modern: Outcome | undefined): Question | undefined {
  const older = OLD_VERSIONS.find((version) => old.some((outcome) => outcome?.chosen?.version === version));
  // The signal means something only in a hello that would be accepted without it.
  if (older !== undefined) {
    const suites = BUNDLES.legacy.slice(0, 125);
    return { kind: 'fallback', hello: { version: older, suites, fallback: true }, until: 'hello' };
  }
  return modern?.kind === 'accepted' ? POST_QUANTUM : undefined;
}

/** A server may have an RSA and an ECDSA certificate; the one it showed leads to the question for the other. */
function otherCertificate(good: Outcome | undefined): Question | undefined {
  const shown = suiteOf(good?.chosen?.suite ?? 0)?.auth;
  if (shown !== 'rsa' && shown !== 'ecdsa') return undefined;
  const suites = BUNDLES.good.filter((code) => suiteOf(code)?.auth !== shown);
  return { kind: 'other-certificate', hello: { version: 'TLSv1.2', suites }, until: 'flight' };
}

function versionsOf(outcomes: readonly (Outcome | undefined)[]): ReadonlySet<TlsVersion> {
  return new Set(outcomes.flatMap((outcome) => outcome?.chosen?.version ?? []));
}
