import type { Check, Facts, Judgement, Scope } from '../model/check.ts';
import { type Fact, Ignorance, type Unknown, unknown } from '../model/fact.ts';
import type { FactName, FactTypes } from '../model/facts/index.ts';

/** What a check came to, and the facts that it read for that, in the order of reading. */
export interface Outcome {
  readonly judged: readonly Judgement[] | Unknown;
  readonly read: readonly FactName[];
}

type Assigned = { readonly check: Check; readonly params: Readonly<Record<string, unknown>> };
type FactOf = <K extends FactName>(name: K) => Fact<FactTypes[K]>;

/** Evaluates a check. Ignorance that it met is the outcome, and so is a defect of the check. */
export function judge({ check, params }: Assigned, factOf: FactOf, scope: Scope): Outcome {
  const read = new Set<FactName>();
  const facts: Facts<FactName> = {
    get(name) {
      read.add(name);
      const fact = factOf(name);
      if (fact.state === 'unknown') throw new Ignorance(fact);
      return fact.state === 'known' ? fact.value : undefined;
    },
    absence(name) {
      read.add(name);
      const fact = factOf(name);
      return fact.state === 'absent' ? fact.because : '';
    },
  };
  return { judged: attempt(check, () => check.evaluate(facts, params, scope)), read: [...read] };
}

function attempt(check: Check, evaluate: () => Judgement | readonly Judgement[]): Outcome['judged'] {
  try {
    const judged = evaluate();
    const judgements: readonly Judgement[] = Array.isArray(judged) ? judged : [judged as Judgement];
    if (judgements.length === 0) throw new Error('The check came to no judgement.');
    return judgements;
  } catch (error) {
    if (error instanceof Ignorance) return error.fact;
    const why = error instanceof Error ? error.message : String(error);
    return unknown('internal', `The check ${check.id} failed inside: ${why}`);
  }
}

interface Common {
  readonly get: FactOf;
  /** False for a fact that no other host has: nothing is remembered for it. */
  readonly isCommon: (name: FactName) => boolean;
}

/** A fact that a check asks for, and where it goes on from there for each fact that it got. */
interface Question {
  readonly name: FactName;
  /** By the very object: it goes when the fact is forgotten. */
  readonly next: WeakMap<Fact<unknown>, Question | Outcome>;
}

const starts = new WeakMap<Assigned, Question | Outcome>();

/**
 * As `judge`, but a check that gets the very same facts again is not evaluated again: it is pure, so it would say the
 * same. What it asks for is followed question by question, since it may ask for less or more after each answer. A check
 * that looked at the host or its clock is never remembered.
 */
export function judgeShared(assigned: Assigned, base: Common, scope: Scope): Outcome {
  let step = starts.get(assigned);
  while (step !== undefined && 'next' in step)
    step = base.isCommon(step.name) ? step.next.get(base.get(step.name)) : undefined;
  if (step !== undefined) return step;
  const watched = new Watched(scope);
  const outcome = judge(assigned, base.get, watched);
  const isDefect = 'state' in outcome.judged && outcome.judged.reason === 'internal';
  if (!watched.wasLookedAt && !isDefect && outcome.read.length > 0 && outcome.read.every(base.isCommon))
    remember(assigned, outcome, base.get);
  return outcome;
}

function remember(assigned: Assigned, outcome: Outcome, factOf: FactOf): void {
  let put = (step: Question | Outcome): void => {
    starts.set(assigned, step);
  };
  let step = starts.get(assigned);
  for (const name of outcome.read) {
    const question: Question =
      step !== undefined && 'next' in step ? step : { name, next: new WeakMap<Fact<unknown>, Question | Outcome>() };
    if (question !== step) put(question);
    const fact = factOf(name);
    put = (after) => {
      question.next.set(fact, after);
    };
    step = question.next.get(fact);
  }
  put(outcome);
}

/** Notes whether anything of it was asked for. */
class Watched implements Scope {
  wasLookedAt = false;
  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  get now(): number {
    return this.#looked().now;
  }

  get clockOffsetSeconds(): number | null {
    return this.#looked().clockOffsetSeconds;
  }

  get host(): Scope['host'] {
    return this.#looked().host;
  }

  #looked(): Scope {
    this.wasLookedAt = true;
    return this.#scope;
  }
}
