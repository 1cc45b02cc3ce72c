import { hash } from 'node:crypto';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';

/**
 * What one command answered, without where and when: equal answers of different hosts are one object. Equal means every
 * byte that was kept, argv, uid, exit code and state; the texts stand for themselves by their SHA-256.
 */
export interface Answer {
  /** Its own, in this process. */
  readonly id: number;
  /** Hex, of the (redacted) texts. */
  readonly stdoutSha256: string;
  readonly stderrSha256: string;
  /** True when it was met before: only such an answer is worth remembering anything for. */
  readonly isCommon: boolean;
}

/** Answers that were met once leave a number, so that a fleet whose hosts share nothing leaves next to nothing. */
const MET = 30_000;
/** Common answers. A host gives about 60. */
const COMMON = 6000;
/** Characters of answers that are known by their texts; those by their hashes take more time and less room. */
const TEXTS = 4_000_000;
const EMPTY = sha256('');

const met = recent<number, true>(MET);
const byHash = recent<string, Answer>(COMMON);
const byText = recent<string, readonly Known[]>(TEXTS, (_, text) => text.length + 200);
const ofOutputs = new WeakMap<readonly Output[], readonly Answer[]>();
let last = 0;

interface Known {
  readonly output: Output;
  readonly answer: Answer;
}

/** The answers behind these records, in their order. Records are never changed, so they are looked at once. */
export function answersOf(outputs: readonly Output[]): readonly Answer[] {
  const before = ofOutputs.get(outputs);
  if (before !== undefined) return before;
  const answers = outputs.map(answerOf);
  ofOutputs.set(outputs, answers);
  return answers;
}

function answerOf(output: Output): Answer {
  const alike = byText.get(output.stdout);
  const known = alike?.find((one) => isSame(one.output, output));
  if (known !== undefined) return known.answer;
  const { startedAt, ms, stdout, stderr, ...rest } = output;
  const stdoutSha256 = stdout === '' ? EMPTY : sha256(stdout);
  const stderrSha256 = stderr === '' ? EMPTY : sha256(stderr);
  const key = sha256(JSON.stringify([rest, stdoutSha256, stderrSha256]));
  const common = byHash.get(key);
  if (common !== undefined) {
    byText.set(stdout, [{ output, answer: common }, ...(alike ?? [])].slice(0, ALIKE));
    return common;
  }
  // Part of the key is enough to guess by: a wrong guess only remembers what need not be.
  const part = Number.parseInt(key.slice(0, 12), 16);
  const isCommon = met.get(part) !== undefined;
  last += 1;
  const answer = { id: last, stdoutSha256, stderrSha256, isCommon };
  if (isCommon) byHash.set(key, answer);
  else met.set(part, true);
  return answer;
}

/** Many commands print nothing; beyond this, hashes tell them apart. */
const ALIKE = 64;

/** Every member but when it was taken. */
function isSame(a: Output, b: Output): boolean {
  return (
    a.probe === b.probe &&
    a.state === b.state &&
    a.uid === b.uid &&
    a.exitCode === b.exitCode &&
    a.stdout === b.stdout &&
    a.stderr === b.stderr &&
    a.stdoutBytes === b.stdoutBytes &&
    a.stderrBytes === b.stderrBytes &&
    a.redactions === b.redactions &&
    a.argv.length === b.argv.length &&
    a.argv.every((word, at) => word === b.argv[at])
  );
}

function sha256(text: string): string {
  return hash('sha256', text);
}
