import {
  Composer,
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  Parser,
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

const DEEPEST = 200;

/**
 * Reads one document of YAML 1.2. Throws `InputError` with file:line:column on syntax errors, duplicate
 * or complex keys, unknown tags, more than one document, nesting beyond 200 levels, and anchors that unfold into
 * something huge or endless.
 */
export function parseYaml(input: InputText, options: YamlOptions = {}): YamlFile {
  const { file } = input;
  const { kind = 'data', ansible = false } = options;
  const lines = new LineCounter();
  const place: Offsets = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (offset: number, what: string) => new InputError(kind, [{ ...place(offset), what }]);
  const [document, second] = documentsOf(input.text, lines, ansible, refuse);
  if (second !== undefined) throw refuse(second.range[0], 'The file holds more than one YAML document; expected one.');
  if (document === undefined) throw refuse(0, 'The file holds no YAML document.');
  const problems = inspect(document, place, ansible ? ['!vault', '!unsafe'] : []);
  if (problems.length > 0) throw new InputError(kind, problems);
  const value: unknown = document.toJS();
  if (value === null || value === undefined) throw refuse(0, 'The file holds comments only.');
  return { file, value, ...lookups(document, place) };
}

function documentsOf(
  text: string,
  lines: LineCounter,
  merge: boolean,
  refuse: (offset: number, what: string) => InputError,
): Document.Parsed[] {
  const parser = new Parser(lines.addNewLine);
  const tokens = function* () {
    lines.addNewLine(0);
    for (const lexeme of new Lexer().lex(text)) {
      yield* parser.next(lexeme);
      // Composing recurses, and would end the process: this is the last moment to look at the depth.
      if (parser.stack.length > DEEPEST) throw refuse(parser.offset, 'The file is nested too deeply.');
    }
    yield* parser.end();
  };
  // Duplicate keys are looked for in `inspect`: the library compares every key with every other one.
  const composer = new Composer({ prettyErrors: false, stringKeys: true, uniqueKeys: false, merge, logLevel: 'error' });
  return [...composer.compose(tokens(), true, text.length)];
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
      const parent = value;
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
