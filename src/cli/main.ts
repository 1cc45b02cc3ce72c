import { homedir, userInfo } from 'node:os';
import yargs, { type Argv } from 'yargs';
import { RunError } from '../evidence/error.ts';
import { InputError, quote } from '../inputs/error.ts';
import { didYouMean, suggest } from '../inputs/suggest.ts';
import { commandsFor } from './commands/index.ts';
import { systemConsole } from './console.ts';
import type { About, Context } from './context.ts';
import { EXIT } from './exit.ts';
import { TOOL } from './tool.ts';
import { tuneV8 } from './v8.ts';
import { kebab, type Options, refuseValueless, UsageError, withoutMark } from './words.ts';

/**
 * Runs one command line (without node and script) and resolves to the exit code. Never rejects;
 * what went wrong stands on stderr in one or a few lines.
 */
export async function main(argv: readonly string[]): Promise<number> {
  tuneV8();
  const cwd = workingFolder();
  const console = systemConsole(process.env);
  if (cwd === null) {
    console.err('fleetproof: The working directory does not exist any more. Change to another one.\n');
    return EXIT.missing;
  }
  const context: Context = {
    console,
    env: process.env,
    folders: { cwd, home: homeFolder() },
    uid: process.getuid?.() ?? null,
    localUser: localUser(process.env),
  };
  let code: number = EXIT.ok;
  const run = (command: () => Promise<number>) => async () => {
    code = await command();
  };
  try {
    await (await parser(context, run, argv)).parseAsync(withoutMark(argv));
    if (await context.console.flushed()) return code;
    throw new RunError('io', 'Standard output could not be written.');
  } catch (error) {
    return report(error, context);
  }
}

/** Null when it was removed under us. */
function workingFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

/** Users that only have a number, as containers run, have no home unless HOME says so. */
function homeFolder(): string {
  try {
    return homedir();
  } catch {
    return '/nonexistent';
  }
}

function localUser({ LOGNAME, USER }: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch {
    return LOGNAME ?? USER ?? '';
  }
}

type Run = (command: () => Promise<number>) => () => Promise<void>;

async function parser(context: Context, run: Run, words: readonly string[]): Promise<Argv> {
  /** Names of arguments that stand at a place: yargs would take an option of that name for them. */
  const places = new Set<string>();
  const commands = await commandsFor(words);
  const cli: Argv = yargs()
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
    .parserConfiguration({
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
      'camel-case-expansion': true,
      'parse-numbers': false,
      'dot-notation': false,
    })
    .exitProcess(false)
    .check((parsed) => {
      refuseAmbiguous(parsed, words, optionsOf(cli), places);
      refuseValueless(words, optionsOf(cli));
      return true;
    })
    .fail((message, error) => {
      if (error !== undefined && error !== null) throw error;
      throw new UsageError(
        `${withSuggestion(message, cli, words, commands)}\nSee "fleetproof --help", or "fleetproof COMMAND --help".`,
      );
    })
    .epilogue(
      'Exit codes: 0 gate passed, 100 a finding failed, 101 nothing failed but something is unknown,\n64-78 errors (sysexits). Documentation: docs/ in the package.',
    );
  for (const { about } of commands)
    for (const [, place = ''] of about.usage.matchAll(/[<[]([a-z]+)/g)) places.add(place);
  return commands.reduce<Argv>((all, { about, command }) => command(all, about, context, run), cli);
}

function optionsOf(cli: Argv): Options {
  return (cli as unknown as { getOptions(): Options }).getOptions();
}

/** yargs makes a list of an option that stands twice, and `false` of a switch that is set to anything but true. */
function refuseAmbiguous(
  parsed: Readonly<Record<string, unknown>>,
  words: readonly string[],
  options: Options,
  places: ReadonlySet<string>,
): void {
  for (const name of Object.keys(options.key)) {
    if (Array.isArray(parsed[name]) && !options.array.includes(name) && name !== '_')
      throw new UsageError(`--${kebab(name)} is given more than once.`);
  }
  for (const word of words) {
    const [, negation = '', option = ''] = /^--(no-)?([a-z-]+)(?:=|$)/.exec(word) ?? [];
    // yargs would set any option to `false`, and fill a place by its name.
    if (
      places.has(option) ||
      (negation !== '' && !options.boolean.includes(option) && !options.boolean.includes(`no-${option}`))
    )
      throw new UsageError(`Unknown option --${negation}${option}.`);
    const [, name = '', value = ''] = /^--?([A-Za-z-]+)=(.*)$/s.exec(word) ?? [];
    if (options.boolean.includes(name) && value !== 'true' && value !== 'false')
      throw new UsageError(`--${name} is a switch and cannot be "${value}". Leave the value out.`);
  }
}

/** yargs says what is wrong; people want to know what they meant. */
function withSuggestion(
  message: string,
  cli: Argv,
  words: readonly string[],
  commands: readonly { readonly about: About }[],
): string {
  const usages = commands.map(({ about }) => about.usage);
  const called = words.find((word) => !word.startsWith('-')) ?? '';
  const usage = usages.find((text) => text.split(' ')[0] === called);
  if (usage === undefined && called !== '') return noCommand(called, usages);
  if (message.startsWith('Not enough non-option arguments')) return `It lacks an argument: fleetproof ${usage}.`;
  const missing = /^Missing required argument: (\S+)$/.exec(message)?.[1];
  if (missing !== undefined) return `--${missing} is missing.`;
  const [, one, other] = /^Arguments (\S+) and (\S+) are mutually exclusive$/.exec(message) ?? [];
  if (other !== undefined) return `--${one} and --${other} exclude each other.`;
  const valueless = /^Invalid values:\s+Argument: (\S+), Given: (?:true|false),/.exec(message)?.[1];
  if (valueless !== undefined) return `--${valueless} has no value.`;
  const value = /^Invalid values:\s+Argument: (\S+), Given: "(.*)", Choices: (.+)$/.exec(message);
  if (value !== null) return wrongValue(value[1] ?? '', value[2] ?? '', value[3] ?? '');
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1];
  if (unknown === undefined) return /[.?]$/.test(message) ? message : `${message}.`;
  const options = Object.keys(optionsOf(cli).key);
  const given = unknown
    .split(', ')
    .filter((name, index, all) => all.findIndex((other) => kebab(other) === kebab(name)) === index);
  const parts = given.map((name) => {
    if (words.includes(name)) return `Unexpected argument ${JSON.stringify(name)}.`;
    if (name.length === 1) return `Unknown option -${name}.`;
    const near = suggest(name, options);
    return `Unknown option --${kebab(name)}.${near === undefined ? '' : ` Did you mean --${near}?`}`;
  });
  return parts.join('\n');
}

function noCommand(given: string, usages: readonly string[]): string {
  const names = usages.map((text) => text.split(' ')[0] ?? '');
  return [`There is no command ${quote(given)}.`, didYouMean(given, names).suggestion].filter(Boolean).join(' ');
}

function wrongValue(option: string, given: string, choices: string): string {
  const known = [...choices.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '');
  const near = suggest(given, known);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  return `--${option} cannot be "${given}". Expected ${known.join(', ')}.${hint}`;
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
