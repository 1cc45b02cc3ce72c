import type { Capture } from '../model/host.ts';
import { answersOf } from '../answers/answers.ts';
import { remembered } from './written.ts';

/** A capture as it is kept: JSON on one line. */
export function captureJson(capture: Capture): string {
  const { outputs, ...rest } = capture;
  const answers = answersOf(outputs);
  const lines = outputs.map((output, at) => {
    const { before, after } = written(output, answers[at]);
    return `${before}"startedAt":${output.startedAt},"ms":${output.ms},${after}`;
  });
  return `${JSON.stringify(rest).slice(0, -1)},"outputs":[${lines.join()}]}`;
}

const written = remembered(({ startedAt, ms, probe, state, argv, uid, exitCode, ...rest }) => ({
  before: `${JSON.stringify({ probe, state, argv, uid, exitCode }).slice(0, -1)},`,
  after: JSON.stringify(rest).slice(1),
}));
