import type { Exchange, ExchangeFamily } from '../model/exchange.ts';
import { type Fact, Ignorance, known, type Unknown, unknown } from '../model/fact.ts';
import type { Capture, Host } from '../model/host.ts';
import { type Answered, type Reading, readingsOf } from './readings.ts';
import { familyOf, noted, type Shape, shapeOf } from './shape.ts';

export type { Answered } from './readings.ts';

/**
 * One fact: the probes it is read from, and the pure reader. A reader may throw `Ignorance` (through `outputs.ran` or
 * `cannotTell`), nothing else, and may read only the probes that are named here: they are its evidence.
 */
export type FactSource<T> = SharedSource<T> | OwnSource<T>;

/** Read from what probes brought back and from nothing else: the same answers make the same fact, on every host. */
export interface SharedSource<T> {
  readonly probes: readonly string[];
  /**
   * Probes with what is each host's own, which the reader asks only where the answers of the others call for it: the
   * fact is then not remembered by those.
   */
  readonly rare?: readonly string[];
  readonly own?: undefined;
  readonly exchanges?: undefined;
  readonly withoutLogin?: undefined;
  readonly derive: (outputs: Outputs) => Fact<T>;
}

/** Also read from the network's side, or from what the inventory says of the host. */
export interface OwnSource<T> {
  readonly probes: readonly string[];
  readonly rare?: readonly string[];
  readonly own: true;
  /**
   * Set for a fact of the outside view: the exchanges that it is read from. Such a fact is absent when that view was
   * not asked for, and unknown when it could not be taken; it is not read then.
   */
  readonly exchanges?: readonly ExchangeFamily[];
  /** True: it says something even of a host that was not reached. Other facts of probes are unknown there. */
  readonly withoutLogin?: true;
  readonly derive: (outputs: OwnOutputs) => Fact<T>;
}

/** One source per fact of a subject area. */
export type FactSources<F> = { readonly [K in keyof F]: FactSource<F[K]> };

/** What the probes of one host brought back, read with the rule that ignorance is never a value. */
export interface Outputs {
  /** The record as it is, for readers that must tell states apart. A probe that was never sent is `not-run`. */
  get(probe: string): Answered;
  /** All records of a probe that runs once per line of a list, in order; empty when it never ran. */
  all(probe: string): readonly Answered[];
  /** Standard output of a probe that ran to its end with one of `exits` (default: 0 only). */
  ran(probe: string, exits?: readonly number[]): string;
  /** Reads, and tells which probes were asked for on the way. */
  watch<T>(read: () => T): { readonly value: T; readonly probes: ReadonlySet<string> };
  /** Counts these as asked for, by a reader whose answer is known already. */
  touch(probes: Iterable<string>): void;
  /** What was read from these probes, as a whole. */
  identityOf(probes: readonly string[]): Identity;
  /** What readers have worked out from these outputs. */
  readonly memo: Map<object, { readonly value: unknown; readonly probes: ReadonlySet<string> }>;
}

export interface Identity {
  /** Equal for two hosts only where all that can be read from the probes is equal to the last byte. */
  readonly key: string;
  /** False when something among it was never met before. */
  readonly canRecur: boolean;
}

/** With what is the host's own: who it is, its clock, and what the network showed of it. */
export interface OwnOutputs extends Outputs {
  /** Seconds since the epoch on the host's clock when the program started. */
  readonly now: number;
  readonly host: Host;
  /** The exchanges of one family, in the order they took place. */
  exchanges<F extends ExchangeFamily>(family: F): readonly Extract<Exchange, { family: F }>[];
}

export function outputsOf(
  capture: Pick<Capture, 'outputs' | 'hostEpoch' | 'host' | 'outside' | 'session' | 'outcome' | 'reason'>,
  sudoersLine: (output: Answered) => string,
): OwnOutputs {
  const shape = shapeOf(capture.outputs);
  const readings = readingsOf(capture.outputs);
  let asked = new Set<string>();
  const get = (probe: string): Answered => {
    asked.add(probe);
    const [first] = shape.byProbe.get(probe) ?? [];
    return (first === undefined ? undefined : readings[first]?.seen) ?? notRun(probe);
  };
  const touch = (probes: Iterable<string>): void => {
    for (const probe of probes) asked.add(probe);
  };
  return {
    now: capture.hostEpoch ?? 0,
    host: capture.host,
    exchanges: <F extends ExchangeFamily>(family: F) =>
      (capture.outside?.exchanges ?? []).filter(
        (exchange): exchange is Extract<Exchange, { family: F }> => exchange.family === family,
      ),
    get,
    all(probe) {
      asked.add(probe);
      return (shape.byProbe.get(probe) ?? []).flatMap((at) => readings[at]?.seen ?? []);
    },
    ran(probe, exits = [0]) {
      const output = get(probe);
      const trouble = troubleOf(output, exits, capture, sudoersLine);
      if (trouble !== undefined) throw new Ignorance(trouble);
      return output.stdout;
    },
    watch(read) {
      const before = asked;
      asked = new Set();
      const probes = asked;
      try {
        return { value: read(), probes };
      } finally {
        asked = before;
        touch(probes);
      }
    },
    touch,
    identityOf: identities(capture, shape, readings),
    memo: new Map(),
  };
}

/** What readers see of these probes, in the order of collection, and whose log-in it was, which sentences about sudo name. */
function identities(
  capture: Pick<Capture, 'session' | 'outcome' | 'reason'>,
  shape: Shape,
  readings: readonly Reading[],
): Outputs['identityOf'] {
  return (probes) => {
    // Which probe a record is of is a part of what it is known by.
    let key = `${capture.session.loginUser}${isWhole(capture) ? '' : ',cut'}`;
    let canRecur = true;
    for (const at of noted(shape, probes, () => placesOf(shape, probes))) {
      const { id, isCommon } = readings[at] ?? NO_READING;
      key += `,${id}`;
      canRecur &&= isCommon;
    }
    return { key, canRecur };
  };
}

const NO_READING = { id: '', isCommon: false };

function placesOf(shape: Shape, probes: readonly string[]): readonly number[] {
  return probes.flatMap((probe) => shape.byFamily.get(familyOf(probe)) ?? []);
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
  output: Answered,
  exits: readonly number[],
  capture: Pick<Capture, 'outcome' | 'reason' | 'session'>,
  sudoersLine: (output: Answered) => string,
): Unknown | undefined {
  if (output.state === 'ran' && output.exitCode !== null && exits.includes(output.exitCode) && !isOfSudo(output))
    return undefined;
  // A snippet is no text for a sentence; its probe's name is. Nor are a thousand paths.
  const words = output.argv.join(' ');
  const whole = words === '' || words.includes('\n') ? output.probe : words;
  const command = whole.length > MOST_OF_COMMAND ? `${whole.slice(0, MOST_OF_COMMAND)}…` : whole;
  switch (output.state) {
    case 'missing':
      return unknown('tool-missing', `${output.probe} could not run: the tool is not on the host.`);
    case 'denied':
      if (output.stderr.startsWith(NO_SUDO)) {
        const message = `"${command.replace(AS_ROOT, '')}" could not run as root: there is no /usr/bin/sudo on the host.`;
        return unknown('no-privilege', message, 'Install sudo, or log in as root: doas and run0 are not used.');
      }
      return unknown(
        'no-privilege',
        `sudo refused to run "${command.replace(AS_ROOT, '')}"${firstLine(output.stderr)}.`,
        remedyFor(output, capture.session.loginUser) ?? `Allow it in sudoers: ${sudoersLine(output)}`,
      );
    case 'timeout':
      return unknown('timeout', `"${command}" did not end within its time limit.`);
    case 'truncated':
      return unknown(
        'truncated',
        output.exitCode === null || output.exitCode === CUT_SHORT
          ? `The output of "${command}" was cut off.`
          : `What "${command}" complained about did not come back whole.`,
      );
    case 'not-run':
      return neverRan(output, capture);
    case 'ran':
      return unknown('unreadable', `"${command}" ended with exit code ${output.exitCode}${firstLine(output.stderr)}.`);
  }
}

const MOST_OF_COMMAND = 300;
const AS_ROOT = /^\S*sudo -n -- /;
/** What the collector says in the place of sudo. */
const NO_SUDO = 'There is no /usr/bin/sudo';
/** Of a command that wrote on after nobody read any more (SIGPIPE). */
const CUT_SHORT = 141;

/** What to do where another rule in sudoers would not help; sudo says so in the C locale. */
function remedyFor({ stderr }: Answered, user: string): string | undefined {
  if (/must have a tty|no tty present/.test(stderr)) return `Put "Defaults:${user} !requiretty" into sudoers.`;
  if (/effective uid is not 0|owned by uid 0|no new privileges/.test(stderr))
    return 'sudo cannot become root there at all: look at its mode and owner (4755 root), and for nosuid on its file system.';
  if (/account validation failure|account or password is expired|PAM /i.test(stderr))
    return `PAM refuses the account: see "chage -l ${user}" and "faillock --user ${user}".`;
  return undefined;
}

/** sudo ends with 1 when it fails by itself, as many commands do that found nothing. Some of its lines are warnings only. */
export function isOfSudo({ argv, exitCode, stderr }: Answered): boolean {
  return (
    argv[0] === '/usr/bin/sudo' &&
    exitCode === 1 &&
    /^sudo(?:-rs)?: (?!unable to resolve host|setrlimit\(|unable to send audit message|unknown defaults entry)/m.test(
      stderr,
    )
  );
}

/** A run is judged again by a baseline that asks for more, or its collection ended before this probe. */
function neverRan({ probe }: Answered, capture: Pick<Capture, 'outcome' | 'reason'>): Unknown {
  return isWhole(capture)
    ? unknown('not-observable', `${probe} was not asked for in this run.`, 'Scan again with this baseline.')
    : unknown('truncated', `${probe} was not reached before the collection ended.`);
}

/** True where all that was asked for was answered, if only by a refusal. */
function isWhole({ outcome, reason }: Pick<Capture, 'outcome' | 'reason'>): boolean {
  return outcome === 'assessed' || reason === 'no-privilege';
}

function firstLine(stderr: string): string {
  const line = stderr.split('\n').find((text) => text.trim() !== '');
  return line === undefined ? '' : ` and said: ${line.trim().replace(/\.$/, '').slice(0, 160)}`;
}

function notRun(probe: string): Answered {
  return {
    probe,
    state: 'not-run',
    argv: [],
    uid: null,
    exitCode: null,
    stdout: '',
    stderr: '',
    redactions: 0,
  };
}
