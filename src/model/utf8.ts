import { inertJson } from './inert-json.ts';

/** Text, or text in UTF-8 already. */
export type Text = string | Uint8Array;

/** A part of a larger text. */
export type Piece = Text | Quoted;

/** A text as a JSON string without active characters: what `inertJson(JSON.stringify(text))` gives. */
export interface Quoted {
  readonly quoted: string;
}

/** Bytes that these pieces take at most: no character takes more than three for each of its UTF-16 units, six when escaped. */
export function roomFor(pieces: readonly Piece[]): number {
  let room = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') room += piece.length * 3;
    else room += 'quoted' in piece ? piece.quoted.length * 6 + 2 : piece.length;
  }
  return room;
}

/** Writes pieces of text one behind the other from `at` on, and returns where they end. The room must be there. */
export function writePieces(pieces: readonly Piece[], into: Buffer, at: number): number {
  let end = at;
  for (const piece of pieces) {
    if (typeof piece === 'string') end += into.write(piece, end);
    else if ('quoted' in piece) end = writeQuoted(piece.quoted, into, end);
    else {
      into.set(piece, end);
      end += piece.length;
    }
  }
  return end;
}

/** Pieces of text, one behind the other, in UTF-8. */
export function joined(pieces: readonly Piece[]): Buffer {
  const bytes = Buffer.allocUnsafe(roomFor(pieces));
  return bytes.subarray(0, writePieces(pieces, bytes, 0));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Left to JSON.stringify. */
const LEFT = 0xff;

/** ASCII → the letter behind the backslash; 0: stands for itself. */
const ESCAPES = Uint8Array.from({ length: 0x80 }, (_, code) => {
  if (code === QUOTE || code === BACKSLASH) return code;
  if (code === 0x0a) return 0x6e;
  if (code === 0x09) return 0x74;
  return code < 0x20 || code === 0x7f ? LEFT : 0;
});

/** Straight into the buffer: outputs are long, and JSON.stringify makes three copies of each. */
function writeQuoted(text: string, into: Buffer, at: number): number {
  let end = at;
  into[end++] = QUOTE;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const letter = code < 0x80 ? ESCAPES[code] : LEFT;
    if (letter === 0) into[end++] = code;
    else if (letter === LEFT || letter === undefined) return at + into.write(inertJson(JSON.stringify(text)), at);
    else {
      into[end++] = BACKSLASH;
      into[end++] = letter;
    }
  }
  into[end++] = QUOTE;
  return end;
}
