import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Capture } from '../../src/model/host.ts';

const FOLDER = new URL('../captures/hosts/', import.meta.url);

/**
 * The captures of whole real hosts (scripts/record-captures.mjs), by the name of their file without its ending, as a scan
 * with `--no-network` makes them: what the network showed is in the files, too.
 */
export function recordedHosts(): ReadonlyMap<string, Capture> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json.gz'));
  return new Map(files.map((name) => [name.replace('.json.gz', ''), inside(new URL(name, FOLDER))]));
}

function inside(file: URL): Capture {
  const { outside: _, ...capture } = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as Capture;
  return capture;
}
