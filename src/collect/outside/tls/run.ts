import type { TlsExchange } from '../../../model/exchange.ts';
import { type Outcome, outcomeOf } from '../../../wire/tls/outcome.ts';
import { pause, type Visit } from '../visit.ts';
import { blank, type Question, say } from './say.ts';
import { meet } from './session.ts';
import type { SiteTarget } from './target.ts';

/** Connections to one address of one site. */
export const MOST_CONNECTIONS = 15;
/** Some servers hang on long hellos; the most common suites come first. */
const FEW_SUITES = 30;

/** The exchanges with one address of one site so far, and what they allow. */
export interface Run {
  readonly target: SiteTarget;
  readonly visit: Visit;
  readonly exchanges: TlsExchange[];
  connections: number;
  /** How many may still be spent on repetitions and on what is not needed for a verdict. */
  spare: number;
  /** Failures to connect, one after the other. */
  failures: number;
  /** True once this server was seen to answer hellos that it does not like with silence. */
  quiet: boolean;
  /** The hello that it answered first with one of its own. */
  control: Question | undefined;
  /** Why nothing more is asked, as a full sentence; empty as long as something is. */
  stopped: string;
}

export function startRun(target: SiteTarget, visit: Visit, spare: number): Run {
  const state = { connections: 0, spare, failures: 0, quiet: false, control: undefined, stopped: '' };
  return { target, visit, exchanges: [], ...state };
}

/** Records that something was not asked. */
export function skip(run: Run, kind: string, error: string): void {
  run.exchanges.push({ ...blank(kind, run.target), error });
}

/**
 * Asks one question; once more after a pause when the answer is silence or a complaint about the hello's form. Silence
 * that repeats itself while the control still works is how this server says no; else nothing more is asked.
 */
export async function ask(run: Run, question: Question): Promise<Outcome | undefined> {
  const outcome = await once(run, question);
  if (outcome === undefined || run.stopped !== '' || !isDoubtful(outcome, run)) return outcome;
  if (run.control !== undefined && run.spare <= 0) return outcome;
  run.spare -= 1;
  await pause(run.visit.limits.retry, run.visit);
  const suites = question.hello.suites.slice(0, FEW_SUITES);
  const again = await once(run, { ...question, kind: `${question.kind}-retry`, hello: { ...question.hello, suites } });
  if (again?.kind !== 'silent' || run.control === undefined || run.spare <= 0) return again ?? outcome;
  run.spare -= 1;
  const control = await once(run, { ...run.control, kind: `${run.control.kind}-check` });
  if (control !== undefined && control.flight.hello !== null) run.quiet = true;
  else if (run.stopped === '') run.stopped = `The server stopped answering after ${run.connections} connections.`;
  return again;
}

function isDoubtful(outcome: Outcome, run: Run): boolean {
  if (outcome.kind === 'form') return true;
  if (outcome.kind !== 'silent' || run.quiet) return false;
  const state = run.exchanges.at(-1)?.state;
  if (state === 'refused' || state === 'unreachable') return false;
  // Where two hellos got no answer, a third is enough.
  return run.control !== undefined || run.connections < 2;
}

async function once(run: Run, question: Question): Promise<Outcome | undefined> {
  const exchange = await attempt(run, question.kind, () => say(question, run.target, run.visit));
  if (exchange === undefined) return undefined;
  const outcome = outcomeOf(Buffer.from(exchange.sent, 'base64'), Buffer.from(exchange.received, 'base64'));
  if (outcome.flight.hello !== null) run.control ??= question;
  if (outcome.kind === 'not-tls' && run.control === undefined) run.stopped = exchange.error;
  return outcome;
}

/** A whole session, for what is not sent in clear. */
export async function session(run: Run, kind: string, serverName: string | null): Promise<void> {
  await attempt(run, kind, () => meet(kind, serverName, run.target, run.visit));
}

async function attempt(run: Run, kind: string, dialled: () => Promise<TlsExchange>): Promise<TlsExchange | undefined> {
  if (run.stopped !== '') {
    skip(run, kind, run.stopped);
    return undefined;
  }
  if (run.connections > 0) await pause(run.visit.limits.gap, run.visit);
  const exchange = await dialled();
  run.exchanges.push(exchange);
  if (exchange.state === 'not-run') {
    run.stopped = exchange.error;
    return undefined;
  }
  run.connections += 1;
  const connected = exchange.bytesOut > 0 || exchange.bytesIn > 0;
  run.failures = connected ? 0 : run.failures + 1;
  // Where nothing ever answered, there is no reason to go on.
  if (run.control === undefined && run.failures >= 2) run.stopped = exchange.error;
  if (run.failures >= 3)
    run.stopped = `The server stopped answering after ${run.connections} connections: ${exchange.error}`;
  return exchange;
}
