import type { Exchange, ExchangeFamily } from '../model/exchange.ts';
import { type Fact, Ignorance, known, type Unknown, unknown } from '../model/fact.ts';
import type { Capture, Host } from '../model/host.ts';
import type { Output } from '../model/probe.ts';

/** One fact: the probes it is read from, and the pure reader. */
export interface FactSource<T> {
  readonly probes: readonly string[];
  /**
   * Set for a fact of the outside view: the exchanges that it is read from. Such a fact is absent when that view was
   * not asked for, and unknown when it could not be taken; `derive` is not called then.
   */
  readonly exchanges?: readonly ExchangeFamily[];
  /** True: it says something even of a host that was not reached. Other facts of probes are unknown there. */
  readonly withoutLogin?: true;
  /** May throw `Ignorance` (through `outputs.ran` or `cannotTell`); nothing else. */
  derive(outputs: Outputs): Fact<T>;
}

/** One source per fact of a subject area. */
export type FactSources<F> = { readonly [K in keyof F]: FactSource<F[K]> };

/** What the probes of one host brought back, read with the rule that ignorance is never a value. */
export interface Outputs {
  /** Seconds since the epoch on the host's clock when the program started. */
  readonly now: number;
  readonly host: Host;
  /** The exchanges of one family, in the order they took place. */
  exchanges<F extends ExchangeFamily>(family: F): readonly Extract<Exchange, { family: F }>[];
  /** The record as it is, for readers that must tell states apart. A probe that was never sent is `not-run`. */
  get(probe: string): Output;
  /** All records of a probe that runs once per line of a list, in order; empty when it never ran. */
  all(probe: string): readonly Output[];
  /** Standard output of a probe that ran to its end with one of `exits` (default: 0 only). */
  ran(probe: string, exits?: readonly number[]): string;
}

export function outputsOf(
  capture: Pick<Capture, 'outputs' | 'hostEpoch' | 'host' | 'outside'>,
  sudoersLine: (output: Output) => string,
): Outputs {
  const records = capture.outputs;
  const byProbe = new Map([...records].reverse().map((record) => [record.probe, record]));
  const get = (probe: string): Output => byProbe.get(probe) ?? notRun(probe);
  return {
    now: capture.hostEpoch ?? 0,
    host: capture.host,
    exchanges: <F extends ExchangeFamily>(family: F) =>
      (capture.outside?.exchanges ?? []).filter(
        (exchange): exchange is Extract<Exchange, { family: F }> => exchange.family === family,
      ),
    get,
    all: (probe) => records.filter((record) => record.probe === probe),
    ran(probe, exits = [0]) {
      const output = get(probe);
      const trouble = troubleOf(output, exits, sudoersLine);
      if (trouble !== undefined) throw new Ignorance(trouble);
      return output.stdout;
    },
  };
}

/** A part of a fact that can be missing while the rest stands. */
export function settle<T>(read: () => T): Fact<T> {
  try {
    return known(read());
  } catch (error) {
    if (error instanceof Ignorance) return error.fact;
    throw error;
  }
}

/** Why this output cannot be read as the command's full and honest answer; undefined when it can. */
function troubleOf(
  output: Output,
  exits: readonly number[],
  sudoersLine: (output: Output) => string,
): Unknown | undefined {
  if (output.state === 'ran' && output.exitCode !== null && exits.includes(output.exitCode)) return undefined;
  // A snippet is no text for a sentence; its probe's name is.
  const words = output.argv.join(' ');
  const command = words === '' || words.includes('\n') ? output.probe : words;
  switch (output.state) {
    case 'missing':
      return unknown('tool-missing', `${output.probe} could not run: the tool is not on the host.`);
    case 'denied':
      return unknown(
        'no-privilege',
        `sudo refused to run "${command.replace(/^\S*sudo -n -- /, '')}".`,
        `Allow it in sudoers: ${sudoersLine(output)}`,
      );
    case 'timeout':
      return unknown('timeout', `"${command}" did not end within its time limit.`);
    case 'truncated':
      return unknown('truncated', `The output of "${command}" was cut off.`);
    case 'not-run':
      return unknown('truncated', `${output.probe} was not reached before the collection ended.`);
    case 'ran':
      return unknown('unreadable', `"${command}" ended with exit code ${output.exitCode}${firstLine(output.stderr)}.`);
  }
}

function firstLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '');
  return line === undefined ? '' : ` and said: ${line.trim().replace(/\.$/, '').slice(0, 160)}`;
}

function notRun(probe: string): Output {
  return {
    probe,
    state: 'not-run',
    argv: [],
    uid: null,
    exitCode: null,
    startedAt: null,
    ms: null,
    stdout: '',
    stderr: '',
    stdoutBytes: 0,
    stderrBytes: 0,
    redactions: 0,
  };
}
