import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
} from 'yaml';
import { InputError, type InputKind, type Place } from './error.ts';
import type { InputText } from './text.ts';
import { inspect } from './yaml-inspect.ts';

/** Keys and indexes from the top of a document to one value. */
export type Path = readonly (string | number)[];

/** A YAML (or JSON) document that was read whole and without doubt, and where each part of it stands. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** The place of a value, or of its key; the nearest place above it when the path leads nowhere. */
  at(path: Path, part?: 'key' | 'value'): Place;
  /** A scalar exactly as written (`2026.10` stays `2026.10`). */
  written(path: Path): string | undefined;
  /** The explicit tag of a value, e.g. `!vault`. */
  tag(path: Path): string | undefined;
}

export interface YamlOptions {
  readonly kind?: InputKind;
  /** Reads what Ansible reads: YAML 1.1 merge keys (`<<`), and the tags `!vault` and `!unsafe`. */
  readonly ansible?: boolean;
}

type Offsets = (offset: number) => Place;

/**
 * Reads one document of YAML 1.2. Throws `InputError` with file:line:column on syntax errors, duplicate
 * or complex keys, unknown tags, more than one document, and anchors that unfold into something huge or endless.
 */
export function parseYaml(input: InputText, options: YamlOptions = {}): YamlFile {
  const { file, text } = input;
  const { kind = 'data', ansible = false } = options;
  try {
    const lines = new LineCounter();
    const place: Offsets = (offset) => {
      const { line, col } = lines.linePos(offset);
      return { file, line: Math.max(1, line), column: Math.max(1, col) };
    };
    // Duplicate keys are looked for in `inspect`: the library compares every key with every other one.
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      uniqueKeys: false,
      merge: ansible,
      logLevel: 'error',
    });
    const problems = inspect(document, place, ansible ? ['!vault', '!unsafe'] : []);
    if (problems.length > 0) throw new InputError(kind, problems);
    const value: unknown = document.toJS({ maxAliasCount: -1 });
    if (value === null || value === undefined) {
      throw new InputError(kind, [{ file, line: 1, column: 1, what: 'The file holds comments only.' }]);
    }
    return { file, value, ...lookups(document, place) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InputError(kind, [{ file, line: 1, column: 1, what: 'The file is nested too deeply.' }]);
  }
}

function lookups(document: Document, place: Offsets): Pick<YamlFile, 'at' | 'written' | 'tag'> {
  const indexes = new WeakMap<Node, Map<string, Pair>>();
  const pairOf = (map: Node & { items: Pair[] }, key: string): Pair | undefined => {
    let index = indexes.get(map);
    if (index === undefined) {
      index = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
      indexes.set(map, index);
    }
    return index.get(key);
  };
  const find = (path: Path): { key: Node | undefined; value: Node | undefined; nearest: Node | undefined } => {
    let value: Node | undefined = document.contents ?? undefined;
    let key: Node | undefined;
    let nearest = value;
    for (const step of path) {
      const parent: Node | undefined = isAlias(value) ? value.resolve(document) : value;
      const pair: Pair | undefined = isMap(parent) ? pairOf(parent, String(step)) : undefined;
      const item: unknown = isSeq(parent) ? parent.items[Number(step)] : pair?.value;
      key = isNode(pair?.key) ? pair.key : undefined;
      value = isNode(item) ? item : undefined;
      nearest = value ?? key ?? nearest;
      if (key === undefined && value === undefined) break;
    }
    return { key, value, nearest };
  };
  return {
    at(path, part = 'value') {
      const { key, value, nearest } = find(path);
      return place(((part === 'key' ? (key ?? value) : value) ?? nearest)?.range?.[0] ?? 0);
    },
    written(path) {
      const { value } = find(path);
      return isScalar(value) && value.value !== null ? (value.source ?? String(value.value)) : undefined;
    },
    tag: (path) => find(path).value?.tag,
  };
}
