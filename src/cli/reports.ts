import { join } from 'node:path';
import { formats } from '../../reports/index.ts';
import type { RunDraft } from '../evidence/run.ts';
import type { ReportHead, ReportSource } from '../model/finding.ts';

export interface ReportFiles {
  /** Format → file name inside the run folder. */
  readonly reports: Readonly<Record<string, string>>;
}

/** Writes `findings.ndjson` and the chosen reports into the draft. */
export async function writeReports(head: ReportHead, draft: RunDraft, chosen: readonly string[]): Promise<ReportFiles> {
  const source = sourceOf(head, draft);
  const reports: Record<string, string> = {};
  for (const name of chosen) {
    const format = formats[name as keyof typeof formats];
    const file = `report.${format.extension}`;
    const sink = await draft.create(file);
    try {
      await format.write(source, sink);
    } finally {
      await sink.close();
    }
    reports[name] = join(file);
  }
  const findings = await draft.create('findings.ndjson');
  for await (const { findings: list } of source.hosts()) {
    for (const finding of list) await findings.write(`${JSON.stringify(finding)}\n`);
  }
  await findings.close();
  return { reports };
}

export function sourceOf(head: ReportHead, draft: Pick<RunDraft, 'spool'>): ReportSource {
  return { head, hosts: () => draft.spool.read() };
}
