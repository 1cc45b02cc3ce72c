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
