import { type Answer, answerOf, answersOf } from '../answers/answers.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';

/** What readers see of an output: what it says, without when and how long, and without what is left out for them below. */
export type Answered = Omit<Output, 'startedAt' | 'ms' | 'stdoutBytes' | 'stderrBytes'>;

/** One record as readers see it. */
export interface Reading {
  readonly seen: Answered;
  /** Equal only for records of which readers see the same to the last byte. */
  readonly id: string;
  /** True when the same was read before. */
  readonly isCommon: boolean;
}

/**
 * What stands in outputs and says nothing that any fact is about, but differs from host to host and from minute to
 * minute. It is taken out before readers see the text, so that no fact can depend on it. Evidence has it all.
 */
const LEFT_OUT: Readonly<Record<string, LeftOut>> = {
  ...ofDumps('iptables-save', 'ip6tables-save', 'iptables-legacy-save', 'ip6tables-legacy-save'),
  // Of an interface's IPv6 address, that there is one.
  'firewall-settings': { pattern: /^(\/proc\/net\/if_inet6:)[0-9a-f]{32}/gm, leaves: '$1' },
};

interface LeftOut {
  readonly pattern: RegExp;
  /** What stands in for it. */
  readonly leaves: string;
}

/** Counters of packets, and when the dump was made. */
function ofDumps(...probes: readonly string[]): Record<string, LeftOut> {
  const pattern = /^(:\S+ \S+) \[\d+:\d+\]$|^(# (?:Generated|Completed) (?:.* )?)on .*$/gm;
  return Object.fromEntries(probes.map((probe) => [probe, { pattern, leaves: '$1$2' }]));
}

/** Characters of texts of which something was left out. */
const ROOM = 1_000_000;

const ofOutputs = new WeakMap<readonly Output[], readonly Reading[]>();
/** By the answer of the record as it is, and by that of what readers see: both may have been met before. */
const ofAnswers = recent<Answer, Reading>(ROOM, ({ seen }) => seen.stdout.length);

/** Records are never changed, so they are looked at once. */
export function readingsOf(outputs: readonly Output[]): readonly Reading[] {
  const before = ofOutputs.get(outputs);
  if (before !== undefined) return before;
  const answers = answersOf(outputs);
  const readings = outputs.map((output, at) => readingOf(output, answers[at]));
  ofOutputs.set(outputs, readings);
  return readings;
}

function readingOf(output: Output, answer: Answer | undefined): Reading {
  if (answer === undefined) throw new Error(`There is no answer of ${output.probe}.`);
  const leftOut = Object.hasOwn(LEFT_OUT, output.probe) ? LEFT_OUT[output.probe] : undefined;
  if (leftOut === undefined) return asIs(output, answer);
  return once(answer, () => {
    const { pattern, leaves } = leftOut;
    const seen = { ...output, stdout: output.stdout.replace(pattern, leaves), stdoutBytes: 0, stderrBytes: 0 };
    const rest = answerOf(seen);
    return once(rest, () => asIs(seen, rest));
  });
}

function asIs(seen: Output, { id, isCommon }: Answer): Reading {
  return { seen, id, isCommon };
}

/** Kept for answers that were met before: most of the others are not met again. */
function once(answer: Answer, read: () => Reading): Reading {
  const known = ofAnswers.get(answer);
  if (known !== undefined) return known;
  const reading = read();
  if (answer.isCommon) ofAnswers.set(answer, reading);
  return reading;
}
