import type { Argv } from 'yargs';
import { FAIL_ON, type FailOn, type Gate } from './exit.ts';

/** The options that decide what the exit code means. */
export function withGate<T>(args: Argv<T>) {
  return args
    .option('fail-on', {
      choices: FAIL_ON,
      describe: 'Exit 100 on failures: any, none, or of this severity and worse (default any)',
    })
    .option('allow-unknown', {
      type: 'boolean',
      describe: 'Exit 0 although something is unknown or a host was not reached',
    });
}

export interface GateArguments {
  readonly failOn?: FailOn | undefined;
  readonly allowUnknown?: boolean | undefined;
}

export function gateOf(args: GateArguments, config: GateArguments = {}): Gate {
  return {
    failOn: args.failOn ?? config.failOn ?? 'any',
    allowUnknown: args.allowUnknown ?? config.allowUnknown ?? false,
  };
}
