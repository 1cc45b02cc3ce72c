/** Text, or text in UTF-8 already. */
export type Piece = string | Uint8Array;

/** Bytes that these pieces take at most: no character takes more than three for each of its UTF-16 units. */
export function roomFor(pieces: readonly Piece[]): number {
  let room = 0;
  for (const piece of pieces) room += typeof piece === 'string' ? piece.length * 3 : piece.length;
  return room;
}

/** Writes pieces of text one behind the other from `at` on, and returns where they end. The room must be there. */
export function writePieces(pieces: readonly Piece[], into: Buffer, at: number): number {
  let end = at;
  for (const piece of pieces) {
    if (typeof piece === 'string') end += into.write(piece, end);
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
