/** Big-endian numbers and length-prefixed vectors (RFC 8446 §3). */

export function u16(value: number): number[] {
  return [value >> 8, value & 0xff];
}

/** Bytes behind their length, which takes `size` bytes. */
export function vector(size: 1 | 2 | 3, bytes: Iterable<number>): number[] {
  const body = [...bytes];
  const length = [body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff];
  return [...length.slice(3 - size), ...body];
}

export interface Cursor {
  readonly left: number;
  u8(): number;
  u16(): number;
  skip(count: number): void;
  /** The next so many bytes. */
  take(count: number): Uint8Array;
  /** The contents of a vector, to be read on their own. */
  vector(size: 1 | 2 | 3): Cursor;
  u16s(): number[];
  rest(): Uint8Array;
}

/** Reads from the front; throws `RangeError` when the bytes end too early. */
export function cursor(bytes: Uint8Array): Cursor {
  let at = 0;
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new RangeError('The bytes end too early.');
    at += count;
    return bytes.subarray(at - count, at);
  };
  const number = (size: number): number => take(size).reduce((value, byte) => value * 256 + byte, 0);
  const self: Cursor = {
    get left() {
      return bytes.length - at;
    },
    u8: () => number(1),
    u16: () => number(2),
    skip: (count) => void take(count),
    take,
    vector: (size) => cursor(take(number(size))),
    u16s: () => Array.from({ length: Math.floor((bytes.length - at) / 2) }, () => number(2)),
    rest: () => take(bytes.length - at),
  };
  return self;
}
