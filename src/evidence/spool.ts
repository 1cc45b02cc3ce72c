import { type FileHandle, open } from 'node:fs/promises';
import type { HostResult, RawHost } from '../model/finding.ts';

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
      const write = last.then(() => handle.write(whole, 0, whole.length, at));
      last = write.catch(() => undefined);
      return write.then(() => undefined);
    },
    async *read() {
      for (const place of sorted()) {
        const { host, findings, evidence } = await partsAt(handle, place);
        yield { host: JSON.parse(host), findings: JSON.parse(findings), evidence: JSON.parse(evidence) } as HostResult;
      }
    },
    async *readRaw() {
      for (const place of sorted()) {
        const { host, findings, evidence } = await partsAt(handle, place);
        yield { host, findings: findings.slice(1, -1), evidence: evidence.slice(1, -1) };
      }
    },
    close: () => handle.close(),
  };
}

async function partsAt(
  handle: FileHandle,
  place: Place,
): Promise<{ host: string; findings: string; evidence: string }> {
  const [a, b, c] = place.lengths;
  const bytes = Buffer.alloc(a + b + c);
  await handle.read(bytes, 0, bytes.length, place.at);
  return {
    host: bytes.toString('utf8', 0, a),
    findings: bytes.toString('utf8', a, a + b),
    evidence: bytes.toString('utf8', a + b),
  };
}
