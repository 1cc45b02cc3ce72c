import type { HostResult, RawPart, ReportSource } from '../src/model/finding.ts';
import { inertJson } from '../src/model/inert-json.ts';
import type { Sink, Writer } from './writer.ts';

/**
 * `report.json`, version 1 (reports/schemas/report-v1.schema.json). Definitions stand once and findings refer by
 * id, so hosts, findings and evidence follow one another: three passes over the source, one host in
 * memory at a time. One line per definition, and one per host in each of the three arrays.
 */
export const json: Writer = {
  extension: 'json',
  mediaType: 'application/json',
  async write(source, sink) {
    const { schemaVersion, run, commands, controls, checks, summary } = source.head;
    await sink.write(`{\n"schemaVersion": ${JSON.stringify(schemaVersion)},\n"run": ${inertJson(JSON.stringify(run))}`);
    await writeArray(sink, 'controls', eachOf(controls));
    await writeArray(sink, 'checks', eachOf(checks));
    await writeArray(sink, 'commands', eachOf(commands));
    for (const section of SECTIONS) await writeArray(sink, section.name, membersOf(source, section.part));
    await sink.write(`,\n"summary": ${JSON.stringify(summary)}\n}\n`);
  },
};

const SECTIONS = [
  { name: 'hosts', part: 'host' },
  { name: 'findings', part: 'findings' },
  { name: 'evidence', part: 'evidence' },
] as const;

async function writeArray(sink: Sink, name: string, pieces: AsyncIterable<string | Uint8Array>): Promise<void> {
  await sink.write(`,\n"${name}": [`);
  let first = true;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    await sink.write(first ? '\n' : ',\n');
    await sink.write(piece);
    first = false;
  }
  await sink.write(first ? ']' : '\n]');
}

/** The members of one array, host by host: as the source has them ready, else serialised here. */
async function* membersOf(source: ReportSource, part: RawPart): AsyncGenerator<string | Uint8Array> {
  if (source.rawHosts !== undefined) yield* source.rawHosts(part);
  else for await (const result of source.hosts()) yield rawOf(result, part);
}

function rawOf(result: HostResult, part: RawPart): string {
  const text = inertJson(JSON.stringify(result[part]));
  return part === 'host' ? text : text.slice(1, -1);
}

async function* eachOf(definitions: readonly unknown[]): AsyncGenerator<string> {
  for (const definition of definitions) yield inertJson(JSON.stringify(definition));
}
