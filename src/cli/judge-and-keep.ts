import { allWritten } from '../evidence/error.ts';
import type { RunDraft } from '../evidence/run.ts';
import type { Capture } from '../model/host.ts';
import type { Assessment } from './assessment.ts';
import type { ProgressEvent } from './progress.ts';

/** What waits for the disk does not refer to the capture, nor to what was made of it: all that is garbage at once. */
export function judgeAndKeepOne(
  capture: Capture,
  assessment: Pick<Assessment, 'take'>,
  draft: Pick<RunDraft, 'addCapture'>,
): Promise<ProgressEvent> {
  const { outcome, findings, written } = assessment.take(capture);
  const fails = findings.some(({ status }) => status === 'fail');
  return ended({ kind: 'end', host: capture.host.name, outcome, fails }, [written, draft.addCapture(capture)]);
}

async function ended(event: ProgressEvent, writes: readonly Promise<void>[]): Promise<ProgressEvent> {
  await allWritten(writes);
  return event;
}
