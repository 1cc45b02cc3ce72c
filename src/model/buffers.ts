/**
 * Buffers that are used again. A large buffer of its own for every host costs more than filling it: V8 takes such memory,
 * which lies outside its heap, as a sign that the heap needs collecting, and collects all of it over and over.
 */
export interface BufferPool {
  /** A buffer with at least this room; what is in it is left from before. */
  take(room: number): Buffer;
  /** Hands it back. Nobody may read it from then on, nor a part of it. */
  give(buffer: Buffer): void;
}

/** Keeps up to `most` buffers of `size` bytes. Larger ones are made when asked for, and not kept. */
export function bufferPool(size: number, most: number): BufferPool {
  const free: Buffer[] = [];
  return {
    take: (room) => (room <= size ? (free.pop() ?? Buffer.allocUnsafeSlow(size)) : Buffer.allocUnsafeSlow(room)),
    give(buffer) {
      if (buffer.length === size && free.length < most && !free.includes(buffer)) free.push(buffer);
    },
  };
}

/**
 * A copy for keeping, with memory of its own. `Buffer.from` takes small copies from a block that they share (8 KiB, 64 KiB
 * from Node 24 on), and the whole block stays as long as one of them is kept.
 */
export function ownCopy(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
