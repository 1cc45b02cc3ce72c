import type { Answer } from '../answers/answers.ts';
import { ownCopy } from '../model/buffers.ts';
import { inertJson } from '../model/inert-json.ts';
import type { Output } from '../model/probe.ts';
import { recent } from '../model/recent.ts';
import { joined, type Piece, roomFor } from '../model/utf8.ts';

/** Bytes that one kind of text may keep. */
const ROOM = 3_000_000;

/**
 * JSON text of an answer without active characters: the same for the same answer, written once. Only what was met before
 * is kept: most of what comes once never comes again, and stays in pieces, since joining them would copy it once more.
 * `write` must depend on what makes the answer, not on when it was taken.
 */
export function remembered(write: (output: Output, answer: Answer) => readonly Piece[]) {
  const texts = recent<Answer, readonly Piece[]>(ROOM, roomFor);
  return (output: Output, answer: Answer | undefined): readonly Piece[] => {
    if (answer === undefined) throw new Error(`There is no answer of ${output.probe}.`);
    const known = texts.get(answer);
    if (known !== undefined) return known;
    const pieces = write(output, answer);
    if (!answer.isCommon) return pieces;
    const kept = [ownCopy(joined(pieces))];
    texts.set(answer, kept);
    return kept;
  };
}

/** What ran, as members of a JSON object: the record of a command has them behind what is each host's own. */
export function headOf({ probe, state, argv, uid }: Output): string {
  return `"probe":${quoted(probe)},"state":"${state}","argv":${argvText(argv)},"uid":${uid}`;
}

/** Command lines are the same on most hosts, and then one object. */
function argvText(argv: Output['argv']): string {
  let text = argvTexts.get(argv);
  if (text === undefined) {
    text = inertJson(JSON.stringify(argv));
    argvTexts.set(argv, text);
  }
  return text;
}

const argvTexts = new WeakMap<Output['argv'], string>();

/** As JSON text without active characters. Most commands say nothing on stderr. */
export function quoted(text: string): string {
  return text === '' ? '""' : inertJson(JSON.stringify(text));
}
