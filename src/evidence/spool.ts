import { open } from 'node:fs/promises';
import { bufferPool } from '../model/buffers.ts';
import type { HostResult, RawPart } from '../model/finding.ts';
import { inertJson } from '../model/inert-json.ts';
import type { Piece } from '../model/utf8.ts';
import { appendFile, readSpan, type Span } from './append-file.ts';

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

/** Where a host's parts are. */
interface Place {
  readonly name: string;
  readonly host: Span;
  readonly findings: Span;
  readonly evidence: Span;
}

const NOTHING: Span = { at: 0, bytes: 0 };
const readBuffers = bufferPool(256 * 1024, 4);

export async function openSpool(file: string): Promise<Spool> {
  const handle = await open(file, 'wx+', 0o600);
  const results = appendFile(handle, file);
  const places: Place[] = [];
  const sorted = () => [...places].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  // Waits for the disk, which nothing else does by then: a round trip to a thread costs more than what it reads.
  const bytesAt = (span: Span, into: Buffer) => readSpan(handle.fd, span, into, file);
  const textAt = (span: Span, change = (bytes: Buffer) => bytes): string => {
    const buffer = readBuffers.take(span.bytes);
    const text = change(bytesAt(span, buffer)).toString();
    readBuffers.give(buffer);
    return text;
  };
  /** One part of each host; its bytes are good until the next one is asked for. */
  async function* each(part: RawPart): AsyncGenerator<Buffer> {
    for (const place of sorted()) {
      const buffer = readBuffers.take(place[part].bytes);
      yield bytesAt(place[part], buffer);
      readBuffers.give(buffer);
    }
  }
  return {
    append({ host, findings, evidence }) {
      const parts = [[inertJson(JSON.stringify(host))], linesOf(findings), evidence];
      const { spans, done } = results.append(parts);
      const [ofHost = NOTHING, ofFindings = NOTHING, ofEvidence = NOTHING] = spans;
      places.push({ name: host.name, host: ofHost, findings: ofFindings, evidence: ofEvidence });
      return done;
    },
    async *read() {
      for (const { host, findings, evidence } of sorted()) {
        let known: HostResult['evidence'] | undefined;
        yield {
          host: JSON.parse(textAt(host)),
          findings: JSON.parse(`[${textAt(findings, members)}]`),
          get evidence() {
            known ??= JSON.parse(textAt(evidence)) as HostResult['evidence'];
            return known;
          },
        };
      }
    },
    async *readRaw(part) {
      for await (const bytes of each(part)) {
        if (part === 'host') yield bytes;
        else yield part === 'findings' ? members(bytes) : bytes.subarray(1, -1);
      }
    },
    findingLines: () => each('findings'),
    close: () => results.close(),
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
