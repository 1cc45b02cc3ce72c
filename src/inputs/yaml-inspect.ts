import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { type InputProblem, type Place, quote } from './error.ts';

/** Nodes a document may have once every alias stands for its whole anchor. */
const MOST_NODES = 1_000_000;
const MOST_PROBLEMS = 100;

/**
 * Everything that makes a syntactically read document one that must not be used. Where there is nothing, every alias
 * has been replaced by the node it stands for.
 */
export function inspect(
  document: Document.Parsed,
  place: (offset: number) => Place,
  tags: readonly string[],
): InputProblem[] {
  if (document.errors.length > 0) {
    // One slip makes many errors further down.
    return document.errors
      .slice(0, 5)
      .map(({ pos, code, message }) => ({ ...place(pos[0]), what: sentenceOf(code, message) }));
  }
  const problems: InputProblem[] = document.warnings
    .filter((warning) => !tags.some((tag) => warning.message === `Unresolved tag: ${tag}`))
    .map(({ pos, code, message }) => ({ ...place(pos[0]), what: sentenceOf(code, message) }));
  unfold(document.contents, (node, what) => {
    if (problems.length < MOST_PROBLEMS) problems.push({ ...place(node.range?.[0] ?? 0), what });
  });
  return problems;
}

/** A node without aliases below it, and how many nodes it has once everything is unfolded. */
interface Unfolded {
  readonly node: unknown;
  readonly size: number;
}

/**
 * Finds duplicate keys, unknown and circular aliases, and unfolding beyond all reason, in one pass over the text.
 * The library would search the whole document for every alias, and compare every key with every other one.
 */
function unfold(top: Node | null, report: (node: Node, what: string) => void): void {
  /** `open` while the content of the anchor is being read. */
  const anchors = new Map<string, Unfolded | 'open'>();
  let huge = false;

  const read = (node: unknown): Unfolded => {
    if (!isNode(node)) return { node, size: 1 };
    if (isAlias(node)) return follow(node, node.source);
    if (node.anchor !== undefined) anchors.set(node.anchor, 'open');
    const unfolded = { node, size: 1 + readContent(node) };
    if (node.anchor !== undefined) anchors.set(node.anchor, unfolded);
    if (unfolded.size > MOST_NODES && !huge) report(node, `Its anchors unfold into more than ${MOST_NODES} values.`);
    huge ||= unfolded.size > MOST_NODES;
    return unfolded;
  };

  const follow = (alias: Node, name: string): Unfolded => {
    const target = anchors.get(name);
    if (target !== undefined && target !== 'open') return target;
    const trouble =
      target === 'open' ? 'something that it is itself a part of' : 'an anchor that does not stand before it';
    report(alias, `The alias refers to ${trouble}. A value that begins with "*" needs quotes.`);
    return { node: alias, size: 1 };
  };

  const readContent = (node: Node): number => {
    let size = 0;
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const unfolded = read(item);
        node.items[index] = unfolded.node;
        size += unfolded.size;
      }
    } else if (isMap(node)) {
      const keys = new Set<string>();
      for (const pair of node.items) {
        if (isScalar(pair.key)) checkKey(pair.key, String(pair.key.value), keys);
        const unfolded = read(pair.value);
        pair.value = unfolded.node;
        size += 1 + unfolded.size;
      }
    }
    return size;
  };

  const checkKey = (key: Node, text: string, keys: Set<string>): void => {
    if (keys.has(text)) report(key, `The key ${quote(text)} stands twice in one mapping.`);
    keys.add(text);
  };

  read(top);
}

/**
 * The library's message as a full sentence, without what it quotes of the file: a password that begins with `!`, `|`
 * or `]` is taken for something else.
 */
function sentenceOf(code: string, message: string): string {
  if (code === 'NON_STRING_KEY') return 'A key is not plain text.';
  if (code === 'TAB_AS_INDENT') return 'Tabs are not allowed as indentation; use spaces.';
  if (/^(Unresolved tag|Could not resolve tag): /.test(message)) {
    return 'The tag is not supported here. A value that begins with "!" needs quotes.';
  }
  const said = message.replace(/(: ["|>]|(?<=directive) %).*$/s, '').replace(/\.$/, '');
  return `The YAML is malformed: ${said.charAt(0).toLowerCase()}${said.slice(1)}.`;
}
