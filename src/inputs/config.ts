import { lstatSync } from 'node:fs';
import path from 'node:path';
import { LONGEST_SECONDS, parseDuration } from '../model/units.ts';
import type { Severity } from '../model/verdict.ts';
import type { Asked } from './asked.ts';
import { defined } from './declared.ts';
import { InputError } from './error.ts';
import { validateFile } from './schema.ts';
import { expandPath, type Folders, readInput } from './text.ts';
import { parseYaml, type YamlFile } from './yaml.ts';

/** What `fleetproof.yaml` says; everything may be left out. File names are absolute, durations are seconds. */
export interface Config {
  readonly inventory?: string;
  /** Ids of built-in baselines, or absolute file names. */
  readonly baseline?: readonly Asked[];
  readonly out?: string;
  readonly format?: readonly Asked[];
  readonly limit?: readonly Asked[];
  readonly concurrency?: number;
  readonly perJumpHost?: number;
  readonly timeouts?: {
    readonly connect?: number;
    readonly handshake?: number;
    readonly host?: number;
    readonly run?: number;
  };
  readonly failOn?: Severity | 'any' | 'none';
  readonly allowUnknown?: boolean;
  readonly acceptNewHostKeys?: boolean;
  readonly knownHosts?: readonly string[];
  readonly sshConfig?: string;
  /** False: no outside view. */
  readonly network?: boolean;
  readonly tlsFull?: boolean;
  /** Where the owner of a server can ask who looked: part of the User-Agent. */
  readonly contact?: string;
}

/** The file as its schema guarantees it. */
type Written = Omit<Config, 'baseline' | 'format' | 'limit' | 'knownHosts' | 'timeouts'> & {
  readonly [K in 'baseline' | 'format' | 'limit' | 'knownHosts']?: string | readonly string[];
} & { readonly timeouts?: Readonly<Record<'connect' | 'handshake' | 'host' | 'run', string | undefined>> };

const DEFAULT_FILE = 'fleetproof.yaml';
const NEAR_FILE = 'fleetproof.yml';

/**
 * Reads the named configuration file, else `fleetproof.yaml` of the working directory where there is one. Throws
 * `InputError`: config (78) for what it holds, missing (66) when the named file is not there.
 */
export function loadConfig(named: string | undefined, folders: Folders): Config {
  const file = named ?? DEFAULT_FILE;
  if (named === undefined && !isThere(file, folders)) {
    if (!isThere(NEAR_FILE, folders)) return {};
    const expected = `Expected ${DEFAULT_FILE}, or --config ${NEAR_FILE}.`;
    throw new InputError('config', [{ file: NEAR_FILE, what: 'A file of this name is not read.', expected }]);
  }
  const yaml = parseYaml(readInput(file, folders, { kind: 'config' }), { kind: 'config' });
  const problems = validateFile('config', yaml);
  if (problems.length > 0) throw new InputError('config', problems);
  // The schema has just vouched for the shape.
  const written = yaml.value as Written;
  const inFile = { ...folders, cwd: path.dirname(expandPath(file, folders)) };
  const absolute = (name: string | undefined) => (name === undefined ? undefined : expandPath(name, inFile));
  const { inventory, baseline: _, out, format: __, limit: ___, knownHosts, sshConfig, timeouts, ...rest } = written;
  const list = (key: 'baseline' | 'format' | 'limit'): readonly Asked[] | undefined =>
    listOf(written[key])?.map((text, index) => ({ text, place: yaml.at([key, index]) }));
  return {
    ...rest,
    ...defined({
      inventory: absolute(inventory),
      baseline: list('baseline')?.map(({ text, place }) => ({
        text: /[/.]/.test(text) ? expandPath(text, inFile) : text,
        place,
      })),
      out: absolute(out),
      format: list('format'),
      limit: list('limit'),
      knownHosts: listOf(knownHosts)?.map((name) => expandPath(name, inFile)),
      sshConfig: absolute(sshConfig),
      timeouts: timeouts === undefined ? undefined : secondsOf(timeouts, yaml),
    }),
  };
}

/** Also a link that leads nowhere, and what may not be looked at: settings are never passed over. */
function isThere(file: string, folders: Folders): boolean {
  try {
    return lstatSync(expandPath(file, folders), { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function secondsOf(timeouts: NonNullable<Written['timeouts']>, yaml: YamlFile): NonNullable<Config['timeouts']> {
  const stages = Object.entries(timeouts).flatMap(([stage, text]) =>
    text === undefined ? [] : [[stage, parseDuration(text)] as const],
  );
  const problems = stages
    .filter(([, seconds]) => seconds > LONGEST_SECONDS)
    .map(([stage]) => ({
      ...yaml.at(['timeouts', stage]),
      what: 'No timer runs that long.',
      expected: 'Expected at most 24d.',
    }));
  if (problems.length > 0) throw new InputError('config', problems);
  return Object.fromEntries(stages);
}

function listOf(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return value === undefined ? undefined : [value].flat();
}
