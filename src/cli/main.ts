import { homedir } from 'node:os';
import yargs, { type Argv } from 'yargs';
import { RunError } from '../evidence/error.ts';
import { InputError } from '../inputs/error.ts';
import { suggest } from '../inputs/suggest.ts';
import { baselinesCommand } from './commands/baselines.ts';
import { checksCommand } from './commands/checks.ts';
import { demoCommand } from './commands/demo.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { initCommand } from './commands/init.ts';
import { planCommand } from './commands/plan.ts';
import { reportCommand } from './commands/report.ts';
import { scanCommand } from './commands/scan.ts';
import { schemaCommand } from './commands/schema.ts';
import { systemConsole } from './console.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit.ts';
import { TOOL } from './tool.ts';

/** A way to call the program that cannot work; the message says what would. */
class UsageError extends Error {}

/**
 * Runs one command line (without node and script) and resolves to the exit code. Never rejects;
 * what went wrong stands on stderr in one or a few lines.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const context: Context = {
    console: systemConsole(process.env),
    env: process.env,
    folders: { cwd: process.cwd(), home: homedir() },
    uid: process.getuid?.() ?? null,
  };
  let code: number = EXIT.ok;
  const run = (command: () => Promise<number>) => async () => {
    code = await command();
  };
  try {
    await parser(context, run).parseAsync([...argv]);
    return code;
  } catch (error) {
    return report(error, context);
  }
}

type Run = (command: () => Promise<number>) => () => Promise<void>;

function parser(context: Context, run: Run): Argv {
  const commands = [
    scanCommand,
    planCommand,
    evaluateCommand,
    reportCommand,
    checksCommand,
    baselinesCommand,
    schemaCommand,
    initCommand,
    demoCommand,
  ];
  const cli = yargs()
    .scriptName('fleetproof')
    .usage(
      '$0 COMMAND\n\nProves that a fleet of Linux servers meets its documented security baseline.\nAgentless and read-only over SSH; what could not be looked at is unknown, never pass.',
    )
    .version(`${TOOL.name} ${TOOL.version}`)
    .help()
    .alias('help', 'h')
    .wrap(Math.min(80, context.console.width))
    .strict()
    .demandCommand(1, 'Name a command.')
    .recommendCommands()
    .parserConfiguration({ 'duplicate-arguments-array': true, 'camel-case-expansion': true, 'parse-numbers': false })
    .exitProcess(false)
    .fail((message, error, self) => {
      if (error !== undefined && error !== null) throw error;
      throw new UsageError(
        `${withSuggestion(message, self)}\nSee "fleetproof --help", or "fleetproof COMMAND --help".`,
      );
    })
    .epilogue(
      'Exit codes: 0 gate passed, 100 a finding failed, 101 nothing failed but something is unknown,\n64-78 errors (sysexits). Documentation: docs/ in the package.',
    );
  return commands.reduce<Argv>((all, command) => command(all, context, run), cli);
}

/** yargs names unknown options only; people want to know what they meant. */
function withSuggestion(message: string, self: Argv): string {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1];
  if (unknown === undefined) return message.endsWith('.') ? message : `${message}.`;
  const options = Object.keys((self as unknown as { getOptions(): { key: Record<string, unknown> } }).getOptions().key);
  const given = unknown
    .split(', ')
    .filter((name, index, all) => all.findIndex((other) => kebab(other) === kebab(name)) === index);
  const parts = given.map((name) => {
    const near = suggest(name, options);
    return `Unknown option --${kebab(name)}.${near === undefined ? '' : ` Did you mean --${near}?`}`;
  });
  return parts.join('\n');
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function report(error: unknown, { console, env }: Context): number {
  if (error instanceof UsageError) {
    console.err(`fleetproof: ${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof InputError) {
    console.err(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof RunError) {
    console.err(`fleetproof: ${error.message}\n`);
    return { create: EXIT.create, io: EXIT.io, missing: EXIT.missing, data: EXIT.data }[error.kind];
  }
  const text =
    error instanceof Error ? ((env.FLEETPROOF_DEBUG ?? '') === '' ? error.message : error.stack) : String(error);
  console.err(
    `fleetproof: internal error: ${text}\nThis is a defect of fleetproof. FLEETPROOF_DEBUG=1 shows where it happened.\n`,
  );
  return EXIT.internal;
}
