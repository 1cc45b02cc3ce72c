import type { Answer } from '../answers/answers.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';

/** JSON text of an answer in UTF-8, around what is each host's own. */
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
    const text = { before: Buffer.from(before), after: Buffer.from(after) };
    if (answer.met > 1) texts.set(answer, text);
    return text;
  };
}

/** Pieces of text, one behind the other, in UTF-8. */
export function joined(pieces: readonly (string | Uint8Array)[]): Buffer {
  let room = 0;
  // No character takes more than three bytes for each of its UTF-16 units.
  for (const piece of pieces) room += typeof piece === 'string' ? piece.length * 3 : piece.length;
  const bytes = Buffer.allocUnsafe(room);
  let end = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') end += bytes.write(piece, end);
    else {
      bytes.set(piece, end);
      end += piece.length;
    }
  }
  return bytes.subarray(0, end);
}
