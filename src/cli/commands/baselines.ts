import { InputError } from '../../inputs/error.ts';
import { builtinBaselines } from '../builtin.ts';
import type { Command } from '../context.ts';
import { columns, wrap } from '../text.ts';

/** `fleetproof baselines [ID]`: the documented baselines that ship with the package. */
export const baselinesCommand: Command = (cli, about, { console }, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      args
        .positional('id', { type: 'string', describe: 'A baseline, e.g. cleavr' })
        .option('json', { type: 'boolean', describe: 'Print JSON' }),
    (args) =>
      run(async () => {
        const all = builtinBaselines();
        const chosen = args.id === undefined ? all : all.filter(({ id }) => id === args.id);
        if (chosen.length === 0) {
          throw new InputError('usage', [
            {
              file: 'baselines',
              what: `There is no built-in baseline "${args.id}".`,
              expected: `Known: ${all.map(({ id }) => id).join(', ')}.`,
            },
          ]);
        }
        if (args.json === true) console.out(`${JSON.stringify(chosen, null, 2)}\n`);
        else if (args.id === undefined)
          console.out(
            columns(
              all.map(({ id, version, title }) => [id, version, title]),
              console.width,
            ),
          );
        else console.out(chosen.map((baseline) => show(baseline, console.width)).join('\n'));
        return 0;
      })(),
  );

function show(baseline: ReturnType<typeof builtinBaselines>[number], width: number): string {
  const controls = baseline.controls.map(({ id, title, requirement, checks }) => {
    const how =
      checks.length === 0
        ? 'No check of this version looks at it.'
        : `Checks: ${checks.map((item) => item.check).join(', ')}`;
    return `${id}  ${title}\n${wrap(requirement, width, '  ')}\n${wrap(how, width, '  ')}\n`;
  });
  return [`${baseline.id} ${baseline.version}: ${baseline.title}\n`, ...controls].join('\n');
}
