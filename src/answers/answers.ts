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
  /** How often it was met. What came once is hardly worth remembering. */
  met: number;
}

/** Answers that are told from new ones. A host gives about 60. */
const ROOM = 6000;
/** Characters of answers that are known by their texts; those by their hashes take more time and next to no room. */
const TEXT_ROOM = 4_000_000;
const EMPTY = sha256('');

const byHash = recent<string, Answer>(ROOM);
const byText = recent<string, readonly Known[]>(TEXT_ROOM, (_, text) => text.length + 200);
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
  const answers = outputs.map((output) => {
    const answer = answerOf(output);
    answer.met += 1;
    return answer;
  });
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
  const key = JSON.stringify([rest, stdoutSha256, stderrSha256]);
  const before = byHash.get(key);
  if (before !== undefined) {
    byText.set(stdout, [{ output, answer: before }, ...(alike ?? [])].slice(0, ALIKE));
    return before;
  }
  last += 1;
  const answer = { id: last, stdoutSha256, stderrSha256, met: 0 };
  byHash.set(key, answer);
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
