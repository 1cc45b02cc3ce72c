import { join } from 'node:path';
import { formats } from '../../reports/index.ts';
import type { RunDraft } from '../evidence/run.ts';
import type { Baseline } from '../model/baseline.ts';
import type { ReportHead, ReportSource } from '../model/finding.ts';

export type FormatName = keyof typeof formats;

/** A finished run, as its readers see it. */
export interface Conclusion {
  readonly source: ReportSource;
  /** The run folder. */
  readonly folder: string;
  /** Files of the reports, inside that folder. */
  readonly reports: readonly string[];
}

/**
 * Writes findings and reports, lets `tell` make what is shown of them, and only then gives the run its
 * name: whoever sees the folder sees it whole.
 */
export async function conclude<T>(
  draft: RunDraft,
  out: string,
  head: ReportHead,
  baselines: readonly Baseline[],
  chosen: readonly FormatName[],
  tell: (conclusion: Conclusion) => Promise<T>,
): Promise<T> {
  const source = sourceOf(head, draft);
  const reports = [];
  for (const name of chosen) reports.push(await writeReport(name, source, draft));
  const findings = await draft.create('findings.ndjson');
  for await (const lines of draft.spool.findingLines()) await findings.write(lines);
  await findings.close();
  const told = await tell({ source, folder: join(out, draft.id), reports });
  await draft.finish(head.run, baselines, head.commands);
  return told;
}

async function writeReport(name: FormatName, source: ReportSource, draft: RunDraft): Promise<string> {
  const format = formats[name];
  const file = `report.${format.extension}`;
  const sink = await draft.create(file);
  try {
    await format.write(source, sink);
  } finally {
    await sink.close();
  }
  return file;
}

export function sourceOf(head: ReportHead, draft: Pick<RunDraft, 'spool'>): ReportSource {
  return { head, hosts: () => draft.spool.read(), rawHosts: (part) => draft.spool.readRaw(part) };
}
