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
const known = recent<string, Answer>(ROOM);
const ofOutputs = new WeakMap<readonly Output[], readonly Answer[]>();
const EMPTY = sha256('');
let last = 0;

/** The answers behind these records, in their order. Records are never changed, so their hashes are taken once. */
export function answersOf(outputs: readonly Output[]): readonly Answer[] {
  const before = ofOutputs.get(outputs);
  if (before !== undefined) return before;
  const answers = outputs.map(answerOf);
  ofOutputs.set(outputs, answers);
  return answers;
}

function answerOf({ startedAt, ms, stdout, stderr, ...rest }: Output): Answer {
  const stdoutSha256 = sha256(stdout);
  const stderrSha256 = stderr === '' ? EMPTY : sha256(stderr);
  const key = JSON.stringify([rest, stdoutSha256, stderrSha256]);
  const before = known.get(key);
  if (before !== undefined) {
    before.met += 1;
    return before;
  }
  last += 1;
  const answer = { id: last, stdoutSha256, stderrSha256, met: 1 };
  known.set(key, answer);
  return answer;
}

function sha256(text: string): string {
  return hash('sha256', text);
}
