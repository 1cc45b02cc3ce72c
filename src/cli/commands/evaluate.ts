import { readCaptures } from '../../evidence/captures.ts';
import { createRun, newRunId, type OpenedRun, openRun } from '../../evidence/run.ts';
import { onCommandLine } from '../../inputs/asked.ts';
import { loadConfig } from '../../inputs/config.ts';
import { InputError } from '../../inputs/error.ts';
import { expandPath } from '../../inputs/text.ts';
import type { Baseline } from '../../model/baseline.ts';
import type { RunEntry } from '../../model/finding.ts';
import { checksLeftOut, newAssessment } from '../assessment.ts';
import { baselinesNamed } from '../builtin.ts';
import type { Command, Context } from '../context.ts';
import type { Gate } from '../exit.ts';
import { gateOf, withGate } from '../gate.ts';
import { farewell, say } from '../outcome.ts';
import { conclude, type FormatName, sourceOf } from '../reports.ts';
import { formatsOf, withFormats } from '../selection.ts';
import { temporaryFolder } from '../temporary.ts';
import { TOOL } from '../tool.ts';

/** `fleetproof evaluate RUN`: judge the recorded evidence again, offline, by the same or another baseline. */
export const evaluateCommand: Command = (cli, about, context, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      withGate(withFormats(args))
        .positional('run', {
          type: 'string',
          demandOption: true,
          describe: 'A run folder, e.g. runs/20261122T010000Z-0a1b2c3d',
        })
        .option('baseline', { alias: 'b', type: 'string', array: true, describe: "Baselines; default: the run's own" })
        .option('out', { alias: 'o', type: 'string', describe: 'Keep the new judgement as a run below this folder' })
        .option('json', { type: 'boolean', describe: 'Print a summary as JSON' }),
    (args) =>
      run(async () => {
        const formats = formatsOf(args);
        if (args.out === undefined && args.format !== undefined) {
          const what = '--format needs a place to write to.';
          throw new InputError('usage', [{ file: '', what, expected: 'Expected -o DIR with it.' }]);
        }
        const folder = expandPath(args.run, context.folders);
        const file = await openRun(folder);
        const baselines =
          args.baseline === undefined ? file.baselines : baselinesNamed(onCommandLine(args.baseline), context.folders);
        const out = args.out === undefined ? null : expandPath(args.out, context.folders);
        const gate = gateOf(args, loadConfig(undefined, context.folders));
        const again = { folder, file, baselines, formats, gate, json: args.json === true };
        return out === null
          ? temporaryFolder((temporary) => judgeAgain(context, { ...again, out: temporary, keep: false }))
          : judgeAgain(context, { ...again, out, keep: true });
      })(),
  );

interface Again {
  readonly folder: string;
  readonly file: OpenedRun;
  readonly baselines: readonly Baseline[];
  readonly out: string;
  readonly keep: boolean;
  readonly formats: readonly FormatName[];
  readonly gate: Gate;
  readonly json: boolean;
}

async function judgeAgain({ console }: Context, again: Again): Promise<number> {
  const { folder, file, baselines, out, keep, formats, gate, json } = again;
  const draft = await createRun(out, newRunId(new Date()));
  try {
    const assessment = newAssessment(baselines, file.run.view, draft.spool);
    for await (const capture of readCaptures(folder, file)) {
      if (keep) await draft.addCapture(capture);
      await assessment.take(capture).written;
    }
    const entry: RunEntry = {
      ...file.run,
      id: keep ? draft.id : file.run.id,
      judgedAgain: { at: new Date().toISOString(), tool: TOOL, from: { id: file.run.id, sha256: file.sha256 } },
      checksLeftOut: checksLeftOut(baselines, file.run.view),
      baselines: baselines.map(({ id, title, version, sha256 }) => ({ id, title, version, sha256 })),
    };
    const head = assessment.head(entry, file.commands);
    const common = { gate, json };
    if (!keep)
      return say(
        console,
        await farewell(console, { ...common, source: sourceOf(head, draft), folder: null, reports: [] }),
      );
    const told = await conclude(draft, out, head, baselines, formats, (conclusion) =>
      farewell(console, { ...common, ...conclusion }),
    );
    return say(console, told);
  } finally {
    // Does nothing to a run that was finished.
    await draft.discard();
  }
}
