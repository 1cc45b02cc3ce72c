import { terminalSummary } from '../../reports/terminal.ts';
import type { ReportHead, ReportSource } from '../model/finding.ts';
import type { Console } from './console.ts';
import { type Ending, endingOf, type Gate } from './exit.ts';

export interface Shown {
  readonly source: ReportSource;
  readonly gate: Gate;
  readonly json: boolean;
  /** Where the reports are; null when nothing is kept. */
  readonly folder: string | null;
  readonly reports: readonly string[];
}

/** What is printed at the end of an assessment, and the exit code with its reason. */
export interface Farewell extends Ending {
  readonly text: string;
  readonly runId: string;
}

/** Composes it while the results can still be read; `say` prints it once everything is in place. */
export async function farewell(console: Console, shown: Shown): Promise<Farewell> {
  const { head } = shown.source;
  const ending = endingOf(head.summary, shown.gate, head.run.interrupted);
  const { width, colour } = console;
  const text = shown.json
    ? `${JSON.stringify(machineSummary(head, ending, shown), null, 2)}\n`
    : await terminalSummary(shown.source, { width, colour, folder: shown.folder, reports: shown.reports });
  return { ...ending, text, runId: head.run.id };
}

export function say(console: Console, { text, code, because }: Farewell): number {
  console.out(text);
  console.err(`fleetproof: exit ${code}. ${because}\n`);
  return code;
}

function machineSummary(head: ReportHead, ending: Ending, shown: Shown): object {
  return {
    schemaVersion: head.schemaVersion,
    run: head.run,
    controls: head.controls.map(({ id, baseline, title, result }) => ({ id, baseline, title, result })),
    summary: head.summary,
    folder: shown.folder,
    reports: shown.reports,
    exitCode: ending.code,
    because: ending.because,
  };
}
