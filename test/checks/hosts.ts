import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Capture } from '../../src/model/host.ts';

const FOLDER = new URL('../captures/hosts/', import.meta.url);

/** The captures of whole real hosts (scripts/record-captures.mjs), by the name of their file without its ending. */
export function recordedHosts(): ReadonlyMap<string, Capture> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json.gz'));
  return new Map(
    files.map((name) => [
      name.replace('.json.gz', ''),
      JSON.parse(gunzipSync(readFileSync(new URL(name, FOLDER))).toString('utf8')) as Capture,
    ]),
  );
}
