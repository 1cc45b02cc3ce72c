import type { Answer } from '../answers/answers.ts';
import { inertJson } from '../model/inert-json.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';

/** JSON text of an answer in UTF-8, without active characters, around what is each host's own. */
export interface Written {
  readonly before: Buffer;
  readonly after: Buffer;
}

/** Bytes that one kind of text may keep. */
const ROOM = 3_000_000;

/**
 * The same text for the same answer, written once. Only what was met before is kept: most of what comes once never comes
 * again. `write` must depend on what makes the answer, not on when it was taken.
 */
export function remembered(
  write: (output: Output, answer: Answer) => { readonly before: string; readonly after: string },
) {
  const texts = recent<Answer, Written>(ROOM, ({ before, after }) => before.length + after.length);
  return (output: Output, answer: Answer | undefined): Written => {
    if (answer === undefined) throw new Error(`There is no answer of ${output.probe}.`);
    const known = texts.get(answer);
    if (known !== undefined) return known;
    const { before, after } = write(output, answer);
    const text = { before: Buffer.from(inertJson(before)), after: Buffer.from(inertJson(after)) };
    if (answer.isCommon) texts.set(answer, text);
    return text;
  };
}
