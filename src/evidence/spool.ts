import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { bufferPool } from '../model/buffers.ts';
import type { HostResult, RawPart } from '../model/finding.ts';
import { inertJson } from '../model/inert-json.ts';
import { type Piece, roomFor, writePieces } from '../model/utf8.ts';
import { writing } from './error.ts';

/**
 * Host results on disk, in the order they came in, read back in the report's order. Memory holds one
 * position per host, so that a run of any size needs no more.
 */
export interface Spool {
  /** `evidence`: the JSON text of the array. */
  append(result: Omit<HostResult, 'evidence'> & { readonly evidence: readonly Piece[] }): Promise<void>;
  /** Results sorted by host name. Read each one's `evidence` before the next: most readers need it of few hosts. */
  read(): AsyncIterable<HostResult>;
  /**
   * As `read`, but the JSON text of one part, for writers that only copy it: arrays without their brackets. Each is good
   * until the next one is asked for.
   */
  readRaw(part: RawPart): AsyncIterable<Uint8Array>;
  /** The findings of each host, one JSON text per line; each is good until the next one is asked for. */
  findingLines(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Where a host's parts are, one after the other: the host, a line for each finding, its evidence. */
interface Place {
  readonly name: string;
  readonly host: Span;
  readonly findings: Span;
  readonly evidence: Span;
}

interface Span {
  readonly at: number;
  readonly length: number;
}

/** Results that come in together are written together. What is not written to takes no memory. */
const writeBuffers = bufferPool(4 * 1024 * 1024, 4);
const readBuffers = bufferPool(256 * 1024, 4);

/** Results that wait for the disk, one behind the other. */
interface Batch {
  readonly buffer: Buffer;
  length: number;
  readonly done: Promise<void>;
}

export async function openSpool(file: string): Promise<Spool> {
  const handle = await open(file, 'wx+', 0o600);
  const places: Place[] = [];
  let end = 0;
  let last: Promise<unknown> = Promise.resolve();
  /** More may be added to it until its turn comes. */
  let batch: Batch | undefined;
  const newBatch = (room: number): Batch => {
    const buffer = writeBuffers.take(room);
    const at = end;
    const write = async () => {
      if (batch === own) batch = undefined;
      try {
        await writing(file, () => writeAll(handle, buffer.subarray(0, own.length), at));
      } finally {
        writeBuffers.give(buffer);
      }
    };
    const done = last.then(write);
    last = done.catch(() => undefined);
    const own: Batch = { buffer, length: 0, done };
    return own;
  };
  const sorted = () => [...places].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return {
    async append({ host, findings, evidence }) {
      const parts = [[inertJson(JSON.stringify(host))], linesOf(findings), evidence];
      const room = parts.reduce((sum, part) => sum + roomFor(part), 0);
      if (batch === undefined || batch.length + room > batch.buffer.length) batch = newBatch(room);
      const { buffer, done } = batch;
      const ends = [0, 0, 0];
      let length = 0;
      for (const [which, part] of parts.entries()) {
        length = writePieces(part, buffer, batch.length + length) - batch.length;
        ends[which] = length;
      }
      const [hostEnd = 0, findingsEnd = 0] = ends;
      const at = end;
      places.push({
        name: host.name,
        host: { at, length: hostEnd },
        findings: { at: at + hostEnd, length: findingsEnd - hostEnd },
        evidence: { at: at + findingsEnd, length: length - findingsEnd },
      });
      batch.length += length;
      end += length;
      await done;
    },
    async *read() {
      for (const place of sorted()) {
        // They lie side by side.
        const both = { at: place.host.at, length: place.host.length + place.findings.length };
        const { buffer, bytes } = await bytesAt(handle, both);
        const result = resultOf(bytes.subarray(0, place.host.length), bytes.subarray(place.host.length), () =>
          textNow(handle, place.evidence),
        );
        readBuffers.give(buffer);
        yield result;
      }
    },
    async *readRaw(part) {
      for (const place of sorted()) {
        const { buffer, bytes } = await bytesAt(handle, place[part]);
        if (part === 'host') yield bytes;
        else yield part === 'findings' ? members(bytes) : bytes.subarray(1, -1);
        readBuffers.give(buffer);
      }
    },
    async *findingLines() {
      for (const place of sorted()) {
        const { buffer, bytes } = await bytesAt(handle, place.findings);
        yield bytes;
        readBuffers.give(buffer);
      }
    },
    close: () => handle.close(),
  };
}

function linesOf(findings: HostResult['findings']): Piece[] {
  return findings.flatMap((finding) => [inertJson(JSON.stringify(finding)), '\n']);
}

const LF = 0x0a;
const COMMA = 0x2c;

/** The lines as members of an array, in place; JSON text itself has no line end. */
function members(lines: Buffer): Buffer {
  for (let at = lines.indexOf(LF); at >= 0; at = lines.indexOf(LF, at + 1)) lines[at] = COMMA;
  return lines.subarray(0, -1);
}

/** A disk that gets full takes a part and says so only at the next attempt. */
async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

async function bytesAt(
  handle: FileHandle,
  { at, length }: Span,
): Promise<{ readonly buffer: Buffer; readonly bytes: Buffer }> {
  const buffer = readBuffers.take(length);
  const { bytesRead } = await handle.read(buffer, 0, length, at);
  return { buffer, bytes: buffer.subarray(0, bytesRead) };
}

function textNow(handle: FileHandle, { at, length }: Span): string {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.toString('utf8', 0, readSync(handle.fd, bytes, 0, length, at));
}

function resultOf(host: Buffer, findings: Buffer, evidenceText: () => string): HostResult {
  let evidence: HostResult['evidence'] | undefined;
  return {
    host: JSON.parse(host.toString()),
    findings: JSON.parse(`[${members(findings).toString()}]`),
    get evidence() {
      evidence ??= JSON.parse(evidenceText()) as HostResult['evidence'];
      return evidence;
    },
  };
}
