import type { HostResult, RawPart, ReportSource } from '../src/model/finding.ts';
import { inertJson } from './safe.ts';
import type { Sink, Writer } from './writer.ts';

/** Text is handed to the sink in pieces of about this many characters. */
const CHUNK = 64 * 1024;

/**
 * `report.json`, version 1 (reports/schemas/report-v1.schema.json). Definitions stand once and findings refer by
 * id, so hosts, findings and evidence follow one another: three passes over the source, one host in
 * memory at a time. One line per definition, and one per host in each of the three arrays.
 */
export const json: Writer = {
  extension: 'json',
  mediaType: 'application/json',
  async write(source, sink) {
    const { schemaVersion, run, controls, checks, summary } = source.head;
    const out = buffered(sink);
    await out.add(`{\n"schemaVersion": ${JSON.stringify(schemaVersion)},\n"run": ${inertJson(JSON.stringify(run))}`);
    await writeArray(out, 'controls', eachOf(controls));
    await writeArray(out, 'checks', eachOf(checks));
    for (const section of SECTIONS) await writeArray(out, section.name, membersOf(source, section.part));
    await out.add(`,\n"summary": ${JSON.stringify(summary)}\n}\n`);
    await out.flush();
  },
};

const SECTIONS = [
  { name: 'hosts', part: 'host' },
  { name: 'findings', part: 'findings' },
  { name: 'evidence', part: 'evidence' },
] as const;

async function writeArray(out: Buffered, name: string, pieces: AsyncIterable<string>): Promise<void> {
  await out.add(`,\n"${name}": [`);
  let first = true;
  for await (const piece of pieces) {
    if (piece === '') continue;
    await out.add(`${first ? '\n' : ',\n'}${inertJson(piece)}`);
    first = false;
  }
  await out.add(first ? ']' : '\n]');
}

/** The members of one array, host by host: as the source has them ready, else serialised here. */
async function* membersOf(source: ReportSource, part: RawPart): AsyncGenerator<string> {
  if (source.rawHosts !== undefined) yield* source.rawHosts(part);
  else for await (const result of source.hosts()) yield rawOf(result, part);
}

function rawOf(result: HostResult, part: RawPart): string {
  const text = JSON.stringify(result[part]);
  return part === 'host' ? text : text.slice(1, -1);
}

async function* eachOf(definitions: readonly unknown[]): AsyncGenerator<string> {
  for (const definition of definitions) yield JSON.stringify(definition);
}

interface Buffered {
  add(text: string): Promise<void>;
  flush(): Promise<void>;
}

/** Joins small pieces: one write per chunk instead of one per record. */
function buffered(sink: Sink): Buffered {
  let pending: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    if (length === 0) return;
    const text = pending.join('');
    pending = [];
    length = 0;
    await sink.write(text);
  };
  return {
    flush,
    async add(text) {
      pending.push(text);
      length += text.length;
      if (length >= CHUNK) await flush();
    },
  };
}
