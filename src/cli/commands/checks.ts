import { checks } from '../../../checks/index.ts';
import { BUDGET } from '../../collect/outside/budget.ts';
import { familiesFor, probesFor } from '../../facts/derive.ts';
import { InputError } from '../../inputs/error.ts';
import { suggest } from '../../inputs/suggest.ts';
import type { Check } from '../../model/check.ts';
import { builtinBaselines } from '../builtin.ts';
import type { Command } from '../context.ts';
import { columns, wrap } from '../text.ts';

/** `fleetproof checks [ID]`: the catalogue explains itself, from the code. */
export const checksCommand: Command = (cli, about, { console }, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      args
        .positional('id', { type: 'string', describe: 'A check, e.g. ssh-key-only' })
        .option('json', { type: 'boolean', describe: 'Print JSON' }),
    (args) =>
      run(async () => {
        const chosen = args.id === undefined ? checks : [find(args.id)];
        if (args.json === true) console.out(`${JSON.stringify(chosen.map(entryOf), null, 2)}\n`);
        else if (args.id === undefined)
          console.out(
            columns(
              checks.map(({ id, severity, title }) => [id, severity, title]),
              console.width,
            ),
          );
        else console.out(chosen.map((check) => explain(check, console.width)).join('\n'));
        return 0;
      })(),
  );

function find(id: string): Check {
  const check = checks.find((candidate) => candidate.id === id);
  if (check !== undefined) return check;
  const near = suggest(
    id,
    checks.map((candidate) => candidate.id),
  );
  throw new InputError('usage', [
    {
      file: 'checks',
      what: `There is no check "${id}".`,
      ...(near === undefined ? {} : { suggestion: `Did you mean "${near}"?` }),
    },
  ]);
}

function entryOf(check: Check): object {
  const { id, title, severity, rationale, remediation, limits, mappings, params, needs } = check;
  const probes = probesFor(needs).map((probe) => probe.id);
  const exchanges = familiesFor(needs);
  return {
    id,
    title,
    severity,
    rationale,
    remediation,
    limits: limits ?? null,
    mappings,
    params,
    facts: needs,
    probes,
    exchanges,
  };
}

function explain(check: Check, width: number): string {
  const probes = probesFor(check.needs);
  const controls = builtinBaselines().flatMap(({ id, controls: list }) =>
    list
      .filter(({ checks: selected }) => selected.some((item) => item.check === check.id))
      .map((control) => `${id} ${control.id} (${control.title})`),
  );
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Why', [check.rationale]],
    [
      'How it looks',
      [
        ...familiesFor(check.needs).map((family) => `- From outside: ${BUDGET[family].what}`),
        ...probes.map(
          ({ purpose, as }) => `- ${purpose.replace(/\.$/, '')} (${as === 'root' ? 'as root' : 'as the login user'})`,
        ),
      ],
    ],
    [
      'Parameters',
      Object.entries(check.params).map(
        ([name, param]) => `${name} (default ${JSON.stringify(param.default)}): ${param.description}`,
      ),
    ],
    ['Used by', controls],
    ['Contributes to', Object.entries(check.mappings).map(([framework, ids]) => `${framework}: ${ids.join(', ')}`)],
    ['What it does not see', check.limits === undefined ? [] : [check.limits]],
  ];
  const body = sections
    .filter(([, lines]) => lines.length > 0)
    .map(
      ([title, lines]) =>
        `${title}\n${lines.map((line) => wrap(line, width, '  ', line.startsWith('- ') ? '    ' : '  ')).join('\n')}\n`,
    );
  const fix = `How to fix it\n${check.remediation
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')}\n`;
  return [`${check.id}  (${check.severity})\n${wrap(check.title, width, '')}\n`, ...body, fix].join('\n');
}
