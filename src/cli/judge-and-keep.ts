import { allWritten } from '../evidence/error.ts';
import type { RunDraft } from '../evidence/run.ts';
import type { Capture } from '../model/host.ts';
import type { Assessment } from './assessment.ts';
import type { ProgressEvent } from './scan.ts';

/**
 * What waits for the disk does not refer to the capture, nor to what was made of it: all that is garbage at once. A host
 * on which judging fails inside is one that could not be assessed, and the others stand.
 */
export function judgeAndKeepOne(
  capture: Capture,
  assessment: Pick<Assessment, 'take'>,
  draft: Pick<RunDraft, 'addCapture'>,
): Promise<ProgressEvent> {
  let kept = capture;
  let judged: ReturnType<Assessment['take']>;
  try {
    judged = assessment.take(kept);
  } catch (error) {
    kept = notJudged(capture, error);
    judged = assessment.take(kept);
  }
  const { findings, written } = judged;
  const fails = findings.some(({ status }) => status === 'fail');
  return ended({ kind: 'end', host: kept.host.name, outcome: kept.outcome, fails }, [written, draft.addCapture(kept)]);
}

async function ended(event: ProgressEvent, writes: readonly Promise<void>[]): Promise<ProgressEvent> {
  await allWritten(writes);
  return event;
}

function notJudged(capture: Capture, error: unknown): Capture {
  const message = `The scanner failed on this host: ${error instanceof Error ? error.message : String(error)}`;
  return { ...capture, outcome: 'unreachable', reason: 'internal', message, hostEpoch: null, outputs: [] };
}
