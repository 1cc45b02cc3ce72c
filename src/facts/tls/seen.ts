import type { TlsExchange } from '../../model/exchange.ts';
import { type Fact, known, type Unknown, unknown } from '../../model/fact.ts';
import type { Reason } from '../../model/verdict.ts';
import { type Outcome, outcomeOf } from '../../wire/tls/outcome.ts';

/** One exchange with what its bytes mean. */
export interface Seen {
  readonly exchange: TlsExchange;
  /** The question, without the word for its repetition: `tls-1.0`. */
  readonly question: string;
  /** Null for a session, and for what was not asked. */
  readonly outcome: Outcome | null;
  /** The server took part: what it refuses shortly before and after counts. */
  readonly alive: boolean;
}

export function seenOf(exchange: TlsExchange): Seen {
  const question = exchange.kind.replace(/-(?:retry|check|again)$/, '');
  const asked = exchange.sent !== '' && exchange.state !== 'not-run' && exchange.bytesOut > 0;
  const outcome = asked ? outcomeOf(bytes(exchange.sent), bytes(exchange.received)) : null;
  return { exchange, question, outcome, alive: exchange.session !== null || (outcome?.flight.hello ?? null) !== null };
}

export function bytes(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}

/** Whether all of these questions were answered with no, each between two exchanges in which the server took part. */
export function allRefused(seen: readonly Seen[], questions: readonly string[]): Fact<boolean> {
  const length = lengthDoubt(seen);
  if (length !== undefined) return length;
  for (const question of questions) {
    const doubt = doubtOf(seen, question);
    if (doubt !== undefined) return doubt;
  }
  return known(true);
}

/** The control at the end holds what the first one held, and is as long as what must be refused. */
function lengthDoubt(seen: readonly Seen[]): Unknown | undefined {
  const took = seen.some(({ exchange, alive }) => exchange.kind === 'hello-1.2' && alive);
  const refused = seen.some(
    ({ exchange, outcome }) => exchange.kind === 'hello-1.2-again' && outcome?.kind === 'refused',
  );
  if (!took || !refused) return undefined;
  return unknown(
    'not-observable',
    'The server refuses a longer hello with suites that it accepted in a shorter one, so its refusals may be about length.',
  );
}

/** Why it cannot be said that a question was answered with no; undefined when it can. */
export function doubtOf(seen: readonly Seen[], question: string): Unknown | undefined {
  const first = seen.findIndex(({ alive }) => alive);
  const last = seen.findLastIndex(({ alive }) => alive);
  const asked = seen.flatMap((each, at) => (each.question === question ? [{ ...each, at }] : []));
  const answers = asked.filter(({ outcome }) => outcome !== null);
  const firm = answers.filter(
    ({ outcome }) => isFirm(outcome, question, answers.length) || (isSilent(outcome) && isQuiet(seen)),
  );
  if (firm.some(({ at }) => first >= 0 && first < at && at < last)) return undefined;
  const record = (answers.at(-1) ?? asked.at(-1))?.exchange;
  if (record === undefined) return unknown('not-observable', `The question "${question}" was not asked.`);
  if (answers.length === 0 || firm.length === 0) return troubleOf(record);
  return unknown(
    'not-observable',
    `The server refused the hello "${question}", but accepted none ${first >= 0 && first < (firm[0]?.at ?? 0) ? 'afterwards' : 'before'}, so the refusal may be about something else.`,
  );
}

/**
 * A complaint about the hello's form is an answer only when another form got it, too. Another protocol answers hellos of
 * SSL, which need not look like TLS; to others that is the page of a limiter or a proxy, and refuses nothing.
 */
function isFirm(outcome: Outcome | null, question: string, times: number): boolean {
  if (outcome === null || outcome.kind === 'silent' || outcome.kind === 'name') return false;
  if (outcome.kind === 'not-tls') return question.startsWith('ssl-');
  return outcome.kind !== 'form' || times > 1;
}

function isSilent(outcome: Outcome | null): boolean {
  return outcome?.kind === 'silent';
}

/** Whether silence is how this server says no: seen twice for one question, while it still answered others. */
function isQuiet(seen: readonly Seen[]): boolean {
  return seen.some(({ question, outcome }, at) => {
    if (outcome?.kind !== 'silent') return false;
    const next = seen[at + 1];
    return next?.question === question && next.outcome?.kind === 'silent' && seen[at + 2]?.alive === true;
  });
}

/** An exchange without an answer, as ignorance. */
export function troubleOf({ state, error }: TlsExchange): Unknown {
  const reasons: Readonly<Partial<Record<TlsExchange['state'], Reason>>> = {
    timeout: 'timeout',
    'too-much': 'truncated',
    garbled: 'unparseable',
    'not-run': 'not-observable',
    answered: 'not-observable',
  };
  const message = error === '' ? 'The server gave no answer that tells.' : error;
  return unknown(reasons[state] ?? 'unreachable', message);
}
