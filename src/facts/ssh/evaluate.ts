import type { Config, Entry } from './config.ts';
import { type Login, matches } from './match.ts';
import { DEFAULTS, isLegacy, KEYWORDS, type Keyword, normalValue, type Values } from './settings.ts';

/** A value and what decided it. */
export interface Decided {
  readonly value: string;
  readonly origin: string;
}
export type Decisions = ReadonlyMap<Keyword, Decided>;

export const BUILT_IN = 'the built-in default';

/**
 * What the global section says, first value wins. Only keywords that a file names are in the result, under
 * their current names; with OpenSSH 8.6 and older keyboard-interactive always is.
 */
export function globalDecisions(entries: readonly Entry[], legacy: boolean): Decisions {
  const first = firstValues(
    entries.filter((entry) => entry.guards.length === 0),
    legacy,
  );
  if (legacy) {
    const challenge = first.get('challengeresponseauthentication') ?? { value: 'yes', origin: BUILT_IN };
    const own = first.get('kbdinteractiveauthentication') ?? { value: 'no', origin: challenge.origin };
    first.set('kbdinteractiveauthentication', challenge.value === 'yes' ? challenge : own);
  }
  return relevant(first);
}

/** What Match blocks say for one log-in; these values win over the global ones. First matching block wins. */
export function matchDecisions(config: Config, login: Login, legacy: boolean): Decisions {
  const inForce = config.entries.filter(
    ({ guards }) => guards.length > 0 && guards.every(({ criteria }) => matches(criteria, login)),
  );
  return relevant(firstValues(inForce, legacy));
}

function firstValues(entries: readonly Entry[], legacy: boolean): Map<string, Decided> {
  const first = new Map<string, Decided>();
  for (const { keyword, args, origin } of entries) {
    const name = currentName(keyword, legacy);
    const value = normalValue(name, args);
    if (!first.has(name)) first.set(name, { value, origin });
  }
  return first;
}

function relevant(values: ReadonlyMap<string, Decided>): Decisions {
  return new Map(
    KEYWORDS.flatMap((keyword) => {
      const decided = values.get(keyword);
      return decided === undefined ? [] : [[keyword, decided] as const];
    }),
  );
}

function currentName(keyword: string, legacy: boolean): string {
  // The old versions have forgotten S/Key, the new ones remember its name.
  const isOtherName = keyword === 'skeyauthentication' || keyword === 'challengeresponseauthentication';
  if (isOtherName && !legacy) return 'kbdinteractiveauthentication';
  return keyword === 'dsaauthentication' ? 'pubkeyauthentication' : keyword;
}

/**
 * How the files, read our way, differ from what `sshd -T` says of a log-in; undefined when they agree. A difference means
 * that Match blocks cannot be trusted to be read rightly either.
 */
export function disagreement(config: Config, asked: Login, effective: Values): string | undefined {
  const legacy = isLegacy(effective);
  const overall = globalDecisions(config.entries, legacy);
  const special = matchDecisions(config, asked, legacy);
  for (const keyword of KEYWORDS) {
    const actual = effective.has(keyword) ? normalValue(keyword, effective.get(keyword) ?? []) : undefined;
    const decided = special.get(keyword) ?? overall.get(keyword) ?? { value: DEFAULTS[keyword], origin: BUILT_IN };
    if (actual !== undefined && actual !== decided.value) {
      return `"sshd -T" says ${keyword} ${actual}, but ${decided.origin} makes it ${decided.value}`;
    }
  }
  return undefined;
}
