import type { IncomingMessage } from 'node:http';

export interface RawResponse {
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The body was longer than what was read, or broke off. */
  readonly truncated: boolean;
}

const BODY_BYTES = 64 * 1024;

/** Reads the head, and of the body at most 64 KiB. What was read stands even when the rest never comes. */
export function newResponse() {
  let head: Omit<RawResponse, 'body' | 'truncated'> | null = null;
  let whole = false;
  let bytes = 0;
  const chunks: Buffer[] = [];
  return {
    read(message: IncomingMessage, done: () => void): void {
      head = {
        status: message.statusCode ?? 0,
        reason: message.statusMessage ?? '',
        version: message.httpVersion,
        headers: pairs(message.rawHeaders),
      };
      message.on('data', (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, BODY_BYTES - bytes));
        bytes += chunk.length;
        if (bytes > BODY_BYTES) done();
      });
      message.once('end', () => {
        whole = bytes <= BODY_BYTES;
        done();
      });
      message.once('error', done);
      message.once('close', done);
    },
    value: (): RawResponse | null =>
      head === null ? null : { ...head, body: Buffer.concat(chunks), truncated: !whole },
  };
}

/** Node's `headers` joins duplicates with commas, which makes an invalid field of two valid ones. */
function pairs(raw: readonly string[]): (readonly [string, string])[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as const] : []));
}
