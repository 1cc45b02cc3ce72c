/** A way to call the program that cannot work; the message says what would. */
export class UsageError extends Error {}

/** What yargs knows of the options of the command that it is parsing. */
export interface Options {
  readonly key: Readonly<Record<string, unknown>>;
  readonly alias: Readonly<Record<string, readonly string[]>>;
  readonly array: readonly string[];
  readonly boolean: readonly string[];
}

/**
 * The words without `--`, behind which yargs leaves everything lying. No host, run or id begins with `-`, so what stands
 * there needs no mark. Throws `UsageError` for an option behind it.
 */
export function withoutMark(words: readonly string[]): string[] {
  const [before, behind] = halves(words);
  const option = behind.find((word) => word.startsWith('-'));
  if (option !== undefined) throw new UsageError(`Unexpected argument ${JSON.stringify(option)}.`);
  return [...before, ...behind];
}

/** yargs takes an option that lacks its value for one that is not there: `--limit $UNSET` would be the whole fleet. */
export function refuseValueless(words: readonly string[], options: Options): void {
  const [before] = halves(words);
  for (const [index, word] of before.entries()) {
    const [, given = '', value] = /^--?([A-Za-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = longName(given, options);
    if (name === undefined || options.boolean.includes(name)) continue;
    const next = value ?? before[index + 1] ?? '';
    if (next === '' || (value === undefined && /^-./.test(next))) throw new UsageError(`--${name} has no value.`);
  }
}

/** Undefined for what is no option. */
function longName(given: string, { key, alias }: Options): string | undefined {
  const name = kebab(given);
  if (name.length > 1) return Object.hasOwn(key, name) ? name : undefined;
  return Object.keys(key).find((long) => long.length > 1 && alias[long]?.includes(name));
}

export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function halves(words: readonly string[]): readonly [readonly string[], readonly string[]] {
  const at = words.indexOf('--');
  return at < 0 ? [words, []] : [words.slice(0, at), words.slice(at + 1)];
}
