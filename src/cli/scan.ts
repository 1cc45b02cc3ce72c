import { randomBytes } from 'node:crypto';
import type { Program, Unread } from '../collect/collector.ts';
import { collectFleet, type FleetOptions } from '../collect/fleet.ts';
import { commandSetSha256, programOf } from '../collect/program.ts';
import { allWritten } from '../evidence/error.ts';
import { createRun, newRunId } from '../evidence/run.ts';
import { commandsOf } from '../facts/commands.ts';
import { familiesFor, probesFor } from '../facts/derive.ts';
import type { Baseline } from '../model/baseline.ts';
import type { ExchangeFamily } from '../model/exchange.ts';
import type { RunEntry, View } from '../model/finding.ts';
import type { Capture, Host } from '../model/host.ts';
import { checksLeftOut, factNamesOf, newAssessment } from './assessment.ts';
import { inGroups } from './groups.ts';
import { judgeAndKeepOne } from './judge-and-keep.ts';
import type { ProgressEvent } from './progress.ts';
import { type Conclusion, conclude, type FormatName } from './reports.ts';
import { TOOL } from './tool.ts';

/** Longer than hosts of a full group are apart, and too short to notice. */
const WAIT_MS = 50;

export interface ScanRequest<T> {
  readonly hosts: readonly Host[];
  /** Hosts of the inventory that this scan leaves out on purpose. */
  readonly excluded: readonly string[];
  readonly inventorySha256: string;
  readonly baselines: readonly Baseline[];
  /** The folder that gets the run folder. */
  readonly out: string;
  readonly formats: readonly FormatName[];
  /** Milliseconds; what the hosts' clocks are compared with. */
  readonly clock: (host: Host) => number;
  readonly fleet: Omit<FleetOptions, 'onStart' | 'lookFromOutside'>;
  readonly view: View;
  /** Adds the outside view to a capture; not called for `inside`. */
  readonly lookFromOutside: (capture: Capture, families: readonly ExchangeFamily[]) => Promise<Capture>;
  /** Makes what is shown of the results, while they can still be read. */
  tell(conclusion: Conclusion): Promise<T>;
  /** Called whenever a host starts or ends. */
  onProgress(event: ProgressEvent): void;
}

/** One assessment of a fleet: collect, judge, keep, report. Hosts fail alone; only the disk can end it early. */
export async function scan<T>(request: ScanRequest<T>): Promise<T> {
  const startedAt = new Date();
  const draft = await createRun(request.out, newRunId(startedAt));
  try {
    const { baselines, view } = request;
    const assessment = newAssessment(baselines, view, draft.spool);
    const names = factNamesOf(baselines, view);
    const probes = probesFor(names);
    const nonce = randomBytes(16).toString('hex');
    const program: Program = { text: programOf(probes, nonce), nonce, probes, clock: request.clock };
    const onStart = (host: Host) => request.onProgress({ kind: 'start', host: host.name });
    const families = view === 'inside' ? [] : familiesFor(names);
    const lookFromOutside = (capture: Capture) => request.lookFromOutside(capture, families);
    const options = { ...request.fleet, onStart, ...(families.length === 0 ? {} : { lookFromOutside }) };
    const judgeAndKeep = inGroups<Unread>(groupSize(options.concurrency), WAIT_MS, async (group) => {
      const ends = group.map(async (read) => judgeAndKeepOne(read(), assessment, draft));
      for (const event of await allWritten(ends)) request.onProgress(event);
    });
    await collectFleet(request.hosts, program, options, judgeAndKeep);
    const run: RunEntry = {
      id: draft.id,
      tool: TOOL,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      interrupted: wasInterrupted(request.fleet.ssh.signal),
      view,
      checksLeftOut: checksLeftOut(baselines, view),
      commandSetSha256: commandSetSha256(probes),
      baselines: baselines.map(({ id, title, version, sha256 }) => ({ id, title, version, sha256 })),
      inventorySha256: request.inventorySha256,
      excludedHosts: [...request.excluded].sort(),
      previousRunId: null,
    };
    const head = assessment.head(run, commandsOf(probes));
    return await conclude(draft, request.out, head, baselines, request.formats, request.tell);
  } finally {
    // Does nothing to a run that was finished.
    await draft.discard();
  }
}

/** A host that waits for its group holds up another one: most of those that may run at a time go on. */
function groupSize(concurrency: number): number {
  return Math.min(8, Math.ceil(concurrency / 4));
}

/** A run that ended at its own time limit was not interrupted: what it did not reach is said of each host. */
function wasInterrupted(signal: AbortSignal): boolean {
  return signal.aborted && !(signal.reason instanceof Error && signal.reason.name === 'RunDeadline');
}
