import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { HostResult, RawPart } from '../model/finding.ts';
import { inertJson } from '../model/inert-json.ts';
import { writing } from './error.ts';

/**
 * Host results on disk, in the order they came in, read back in the report's order. Memory holds one
 * position per host, so that a run of any size needs no more.
 */
export interface Spool {
  /** `evidence`: the JSON text of the array, in UTF-8. */
  append(result: Omit<HostResult, 'evidence'> & { readonly evidence: Uint8Array }): Promise<void>;
  /** Results sorted by host name. Read each one's `evidence` before the next: most readers need it of few hosts. */
  read(): AsyncIterable<HostResult>;
  /** As `read`, but the JSON text of one part, for writers that only copy it: arrays without their brackets. */
  readRaw(part: RawPart): AsyncIterable<Uint8Array>;
  /** The findings of each host, one JSON text per line. */
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

export async function openSpool(file: string): Promise<Spool> {
  const handle = await open(file, 'wx+', 0o600);
  const places: Place[] = [];
  let end = 0;
  let last: Promise<unknown> = Promise.resolve();
  const spanOf = ({ length }: Uint8Array): Span => {
    const span = { at: end, length };
    end += length;
    return span;
  };
  const sorted = () => [...places].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return {
    append({ host, findings, evidence }) {
      const at = end;
      const parts = [Buffer.from(inertJson(JSON.stringify(host))), Buffer.from(linesOf(findings)), evidence] as const;
      places.push({
        name: host.name,
        host: spanOf(parts[0]),
        findings: spanOf(parts[1]),
        evidence: spanOf(parts[2]),
      });
      const whole = Buffer.concat(parts);
      const write = last.then(() => writing(file, () => writeAll(handle, whole, at)));
      last = write.catch(() => undefined);
      return write;
    },
    async *read() {
      for (const place of sorted()) {
        const [host, findings] = await Promise.all([bytesAt(handle, place.host), bytesAt(handle, place.findings)]);
        yield resultOf(host, findings, () => textNow(handle, place.evidence));
      }
    },
    async *readRaw(part) {
      for (const place of sorted()) {
        const bytes = await bytesAt(handle, place[part]);
        if (part === 'host') yield bytes;
        else yield part === 'findings' ? members(bytes) : bytes.subarray(1, -1);
      }
    },
    async *findingLines() {
      for (const place of sorted()) yield await bytesAt(handle, place.findings);
    },
    close: () => handle.close(),
  };
}

function linesOf(findings: HostResult['findings']): string {
  return inertJson(findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''));
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

async function bytesAt(handle: FileHandle, { at, length }: Span): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  const { bytesRead } = await handle.read(bytes, 0, length, at);
  return bytes.subarray(0, bytesRead);
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
