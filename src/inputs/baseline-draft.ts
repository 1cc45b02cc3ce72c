import path from 'node:path';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Params } from '../model/check.ts';
import type { Severity } from '../model/verdict.ts';
import type { Catalogue } from './catalogue.ts';
import { InputError, type InputProblem, listWords, type Place, quote } from './error.ts';
import { validateFile } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { expandPath, type Folders, type InputText, readInput } from './text.ts';
import { parseYaml, type YamlFile } from './yaml.ts';

export interface BaselineContext {
  /** Text of the built-in baselines by id. */
  readonly builtins: ReadonlyMap<string, InputText>;
  readonly catalogue: Catalogue;
  readonly folders: Folders;
}

/** A baseline after `extends` and `drop`, before defaults are filled in. */
export interface Draft {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly place: Place;
  readonly controls: ReadonlyMap<string, DraftControl>;
}

export interface DraftControl {
  readonly id: string;
  readonly title: string;
  readonly requirement: string;
  readonly source: string;
  readonly method: 'test' | 'attestation';
  readonly checks: ReadonlyMap<string, Selection>;
  readonly place: Place;
}

/** One check as a control selects it: what was written, not the defaults. */
export interface Selection {
  readonly params: Params;
  readonly severity?: Severity;
  readonly place: Place;
}

/** The file as its schema guarantees it. */
interface Written {
  readonly id: string;
  readonly title: string;
  readonly source?: string;
  readonly extends?: readonly string[];
  readonly controls?: Readonly<Record<string, WrittenControl>>;
  readonly drop?: readonly string[];
}

interface WrittenControl {
  readonly title?: string;
  readonly requirement?: string;
  readonly source?: string;
  readonly method?: 'test' | 'attestation';
  readonly checks?: Readonly<Record<string, (Params & { readonly severity?: Severity }) | null>>;
}

/** One file while it is read. */
interface Reading {
  readonly written: Written;
  readonly yaml: YamlFile;
  readonly context: BaselineContext;
  readonly problems: InputProblem[];
}

/** Reads a baseline and all it extends. `trail` holds the files that led here. */
export function draftBaseline(input: InputText, context: BaselineContext, trail: readonly string[] = []): Draft {
  const yaml = parseYaml(input);
  const invalid = validateFile('baseline', yaml);
  if (invalid.length > 0) throw new InputError('data', invalid);
  // The schema has just vouched for the shape.
  const written = yaml.value as Written;
  const problems: InputProblem[] = [];
  const reading = { written, yaml, context, problems };
  const builtin = context.builtins.get(written.id);
  if (builtin !== undefined && builtin.text !== input.text) {
    const expected = 'Expected an id of your own, which reports tell from it.';
    problems.push({ ...yaml.at(['id']), what: `${quote(written.id)} is the id of a built-in baseline.`, expected });
  }
  const inherited = inherit(reading, [...trail, input.file]);
  const controls = withoutDropped(inherited, reading);
  for (const [id, control] of Object.entries(written.controls ?? {})) {
    controls.set(id, mergeControl(id, control, inherited, reading));
  }
  if (problems.length > 0) throw new InputError('data', problems);
  const version = yaml.written(['version']) ?? '';
  return { id: written.id, title: written.title, version, place: yaml.at(['id']), controls };
}

type Controls = ReadonlyMap<string, DraftControl>;

function inherit({ written, yaml, context, problems }: Reading, trail: readonly string[]): Controls {
  const inherited = new Map<string, DraftControl>();
  for (const [index, name] of (written.extends ?? []).entries()) {
    const place = yaml.at(['extends', index]);
    const file = context.builtins.get(name)?.file ?? fileNamed(name, place, context);
    if (trail.some((passed) => expandPath(passed, context.folders) === expandPath(file, context.folders))) {
      problems.push({ ...place, what: `The baselines extend each other: ${[...trail, file].join(' → ')}.` });
      continue;
    }
    const parent = context.builtins.get(name) ?? readInput(file, context.folders, { namedAt: place });
    for (const control of draftBaseline(parent, context, trail).controls.values()) {
      const other = inherited.get(control.id);
      if (other !== undefined && contentOf(other) !== contentOf(control)) {
        problems.push({
          ...place,
          what: `The control ${quote(control.id)} comes from two of the extended baselines, with different content.`,
          expected: 'Extend only one of them.',
        });
      }
      inherited.set(control.id, control);
    }
  }
  return inherited;
}

/** A name with a slash or a YAML suffix is a file, relative to the one that names it. */
function fileNamed(name: string, place: Place, { builtins }: BaselineContext): string {
  if (/\/|\.ya?ml$/.test(name)) return /^[~/]/.test(name) ? name : path.join(path.dirname(place.file), name);
  throw new InputError('data', [
    {
      ...place,
      what: `There is no built-in baseline ${quote(name)}.`,
      expected: `Expected ${listWords([...builtins.keys(), 'a file such as ./base.yaml'])}.`,
      ...didYouMean(name, builtins.keys()),
    },
  ]);
}

function withoutDropped(inherited: Controls, { written, yaml, problems }: Reading): Map<string, DraftControl> {
  const left = new Map(inherited);
  for (const [index, id] of (written.drop ?? []).entries()) {
    const place = yaml.at(['drop', index]);
    if (Object.hasOwn(written.controls ?? {}, id)) {
      problems.push({ ...place, what: `The control ${quote(id)} is both dropped and declared.` });
    } else if (!left.delete(id)) {
      const what = `There is no control ${quote(id)} to drop: no extended baseline has it.`;
      problems.push({ ...place, what, ...didYouMean(id, inherited.keys()) });
    }
  }
  return left;
}

function mergeControl(id: string, control: WrittenControl, inherited: Controls, reading: Reading): DraftControl {
  const { written, yaml, problems } = reading;
  const base = inherited.get(id);
  const place = yaml.at(['controls', id], 'key');
  const missing = (['title', 'requirement', 'checks'] as const).filter((key) => control[key] === undefined);
  if (base === undefined && missing.length > 0) {
    const what = `The control ${quote(id)} is not an inherited one, and has no ${listWords(missing)}.`;
    problems.push({ ...place, what, ...didYouMean(id, inherited.keys()) });
  }
  return {
    id,
    title: control.title ?? base?.title ?? '',
    requirement: control.requirement ?? base?.requirement ?? '',
    source: control.source ?? base?.source ?? written.source ?? written.title,
    method: control.method ?? base?.method ?? 'test',
    checks: mergeChecks(id, control, base, reading),
    place,
  };
}

function mergeChecks(
  control: string,
  { checks: given = {} }: WrittenControl,
  base: DraftControl | undefined,
  { yaml, context, problems }: Reading,
): Map<string, Selection> {
  const checks = new Map(base?.checks);
  for (const [check, settings] of Object.entries(given)) {
    const { severity, ...params } = settings ?? {};
    const path = ['controls', control, 'checks', check];
    problems.push(...context.catalogue.problems(check, params, yaml, path));
    const before = checks.get(check);
    const ranked = severity ?? before?.severity;
    checks.set(check, {
      params: { ...before?.params, ...params },
      ...(ranked === undefined ? {} : { severity: ranked }),
      place: yaml.at(path, 'key'),
    });
  }
  return checks;
}

/** Everything but where it stands. */
function contentOf({ place: _, checks, ...rest }: DraftControl): string {
  const selections = [...checks].map(([check, { params, severity }]) => ({ check, params, severity }));
  return canonicalJson({ ...rest, selections });
}
