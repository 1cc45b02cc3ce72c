import { hash } from 'node:crypto';
import { lookOf } from '../model/look.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';

/**
 * What one command answered, without where and when: equal answers of different hosts are one object. Equal means every
 * byte that was kept, argv, uid, exit code and state; the texts stand for themselves by their SHA-256.
 */
export interface Answer {
  /** Its own, in this process: digits. */
  readonly id: string;
  /** Hex, of the (redacted) texts. */
  readonly stdoutSha256: string;
  readonly stderrSha256: string;
  /** True when it was met before: only such an answer is worth remembering anything for. */
  readonly isCommon: boolean;
}

/** Answers that were met once leave a number, so that a fleet whose hosts share nothing leaves next to nothing. */
const MET = 30_000;
/** Characters of what common answers are told apart by, some 400 each. A host gives about 60. */
const COMMON = 2_500_000;
/** Characters of answers that are known by their texts; those by their hashes take more time and less room. */
const TEXTS = 4_000_000;
const EMPTY = hash('sha256', '');

const met = recent<number, true>(MET);
const byHash = recent<string, Answer>(COMMON, (_, key) => key.length);
const byLook = recent<number, readonly Known[]>(TEXTS, (all) =>
  all.reduce((sum, { output }) => sum + output.stdout.length + 200, 0),
);
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

/** The answer behind one record. */
export function answerOf(output: Output): Answer {
  const look = lookOf(output.stdout, output.probe.length);
  const alike = byLook.get(look);
  const known = alike?.find((one) => isSame(one.output, output));
  if (known !== undefined) return known.answer;
  const stdoutSha256 = sha256(output.stdout);
  const stderrSha256 = sha256(output.stderr);
  // A wrong guess only remembers what need not be.
  const guess = lookOf(output.argv.join(' '), Number.parseInt(stdoutSha256.slice(0, 8), 16) + output.stderr.length);
  if (met.get(guess) === undefined) {
    met.set(guess, true);
    return newAnswer(stdoutSha256, stderrSha256, false);
  }
  const { startedAt, ms, stdout, stderr, ...rest } = output;
  const key = JSON.stringify([stdoutSha256, stderrSha256, rest]);
  const common = byHash.get(key);
  if (common !== undefined) {
    byLook.set(look, [{ output, answer: common }, ...(alike ?? [])].slice(0, ALIKE));
    return common;
  }
  const answer = newAnswer(stdoutSha256, stderrSha256, true);
  byHash.set(key, answer);
  return answer;
}

function newAnswer(stdoutSha256: string, stderrSha256: string, isCommon: boolean): Answer {
  last += 1;
  return { id: String(last), stdoutSha256, stderrSha256, isCommon };
}

/** Texts that look alike, and the many commands that print nothing; beyond this, hashes tell them apart. */
const ALIKE = 16;

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
  return text === '' ? EMPTY : hash('sha256', text);
}
