import { reportSchema } from '../../../reports/index.ts';
import { InputError, listWords, quote } from '../../inputs/error.ts';
import { schema, schemaNames } from '../../inputs/schema.ts';
import { didYouMean } from '../../inputs/suggest.ts';
import type { Command } from '../context.ts';

const NAMES = ['report', ...schemaNames] as const;

/** `fleetproof schema NAME`: the JSON Schemas that inputs are checked against and the report follows. */
export const schemaCommand: Command = (cli, about, { console }, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      args.positional('name', {
        type: 'string',
        demandOption: true,
        describe: `One of ${listWords(NAMES)}`,
      }),
    (args) =>
      run(async () => {
        console.out(`${JSON.stringify(find(args.name), null, 2)}\n`);
        return 0;
      })(),
  );

function find(given: string): object {
  const name = NAMES.find((known) => known === given);
  if (name !== undefined) return name === 'report' ? reportSchema : schema(name);
  const what = `There is no schema ${quote(given)}.`;
  const expected = `Expected ${listWords(NAMES)}.`;
  throw new InputError('usage', [{ file: '', what, expected, ...didYouMean(given, NAMES) }]);
}
