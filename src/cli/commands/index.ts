import { InputError } from '../../inputs/error.ts';
import type { About, Command } from '../context.ts';

interface Entry extends About {
  readonly load: () => Promise<Command>;
}

/** In the order of the help. The code of a command, and all that it needs, is loaded when its name stands on the command line. */
const COMMANDS: readonly Entry[] = [
  {
    usage: 'scan [hosts..]',
    summary: 'Scan hosts and judge them by a baseline',
    load: async () => (await import('./scan.ts')).scanCommand,
  },
  {
    usage: 'plan [hosts..]',
    summary: 'Show what would run, where and as whom; connect to nothing',
    load: async () => (await import('./plan.ts')).planCommand,
  },
  {
    usage: 'evaluate <run>',
    summary: 'Judge the recorded evidence of a run again, offline',
    load: async () => (await import('./evaluate.ts')).evaluateCommand,
  },
  {
    usage: 'report <run>',
    summary: 'Write a report of a run in any format',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  {
    usage: 'checks [id]',
    summary: 'List the checks, or explain one',
    load: async () => (await import('./checks.ts')).checksCommand,
  },
  {
    usage: 'baselines [id]',
    summary: 'List the built-in baselines, or show one',
    load: async () => (await import('./baselines.ts')).baselinesCommand,
  },
  {
    usage: 'schema <name>',
    summary: 'Print a JSON Schema (2020-12)',
    load: async () => (await import('./schema.ts')).schemaCommand,
  },
  {
    usage: 'init [folder]',
    summary: 'Write a commented starter inventory and configuration',
    load: async () => (await import('./init.ts')).initCommand,
  },
  {
    usage: 'demo',
    summary: 'Scan an embedded fleet over real SSH: the two-minute tour',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
];

/** All commands; one that no word names is known by its name and summary only, which is all that the help shows of it. */
export function commandsFor(words: readonly string[]): Promise<readonly { about: About; command: Command }[]> {
  return Promise.all(
    COMMANDS.map(async ({ load, ...about }) => {
      const [name = ''] = about.usage.split(' ');
      return { about, command: words.includes(name) ? await load() : named };
    }),
  );
}

const named: Command = (cli, { usage, summary }) =>
  cli.command(usage, summary, {}, () => {
    const what = 'A command is named by a word of its own.';
    throw new InputError('usage', [{ file: '', what, expected: `Expected fleetproof ${usage}.` }]);
  });
