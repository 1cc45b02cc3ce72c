import { Ignorance, type Unknown, unknown } from '../../../model/fact.ts';
import { closedTo, isGlob, matching, type WebFiles } from '../files.ts';
import { NGINX_ROOTS } from '../nginx-probe.ts';
import { type Directive, parseNginx } from './tokens.ts';

export interface Configuration {
  /** All directives, with what is included put in its place. */
  readonly directives: readonly Directive[];
  /** The files that are in use, in the order they were met. */
  readonly used: readonly string[];
  /** What is part of the configuration and was not read. */
  readonly doubts: readonly Unknown[];
}

const DEEPEST = 12;
/** Tables of file types: they hold nothing but such. */
const INERT = /\/mime\.types$/;

/** Reads nginx.conf and what it includes; relative names are relative to nginx.conf's directory. Never throws. */
export function configurationOf(files: WebFiles, main: string): Configuration {
  const used: string[] = [];
  const doubts: Unknown[] = [];
  const base = main.slice(0, main.lastIndexOf('/'));

  function fileOf(path: string, depth: number): readonly Directive[] {
    const lines = files.lines.get(path);
    if (lines === undefined) {
      doubts.push(notRead(files, path, used.length === 0));
      return [];
    }
    if (depth > DEEPEST) {
      doubts.push(unknown('unparseable', `${path} is included in a circle, or too deeply.`));
      return [];
    }
    if (!used.includes(path)) used.push(path);
    try {
      return expand(parseNginx(path, lines), depth);
    } catch (error) {
      if (!(error instanceof Ignorance)) throw error;
      doubts.push(error.fact);
      return [];
    }
  }

  function included(pattern: string, depth: number): readonly Directive[] {
    const path = pattern.startsWith('/') ? pattern : `${base}/${pattern}`;
    if (INERT.test(path)) return [];
    if (!isGlob(path)) return fileOf(path, depth + 1);
    for (const closed of closedTo(files, path)) doubts.push(unreadable(closed));
    if (!isCovered(path)) doubts.push(elsewhere(path));
    return matching(files, path).flatMap((match) => fileOf(match, depth + 1));
  }

  function expand(directives: readonly Directive[], depth: number): readonly Directive[] {
    return directives.flatMap((directive) => {
      if (directive.name === 'include' && directive.block === null) return included(directive.words[0] ?? '', depth);
      if (directive.block === null) return [directive];
      return [{ ...directive, block: expand(directive.block, depth) }];
    });
  }

  const directives = fileOf(main, 0);
  return { directives, used, doubts: [...doubts, ...files.doubts] };
}

/** Whether the probe looks at every file that the pattern can match. */
function isCovered(pattern: string): boolean {
  return NGINX_ROOTS.some((root) => {
    const depth = pattern.startsWith(`${root}/`) ? pattern.slice(root.length + 1).split('/').length : 0;
    return depth > 0 && depth <= 4;
  });
}

function notRead(files: WebFiles, path: string, isMain: boolean): Unknown {
  const closed = closedTo(files, path)[0];
  if (closed !== undefined) return unreadable(closed);
  if (isMain) return unknown('unreadable', `nginx is here, but its configuration ${path} was not found or not read.`);
  return isCovered(path)
    ? unknown('unreadable', `nginx's configuration includes ${path}, which was not found or is not read.`)
    : elsewhere(path);
}

function elsewhere(path: string): Unknown {
  return unknown(
    'not-observable',
    `nginx's configuration includes ${path}, which is outside the directories that fleetproof reads.`,
    `Move it below ${NGINX_ROOTS[0]}, or declare the sites it serves in the inventory.`,
  );
}

function unreadable(path: string): Unknown {
  return unknown(
    'no-privilege',
    `${path} belongs to the configuration of nginx, and the login user may not read it.`,
    `Let the login user read it (it should hold no secrets), or declare the sites it serves in the inventory.`,
  );
}
