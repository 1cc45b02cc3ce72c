import { answersOf } from '../answers/answers.ts';
import type { Capture } from '../model/host.ts';
import { inertJson } from '../model/inert-json.ts';
import type { Piece } from '../model/utf8.ts';
import { headOf, quoted, remembered } from './written.ts';

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

const written = remembered((output) => [
  `${headOf(output)},"exitCode":${output.exitCode},"stdout":`,
  { quoted: output.stdout },
  `,"stderr":${quoted(output.stderr)},"stdoutBytes":${output.stdoutBytes},"stderrBytes":${output.stderrBytes},` +
    `"redactions":${output.redactions}}`,
]);
