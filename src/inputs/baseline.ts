import { createHash } from 'node:crypto';
import type { Baseline, BaselineControl, SelectedCheck } from '../model/baseline.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import { type Asked, kindOf } from './asked.ts';
import { type BaselineContext, type DraftControl, draftBaseline, type Selection } from './baseline-draft.ts';
import { formatPlace, InputError, type InputProblem, quote } from './error.ts';
import { didYouMean } from './suggest.ts';
import { type InputText, readInput } from './text.ts';

export type { BaselineContext } from './baseline-draft.ts';

/**
 * The baselines a person named, each by the id of a built-in one or by its file. Throws `InputError` as
 * `resolveBaseline`, and when two of them select one check with different parameters: a check is judged once per host.
 */
export function resolveBaselines(names: readonly Asked[], context: BaselineContext): Baseline[] {
  const drafts = names.map((name) => draftBaseline(inputNamed(name, context), context));
  const problems = drafts.flatMap((draft, index) => {
    const twin = drafts.slice(0, index).find(({ id }) => id === draft.id);
    return twin === undefined ? [] : [{ ...draft.place, what: `The baseline ${quote(draft.id)} is given twice.` }];
  });
  problems.push(
    ...contradictions(
      drafts.flatMap(({ controls }) => [...controls.values()]),
      context,
    ),
  );
  if (problems.length > 0) throw new InputError('data', problems);
  return drafts.map((draft) => finish(draft, context));
}

/**
 * One baseline with everything it extends, all parameters filled in and validated. Throws `InputError` with
 * file:line:column on whatever is unknown, missing, contradictory or of the wrong type; and when no check is left.
 */
export function resolveBaseline(input: InputText, context: BaselineContext): Baseline {
  const draft = draftBaseline(input, context);
  const problems = contradictions([...draft.controls.values()], context);
  if (problems.length > 0) throw new InputError('data', problems);
  return finish(draft, context);
}

/** The built-in baselines, read from the folder that ships them. */
export function readBuiltins(folder: string, ids: readonly string[]): ReadonlyMap<string, InputText> {
  return new Map(
    ids.map((id) => {
      const { text } = readInput(`${id}.yaml`, { cwd: folder, home: folder });
      return [id, { file: `built-in ${id}.yaml`, text }];
    }),
  );
}

function inputNamed(asked: Asked, { builtins, folders }: BaselineContext): InputText {
  const { text: name, place } = asked;
  const builtin = builtins.get(name);
  if (builtin !== undefined) return builtin;
  if (/[/.]/.test(name)) return readInput(name, folders, { namedAt: place });
  throw new InputError(kindOf(asked), [
    {
      ...place,
      what: `There is no baseline ${quote(name)}.`,
      expected: `Expected a file, or one of ${[...builtins.keys()].join(', ')}.`,
      ...didYouMean(name, builtins.keys()),
    },
  ]);
}

function finish(draft: ReturnType<typeof draftBaseline>, context: BaselineContext): Baseline {
  const controls = [...draft.controls.values()].map((control): BaselineControl => {
    const { id, title, requirement, source, method } = control;
    const checks = [...control.checks].map(([check, selection]) => selectedCheck(check, selection, context));
    return { id, title, requirement, source, method, checks };
  });
  if (controls.every(({ checks }) => checks.length === 0)) {
    throw new InputError('data', [{ ...draft.place, what: `The baseline ${quote(draft.id)} selects no check.` }]);
  }
  const content = { id: draft.id, title: draft.title, version: draft.version, controls };
  return { ...content, sha256: createHash('sha256').update(canonicalJson(content)).digest('hex') };
}

function selectedCheck(check: string, { params, severity }: Selection, { catalogue }: BaselineContext): SelectedCheck {
  return { check, params: catalogue.complete(check, params), ...(severity === undefined ? {} : { severity }) };
}

/** A check that two controls select with different parameters or severities. */
function contradictions(controls: readonly DraftControl[], context: BaselineContext): InputProblem[] {
  const first = new Map<
    string,
    { readonly control: string; readonly selection: Selection; readonly content: string }
  >();
  const problems: InputProblem[] = [];
  for (const { id: control, checks } of controls) {
    for (const [check, selection] of checks) {
      const content = canonicalJson(selectedCheck(check, selection, context));
      const other = first.get(check);
      if (other === undefined) first.set(check, { control, selection, content });
      else if (other.content !== content) {
        problems.push({
          ...selection.place,
          what: `${control} selects ${check} otherwise than ${other.control} does (${formatPlace(other.selection.place)}).`,
          expected: 'Expected the same parameters and severity: a check is judged once per host.',
        });
      }
    }
  }
  return problems;
}
