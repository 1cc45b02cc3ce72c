import { Ignorance, type Unknown, unknown } from '../../../model/fact.ts';
import { APACHE_ROOTS } from '../apache-probe.ts';
import { closedTo, isGlob, matching, type WebFiles } from '../files.ts';
import { type Node, parseApache } from './lines.ts';

export interface Expanded {
  /** Everything that is in effect: includes in their place, conditions on modules and definitions decided. */
  readonly nodes: readonly Node[];
  readonly used: readonly string[];
  readonly doubts: readonly Unknown[];
}

const DEEPEST = 12;
/** Part of every build of Debian and Red Hat. */
const BUILT_IN = ['core', 'so', 'http', 'log_config', 'logio', 'version', 'unixd', 'watchdog'];

/** Reads the main file and what it includes, in Apache's own order: modules and definitions count from there on. */
export function expandApache(files: WebFiles, main: string): Expanded {
  const used: string[] = [];
  const doubts: Unknown[] = [];
  const variables = environmentOf(files);
  const modules = new Set(BUILT_IN.map((name) => `${name}_module`));
  let root: string = APACHE_ROOTS.find((path) => main.startsWith(`${path}/`)) ?? '/etc/apache2';

  const resolved = (words: readonly string[]): readonly string[] =>
    words.map((word) => word.replace(/\$\{([^}]+)\}/g, (whole, name: string) => variables.get(name) ?? whole));

  function fileOf(path: string, depth: number): readonly Node[] {
    const lines = files.lines.get(path);
    if (lines === undefined || depth > DEEPEST) {
      doubts.push(notRead(files, path));
      return [];
    }
    if (!used.includes(path)) used.push(path);
    try {
      return expand(parseApache(path, lines), depth);
    } catch (error) {
      if (!(error instanceof Ignorance)) throw error;
      doubts.push(error.fact);
      return [];
    }
  }

  function included(word: string, depth: number, isOptional: boolean): readonly Node[] {
    const path = word.startsWith('/') ? word : `${root}/${word}`;
    if (path.includes('${')) {
      doubts.push(unknown('not-observable', `Apache includes ${word}, and what its variables stand for is not known.`));
      return [];
    }
    for (const closed of closedTo(files, path)) doubts.push(notRead(files, closed));
    // A directory stands for all files in it.
    const inside = matching(files, `${path.replace(/\/$/, '')}/*`);
    if (inside.length > 0) return inside.flatMap((file) => fileOf(file, depth + 1));
    const found = matching(files, path);
    if (found.length > 0) return found.flatMap((file) => fileOf(file, depth + 1));
    const isCovered = APACHE_ROOTS.some((place) => path.startsWith(`${place}/`));
    if (!isCovered || (!isOptional && !isGlob(path))) doubts.push(notRead(files, path));
    return [];
  }

  function holds({ name, words }: Node): boolean {
    const [condition = ''] = words;
    const wanted = condition.replace(/^!/, '');
    const isThere =
      name === '<ifdefine' ? variables.has(wanted) : modules.has(wanted.replace(/^mod_(.*)\.c$/, '$1_module'));
    return isThere !== condition.startsWith('!');
  }

  function expand(nodes: readonly Node[], depth: number): readonly Node[] {
    return nodes.flatMap((node): readonly Node[] => {
      const words = resolved(node.words);
      const [first = '', second] = words;
      switch (node.name) {
        case 'include':
        case 'includeoptional':
          return included(first, depth, node.name === 'includeoptional');
        case 'loadmodule':
          modules.add(first);
          return [];
        case 'define':
          variables.set(first, second ?? '');
          return [];
        case 'undefine':
          variables.delete(first);
          return [];
        case 'serverroot':
          root = first.replace(/\/$/, '');
          return [];
        case '<ifmodule':
        case '<ifdefine':
          return holds({ ...node, words }) ? expand(node.block ?? [], depth) : [];
        case '<ifversion':
          return expand(node.block ?? [], depth);
        case '<macro':
          return [];
        case 'use':
          doubts.push(
            unknown(
              'not-observable',
              `${node.place.path}:${node.place.line} uses a macro, which fleetproof does not expand.`,
            ),
          );
          return [];
        default:
          return [{ ...node, words, block: node.block === null ? null : expand(node.block, depth) }];
      }
    });
  }

  const nodes = fileOf(main, 0);
  return { nodes, used, doubts: [...doubts, ...files.doubts] };
}

/** `export NAME=value` of Debian's envvars. `$SUFFIX` is for further instances, and empty for the first one. */
function environmentOf(files: WebFiles): Map<string, string> {
  const lines = files.lines.get('/etc/apache2/envvars') ?? [];
  return new Map(
    lines.flatMap((line) => {
      const [, name, value = ''] = /^export\s+([A-Z_0-9]+)=["']?([^"']*)/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value.replaceAll('$SUFFIX', '').trim()] as const];
    }),
  );
}

function notRead(files: WebFiles, path: string): Unknown {
  const remedy = 'Let the login user read it, or declare the sites of this host in the inventory.';
  if (files.closed.includes(path) || closedTo(files, path).length > 0) {
    return unknown(
      'no-privilege',
      `${path} belongs to the configuration of Apache, and the login user may not read it.`,
      remedy,
    );
  }
  return unknown(
    'not-observable',
    `Apache's configuration includes ${path}, which fleetproof did not find or does not read.`,
    remedy,
  );
}
