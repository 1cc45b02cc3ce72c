import type { Argv } from 'yargs';
import type { Folders } from '../inputs/text.ts';
import type { Console } from './console.ts';

/** What a command knows of the outside; nothing below it looks anything up. */
export interface Context {
  readonly console: Console;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folders: Folders;
  /** Null where the system has no user ids. */
  readonly uid: number | null;
  /** Who runs the program; empty where the system has no name for it. */
  readonly localUser: string;
}

/** How a command is written, and what it does in one line, as the help shows it. */
export interface About {
  readonly usage: string;
  readonly summary: string;
}

/** Adds one command to the command line. `run` keeps its exit code. */
export type Command = (
  cli: Argv,
  about: About,
  context: Context,
  run: (command: () => Promise<number>) => () => Promise<void>,
) => Argv;
