/** One element of DER (ITU-T X.690). */
export interface Der {
  /** The identifier octet: 0x30 SEQUENCE, 0x06 OBJECT IDENTIFIER, 0xa0 [0], … */
  readonly tag: number;
  readonly body: Uint8Array;
  /** Identifier, length and body. */
  readonly raw: Uint8Array;
}

/** The first element of these bytes. Throws `RangeError` when they are not DER. */
export function der(bytes: Uint8Array): Der {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new RangeError('This is not DER.');
  const size = first < 0x80 ? 0 : first & 0x7f;
  if (size > 4 || first === 0x80) throw new RangeError('This is not DER.');
  const length = size === 0 ? first : bytes.subarray(2, 2 + size).reduce((value, byte) => value * 256 + byte, 0);
  const end = 2 + size + length;
  if (end > bytes.length) throw new RangeError('The DER ends too early.');
  return { tag, body: bytes.subarray(2 + size, end), raw: bytes.subarray(0, end) };
}

/** The elements of a constructed one. Throws `RangeError`. */
export function children({ body }: Pick<Der, 'body'>): Der[] {
  const all: Der[] = [];
  let at = 0;
  while (at < body.length) {
    const child = der(body.subarray(at));
    all.push(child);
    at += child.raw.length;
  }
  return all;
}

/** The element at this place. Throws `RangeError` when there is none. */
export function at(list: readonly Der[], index: number): Der {
  const found = list[index];
  if (found === undefined) throw new RangeError('The DER lacks an element.');
  return found;
}

/** `2.5.29.17`. */
export function oid({ body }: Der): string {
  const arcs: number[] = [];
  let value = 0;
  for (const byte of body) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - root * 40, ...rest].join('.');
}

/** How many bits a positive INTEGER has. */
export function bitLength({ body }: Der): number {
  const start = body.findIndex((byte) => byte !== 0);
  return start < 0 ? 0 : (body.length - start - 1) * 8 + (32 - Math.clz32(body[start] ?? 0));
}

/** Epoch seconds of a UTCTime or GeneralizedTime (RFC 5280 §4.1.2.5). Throws `RangeError`. */
export function time({ tag, body }: Der): number {
  const text = new TextDecoder('latin1').decode(body);
  const full = tag === 0x17 ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full)?.slice(1).map(Number);
  const [year = 0, month = 1, day, hour, minute, second] = parts ?? [];
  if (parts === undefined) throw new RangeError('This is no time of a certificate.');
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** Text of any string type, with control and direction characters made visible: it goes into reports and terminals. */
export function text({ tag, body }: Der): string {
  return harmless(new TextDecoder(tag === 0x1e ? 'utf-16be' : tag === 0x14 ? 'latin1' : 'utf-8').decode(body));
}

export function harmless(words: string): string {
  return words.replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** In lower case, two digits a byte. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
