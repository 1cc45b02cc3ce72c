import { type FileHandle, open } from 'node:fs/promises';
import type { HostResult, RawHost } from '../model/finding.ts';
import { writing } from './error.ts';

/**
 * Host results on disk, in the order they came in, read back in the report's order. Memory holds one
 * position per host, so that a run of any size needs no more.
 */
export interface Spool {
  append(result: HostResult): Promise<void>;
  /** Results sorted by host name. */
  read(): AsyncIterable<HostResult>;
  /** As `read`, but the JSON text of the parts, for writers that only copy it: arrays without their brackets. */
  readRaw(): AsyncIterable<RawHost>;
  close(): Promise<void>;
}

interface Place {
  readonly name: string;
  readonly at: number;
  readonly lengths: readonly [number, number, number];
}

export async function openSpool(file: string): Promise<Spool> {
  const handle = await open(file, 'wx+', 0o600);
  const places: Place[] = [];
  let end = 0;
  let last: Promise<unknown> = Promise.resolve();
  const sorted = () => [...places].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return {
    append(result) {
      const parts = [result.host, result.findings, result.evidence].map((part) => Buffer.from(JSON.stringify(part)));
      const whole = Buffer.concat(parts);
      const at = end;
      end += whole.length;
      places.push({
        name: result.host.name,
        at,
        lengths: [parts[0]?.length ?? 0, parts[1]?.length ?? 0, parts[2]?.length ?? 0],
      });
      const write = last.then(() => writing(file, () => writeAll(handle, whole, at)));
      last = write.catch(() => undefined);
      return write;
    },
    async *read() {
      for (const place of sorted()) {
        yield resultOf(await partsAt(handle, place));
      }
    },
    async *readRaw() {
      for (const place of sorted()) {
        const { host, findings, evidence } = await partsAt(handle, place);
        const inner = (array: Buffer) => array.toString('utf8', 1, array.length - 1);
        yield { host: host.toString(), findings: inner(findings), evidence: inner(evidence) };
      }
    },
    close: () => handle.close(),
  };
}

/** A disk that gets full takes a part and says so only at the next attempt. */
async function writeAll(handle: FileHandle, bytes: Buffer, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}

interface Parts {
  readonly host: Buffer;
  readonly findings: Buffer;
  readonly evidence: Buffer;
}

async function partsAt(handle: FileHandle, place: Place): Promise<Parts> {
  const [a, b, c] = place.lengths;
  const bytes = Buffer.alloc(a + b + c);
  await handle.read(bytes, 0, bytes.length, place.at);
  return { host: bytes.subarray(0, a), findings: bytes.subarray(a, a + b), evidence: bytes.subarray(a + b) };
}

/** The evidence is most of a result, and most readers need it of few hosts: it is parsed when it is asked for. */
function resultOf(parts: Parts): HostResult {
  let evidence: HostResult['evidence'] | undefined;
  return {
    host: JSON.parse(parts.host.toString()),
    findings: JSON.parse(parts.findings.toString()),
    get evidence() {
      evidence ??= JSON.parse(parts.evidence.toString()) as HostResult['evidence'];
      return evidence;
    },
  };
}
