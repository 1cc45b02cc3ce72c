import { reportSchema } from '../../../reports/index.ts';
import { schema, schemaNames } from '../../inputs/schema.ts';
import type { Command } from '../context.ts';

/** `fleetproof schema NAME`: the JSON Schemas that inputs are checked against and the report follows. */
export const schemaCommand: Command = (cli, about, { console }, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      args.positional('name', {
        choices: ['report', ...schemaNames] as const,
        demandOption: true,
        describe: 'Which one',
      }),
    (args) =>
      run(async () => {
        console.out(`${JSON.stringify(args.name === 'report' ? reportSchema : schema(args.name), null, 2)}\n`);
        return 0;
      })(),
  );
