import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checks } from '../../checks/index.ts';
import { type Asked, onCommandLine } from '../inputs/asked.ts';
import { type BaselineContext, readBuiltins, resolveBaseline, resolveBaselines } from '../inputs/baseline.ts';
import { catalogueOf } from '../inputs/catalogue.ts';
import type { Folders } from '../inputs/text.ts';
import type { Baseline } from '../model/baseline.ts';

/** Beside this file in the source tree and in dist/ alike. */
const BASELINES = join(dirname(fileURLToPath(import.meta.url)), '../../checks/baselines');
const BUILTIN = ['cleavr'] as const;

const DEFAULT_BASELINE = 'cleavr';

export function baselineContext(folders: Folders): BaselineContext {
  return { folders, builtins: readBuiltins(BASELINES, BUILTIN), catalogue: catalogueOf(checks) };
}

/** The baselines that ship with the package, resolved. */
export function builtinBaselines(): Baseline[] {
  const context = baselineContext({ cwd: BASELINES, home: BASELINES });
  return [...context.builtins.values()].map((input) => resolveBaseline(input, context));
}

/** The baselines a person named, by id or file; the default one when none is named. */
export function baselinesNamed(names: readonly Asked[], folders: Folders): Baseline[] {
  return resolveBaselines(names.length === 0 ? onCommandLine([DEFAULT_BASELINE]) : names, baselineContext(folders));
}
