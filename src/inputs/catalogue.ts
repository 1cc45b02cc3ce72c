import type { ValidateFunction } from 'ajv/dist/2020.js';
import type { Param, Params } from '../model/check.ts';
import type { Severity } from '../model/verdict.ts';
import { type InputProblem, quote } from './error.ts';
import { compileMapping, validatePart } from './schema.ts';
import { didYouMean } from './suggest.ts';
import type { Path, YamlFile } from './yaml.ts';

/** What the input readers must know of a check. */
export interface CatalogueEntry {
  readonly id: string;
  readonly params: Readonly<Record<string, Param>>;
  readonly severity: Severity;
}

/** The checks that exist, for validating what people write about them. */
export interface Catalogue {
  /** What is wrong with `params` of the check `id`, both written at `path` of the file. */
  problems(id: string, params: Params, yaml: YamlFile, path: Path): InputProblem[];
  /** All parameters of a check, the given ones over the defaults. */
  complete(id: string, params: Params): Params;
}

export function catalogueOf(entries: readonly CatalogueEntry[]): Catalogue {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = ({ id, params }: CatalogueEntry): ValidateFunction => {
    const known = validators.get(id);
    if (known !== undefined) return known;
    const properties = Object.fromEntries(Object.entries(params).map(([name, param]) => [name, param.schema]));
    const validator = compileMapping(properties);
    validators.set(id, validator);
    return validator;
  };
  return {
    problems(id, params, yaml, path) {
      const entry = byId.get(id);
      if (entry !== undefined) return validatePart(validatorOf(entry), params, yaml, path);
      return [
        {
          ...yaml.at(path, 'key'),
          what: `There is no check ${quote(id)}.`,
          suggestion: '"fleetproof checks" lists them.',
          ...didYouMean(id, byId.keys()),
        },
      ];
    },
    complete(id, params) {
      const defaults = Object.entries(byId.get(id)?.params ?? {}).map(([name, param]) => [name, param.default]);
      return { ...Object.fromEntries(defaults), ...params };
    },
  };
}
