import { Ignorance } from './fact.ts';
import type { FactName, FactTypes } from './facts/index.ts';
import type { Host } from './host.ts';
import type { Site } from './site.ts';
import type { Severity, Verdict } from './verdict.ts';

/** JSON Schema (2020-12) of one parameter, with its default: the catalogue, the baseline reader and the docs use it. */
export interface Param {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly default: unknown;
  readonly description: string;
}

export type Params = Readonly<Record<string, unknown>>;

/** What a check says about one subject. Only the engine says `unknown`. */
export interface Judgement {
  readonly verdict: Exclude<Verdict, 'unknown'>;
  /** One full sentence of what was seen, with its final full stop. */
  readonly because: string;
  readonly expected: string;
  readonly actual: string;
  /** Default: the host. Else `account:alice`, `sshd:addr=10.0.0.9`, … */
  readonly subject?: string;
  /** For `not-applicable`: the name of the applicability rule. */
  readonly rule?: string;
  /** Exact commands for what was found here; default: the check's own remediation. */
  readonly remediation?: string;
  /** A part of what was found has no commands of its own: the check's remediation is needed as well. */
  readonly alsoGeneral?: true;
}

/** What a check may know besides facts: everything is an argument, nothing is looked up. */
export interface Scope {
  /** Seconds since the epoch on the HOST's clock, at collection. */
  readonly now: number;
  /** Host clock minus scanner clock; null when it could not be compared. Ages mean nothing on a clock that is wrong. */
  readonly clockOffsetSeconds: number | null;
  readonly host: Pick<Host, 'name' | 'address' | 'port' | 'user' | 'provider' | 'tags' | 'groups'>;
  /** The site to judge, for a check `per: 'site'`; missing where the host has none, and for all other checks. */
  readonly site?: Site;
}

/** Reads facts lazily; reading one that is unknown ends the evaluation as `unknown`. */
export type FactReader<N extends FactName> = <K extends N>(name: K) => FactTypes[K] | undefined;

/** One executable test of one condition: data plus one pure function. */
export interface Check<N extends FactName = FactName, P extends Params = Params> {
  readonly id: string;
  /** States the desired condition. */
  readonly title: string;
  readonly severity: Severity;
  readonly rationale: string;
  /** Text with the commands that fix it; never executed by us. */
  readonly remediation: string;
  /** What this check does not see. */
  readonly limits?: string;
  /** Framework id → ids of requirements it contributes to. */
  readonly mappings: Readonly<Record<string, readonly string[]>>;
  readonly needs: readonly N[];
  /** Where its facts come from. Default: the host itself. `network` is left out of a scan without the outside view. */
  readonly view?: 'network' | 'both';
  /** `site`: evaluated once per site, which is then the subject. */
  readonly per?: 'site';
  readonly params: Readonly<Record<keyof P & string, Param>>;
  /**
   * Pure. `facts('ufw')` is the value, `undefined` when the thing is absent; throws through to the
   * engine when it is unknown. `why(name)` is the sentence of an absent fact.
   */
  evaluate(facts: Facts<N>, params: P, scope: Scope): Judgement | readonly Judgement[];
}

export interface Facts<N extends FactName> {
  /** The value, or undefined when absent; ends the evaluation when unknown. */
  readonly get: FactReader<N>;
  /** The sentence of an absent fact ("ufw is not installed"), else an empty string. */
  absence(name: N): string;
}

/** Keeps the literal fact names of `needs` in the type, so reading an undeclared fact does not compile. */
export function defineCheck<const N extends FactName, P extends Params = Record<string, never>>(
  check: Check<N, P>,
): Check<N, P> {
  return check;
}

/** One thing that is wrong, as a full sentence. */
export interface Problem {
  readonly because: string;
  readonly actual: string;
  readonly remediation?: string;
}

/** Evaluates to what is wrong, or to nothing when the condition holds. */
export type Condition = () => Problem | readonly Problem[] | undefined;

/**
 * All conditions must hold. Worst of fail > unknown > pass: a condition that proves something wrong
 * decides even when another one could not be looked at; otherwise ignorance travels on.
 */
export function judge(
  pass: {
    readonly because: string | (() => string);
    readonly expected: string;
    readonly actual?: string | (() => string);
  },
  conditions: readonly Condition[],
): Judgement {
  const problems: Problem[] = [];
  let ignorance: Ignorance | undefined;
  for (const condition of conditions) {
    try {
      const found = condition();
      if (found !== undefined) problems.push(...(Array.isArray(found) ? found : [found as Problem]));
    } catch (error) {
      if (!(error instanceof Ignorance)) throw error;
      ignorance ??= error;
    }
  }
  if (problems.length > 0) {
    return {
      verdict: 'fail',
      because: problems.map((problem) => problem.because).join(' '),
      expected: pass.expected,
      actual: problems.map((problem) => problem.actual).join('; '),
      ...stepsOf(problems),
    };
  }
  if (ignorance !== undefined) throw ignorance;
  const because = typeof pass.because === 'string' ? pass.because : pass.because();
  const actual = typeof pass.actual === 'function' ? pass.actual() : pass.actual;
  return { verdict: 'pass', because, expected: pass.expected, actual: actual ?? pass.expected };
}

/** All that has to be done; what an earlier step does already is not said again. */
function stepsOf(problems: readonly Problem[]): Pick<Judgement, 'remediation' | 'alsoGeneral'> {
  const own = problems.flatMap((problem) => problem.remediation ?? []);
  if (own.length === 0) return {};
  const steps = own.filter((step, at) => !own.some((other, i) => other.includes(step) && (other !== step || i < at)));
  return { remediation: steps.join('\n'), ...(own.length < problems.length ? { alsoGeneral: true } : {}) };
}

/** A condition does not exist here, by a named rule. */
export function notApplicable(rule: string, because: string, expected: string): Judgement {
  return { verdict: 'not-applicable', rule, because, expected, actual: because };
}

/** As `defineCheck`, for a check that judges one site at a time. A host that has no site has nothing to judge. */
export function defineSiteCheck<const N extends FactName, P extends Params = Record<string, never>>(
  check: Omit<Check<N, P>, 'evaluate' | 'per'> & {
    judge(site: Site, facts: Facts<N>, params: P, scope: Scope): Judgement;
  },
): Check<N, P> {
  const { judge: judgeSite, ...rest } = check;
  return {
    ...rest,
    per: 'site',
    evaluate: (facts, params, scope) =>
      scope.site === undefined
        ? notApplicable('no-site', 'No site is declared for this host, and none was found on it.', `${check.title}.`)
        : judgeSite(scope.site, facts, params, scope),
  };
}
