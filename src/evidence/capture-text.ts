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
    const { before, after } = written(output, answers[at]);
    if (at > 0) pieces.push(',');
    pieces.push(...before, `"startedAt":${output.startedAt},"ms":${output.ms},`, ...after);
  }
  pieces.push(']}\n');
  return pieces;
}

const written = remembered((output) => ({
  before: [`{${headOf(output)},"exitCode":${output.exitCode},`],
  after: [
    '"stdout":',
    { quoted: output.stdout },
    `,"stderr":${quoted(output.stderr)},"stdoutBytes":${output.stdoutBytes},"stderrBytes":${output.stderrBytes},` +
      `"redactions":${output.redactions}}`,
  ],
}));
