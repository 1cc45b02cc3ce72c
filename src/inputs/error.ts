/** Where something a person wrote stands. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One thing that is wrong with an input. Every text is a full sentence. */
export interface InputProblem extends Place {
  readonly what: string;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** sysexits(3): EX_USAGE, EX_DATAERR, EX_NOINPUT, EX_CONFIG. */
const EXIT_CODES = { usage: 64, data: 65, missing: 66, config: 78 } as const;
export type InputKind = keyof typeof EXIT_CODES;

const MOST_SHOWN = 20;

/** Everything that is wrong with what a person wrote, in the order they would fix it. */
export class InputError extends Error {
  readonly kind: InputKind;
  readonly exitCode: number;
  readonly problems: readonly InputProblem[];

  constructor(kind: InputKind, problems: readonly InputProblem[]) {
    const sorted = distinct(problems).sort(byPlace);
    const more = sorted.length - MOST_SHOWN;
    const lines = sorted.slice(0, MOST_SHOWN).map(formatProblem);
    super([...lines, ...(more > 0 ? [`… and ${more} more.`] : [])].join('\n'));
    this.name = 'InputError';
    this.kind = kind;
    this.exitCode = EXIT_CODES[kind];
    this.problems = sorted.slice(0, MOST_SHOWN);
  }
}

/** `fleet.yaml:3:5: "hots" is not a key here. Expected one of hosts, groups. Did you mean "hosts"?` */
export function formatProblem(problem: InputProblem): string {
  const place = formatPlace(problem);
  const text = [problem.what, problem.expected, problem.suggestion].filter((part) => part !== undefined).join(' ');
  return place === '' ? text : `${place}: ${text}`;
}

/** `file:line:column`, as far as known. */
export function formatPlace({ file, line, column }: Place): string {
  return [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
}

/** Quotes what a person wrote; control characters are escaped and long text is cut. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  const visible = text.replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return visible.length > 80 ? `${visible.slice(0, 76)}…${text.startsWith('"') ? '"' : ''}` : visible;
}

/** "a, b or c". */
export function listWords(words: readonly string[], last = 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

function byPlace(a: InputProblem, b: InputProblem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

function distinct(problems: readonly InputProblem[]): InputProblem[] {
  return [...new Map(problems.map((problem) => [formatProblem(problem), problem])).values()];
}
