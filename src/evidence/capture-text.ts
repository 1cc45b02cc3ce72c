import { type Answer, answersOf } from '../answers/answers.ts';
import type { Capture } from '../model/host.ts';
import { inertJson } from '../model/inert-json.ts';
import type { Output } from '../model/probe.ts';
import type { Piece } from '../model/utf8.ts';
import { headOf, quoted, remembered } from './written.ts';

/** Characters. What is shorter takes less room in the line itself than a file of its own takes on disk. */
const LONG = 1024;

/** True for an output that was met before and is long: captures refer to it by its SHA-256. */
export function standsApart(output: Output, answer: Answer): boolean {
  return answer.isCommon && output.stdout.length >= LONG;
}

/** A capture as it is kept: JSON on one line, without active characters. */
export function captureText(capture: Capture): Piece[] {
  const { outputs, ...rest } = capture;
  const answers = answersOf(outputs);
  const pieces: Piece[] = [`${inertJson(JSON.stringify(rest)).slice(0, -1)},"outputs":[`];
  for (const [at, output] of outputs.entries()) {
    pieces.push(`${at === 0 ? '' : ','}{"startedAt":${output.startedAt},"ms":${output.ms},`);
    pieces.push(...written(output, answers[at]));
  }
  pieces.push(']}\n');
  return pieces;
}

const written = remembered((output, answer) => [
  `${headOf(output)},"exitCode":${output.exitCode},"stdout":`,
  standsApart(output, answer) ? `{"sha256":"${answer.stdoutSha256}"}` : { quoted: output.stdout },
  `,"stderr":${quoted(output.stderr)},"stdoutBytes":${output.stdoutBytes},"stderrBytes":${output.stderrBytes},` +
    `"redactions":${output.redactions}}`,
]);
