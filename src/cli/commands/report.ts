import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { formats } from '../../../reports/index.ts';
import { readCaptures } from '../../evidence/captures.ts';
import { causeOf, RunError } from '../../evidence/error.ts';
import { createRun, newRunId, openRun } from '../../evidence/run.ts';
import { InputError } from '../../inputs/error.ts';
import { expandPath } from '../../inputs/text.ts';
import { joined, type Text } from '../../model/utf8.ts';
import { newAssessment } from '../assessment.ts';
import type { Command } from '../context.ts';
import { type FormatName, sourceOf } from '../reports.ts';
import { formatsOf } from '../selection.ts';
import { temporaryFolder } from '../temporary.ts';

/** `fleetproof report RUN --format F`: any format from a run, later and offline. */
export const reportCommand: Command = (cli, about, context, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      args
        .positional('run', { type: 'string', demandOption: true, describe: 'A run folder' })
        .option('format', { type: 'string', demandOption: true, describe: `One of ${Object.keys(formats).join(', ')}` })
        .option('out', { alias: 'o', type: 'string', default: '-', describe: 'A file; - for standard output' }),
    (args) =>
      run(async () => {
        const [format, ...others] = formatsOf({ format: [args.format] });
        if (format === undefined || others.length > 0) {
          const what = `--format ${JSON.stringify(args.format)} cannot be used.`;
          throw new InputError('usage', [{ file: '', what, expected: 'Expected one format.' }]);
        }
        const text = await temporaryFolder((folder) => render(expandPath(args.run, context.folders), format, folder));
        if (args.out === '-') context.console.out(Buffer.from(text).toString());
        else await writeWhole(expandPath(args.out, context.folders), text);
        return 0;
      })(),
  );

async function render(run: string, name: FormatName, temporary: string): Promise<Uint8Array> {
  const file = await openRun(run);
  const draft = await createRun(temporary, newRunId(new Date()));
  try {
    const assessment = newAssessment(file.baselines, file.run.view, draft.spool);
    for await (const capture of readCaptures(run, file)) await assessment.take(capture).written;
    const parts: Text[] = [];
    // Bytes are the writer's again when this returns.
    const keep = (text: Text) => parts.push(typeof text === 'string' ? text : Buffer.from(text));
    const sink = { write: async (text: Text) => void keep(text) };
    await formats[name].write(sourceOf(assessment.head(file.run, file.commands), draft), sink);
    return joined(parts);
  } finally {
    await draft.discard();
  }
}

/** A report that is cut off must not look like one. A pipe or a device is written to, never replaced. */
async function writeWhole(path: string, text: Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const there = await stat(target).catch(() => null);
  const partial = there === null || there.isFile() ? `${target}.partial` : target;
  try {
    await writeFile(partial, text);
    if (partial !== target) await rename(partial, target);
  } catch (error) {
    if (partial !== target) await rm(partial, { force: true }).catch(() => undefined);
    throw new RunError('io', `${path} could not be written: ${causeOf(error)}.`, error);
  }
}
