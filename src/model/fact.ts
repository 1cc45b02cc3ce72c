import type { Reason } from './verdict.ts';

/**
 * A typed observation. `known` and `absent` are knowledge ("ufw is not installed" is known);
 * `unknown` is ignorance and carries why. Values may hold nested facts where one part of an
 * observation can be missing while the rest stands.
 */
export type Fact<T> = Known<T> | Absent | Unknown;

export interface Known<T> {
  readonly state: 'known';
  readonly value: T;
}

/** We looked, and the thing is not there. */
export interface Absent {
  readonly state: 'absent';
  /** One full sentence of what was seen, without the final full stop: "fail2ban is not installed". */
  readonly because: string;
}

/** We could not look, or could not read what we saw. */
export interface Unknown {
  readonly state: 'unknown';
  readonly reason: Reason;
  /** One full sentence of what stood in the way. */
  readonly message: string;
  /** What a person can do so that the next scan knows, e.g. the missing sudoers line. */
  readonly remedy?: string;
}

export function known<T>(value: T): Known<T> {
  return { state: 'known', value };
}

export function absent(because: string): Absent {
  return { state: 'absent', because };
}

export function unknown(reason: Reason, message: string, remedy?: string): Unknown {
  return { state: 'unknown', reason, message, ...(remedy === undefined ? {} : { remedy }) };
}

/**
 * Thrown by readers when they meet ignorance; only `deriveFacts` and the engine catch it.
 * So neither a parser nor a check can turn "could not look" into a value or a verdict.
 */
export class Ignorance extends Error {
  readonly fact: Unknown;

  constructor(fact: Unknown) {
    // Ignorance is a value on its way to the reader, met on every host: where it was thrown is of no interest.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(fact.message);
    Error.stackTraceLimit = limit;
    this.name = 'Ignorance';
    this.fact = fact;
  }
}

/** Ends the current derivation or evaluation as `unknown`. */
export function cannotTell(reason: Reason, message: string, remedy?: string): never {
  throw new Ignorance(unknown(reason, message, remedy));
}

/** The value of a fact that must be there; throws `Ignorance` when it is unknown. `undefined` when absent. */
export function read<T>(fact: Fact<T>): T | undefined {
  if (fact.state === 'unknown') throw new Ignorance(fact);
  return fact.state === 'absent' ? undefined : fact.value;
}
