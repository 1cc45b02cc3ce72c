import { type Document, isAlias, isMap, isNode, isScalar, isSeq, type Node } from 'yaml';
import { type InputProblem, type Place, quote } from './error.ts';

/** Nodes a document may have once every alias stands for its whole anchor. */
const MOST_NODES = 1_000_000;

/** Everything that makes a syntactically read document one that must not be used. */
export function inspect(
  document: Document.Parsed,
  place: (offset: number) => Place,
  tags: readonly string[],
): InputProblem[] {
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({ ...place(error.pos[0]), what: sentenceOf(error.code, error.message) }));
  }
  const problems: InputProblem[] = document.warnings
    .filter((warning) => !tags.some((tag) => warning.message === `Unresolved tag: ${tag}`))
    .map((warning) => ({ ...place(warning.pos[0]), what: sentenceOf(warning.code, warning.message) }));
  const report = (node: Node, what: string) => problems.push({ ...place(node.range?.[0] ?? 0), what });
  measure(document.contents, report);
  return problems;
}

/** Finds duplicate keys, unknown and circular aliases, and unfolding beyond all reason, in one pass over the text. */
function measure(top: Node | null, report: (node: Node, what: string) => void): void {
  /** Unfolded size of each anchor; `open` while its own content is being measured. */
  const anchors = new Map<string, number | 'open'>();
  let huge = false;

  const sizeOf = (node: unknown): number => {
    if (!isNode(node)) return 1;
    const anchor = isAlias(node) ? undefined : node.anchor;
    if (anchor !== undefined) anchors.set(anchor, 'open');
    const size = isAlias(node) ? aliasSize(node, node.source) : 1 + contentSize(node);
    if (anchor !== undefined) anchors.set(anchor, size);
    if (size > MOST_NODES && !huge) {
      huge = true;
      report(node, `Its anchors unfold into more than ${MOST_NODES} values.`);
    }
    return size;
  };

  const aliasSize = (node: Node, name: string): number => {
    const size = anchors.get(name);
    if (size === undefined)
      report(node, `The alias ${quote(`*${name}`)} refers to an anchor that does not stand before it.`);
    if (size === 'open')
      report(node, `The alias ${quote(`*${name}`)} refers to something that it is itself a part of.`);
    return typeof size === 'number' ? size : 1;
  };

  const contentSize = (node: Node): number => {
    if (isSeq(node)) return node.items.reduce<number>((sum, item) => sum + sizeOf(item), 0);
    if (!isMap(node)) return 0;
    const seen = new Map<string, Node>();
    let size = 0;
    for (const { key, value } of node.items) {
      if (isScalar(key)) checkKey(key, String(key.value), seen);
      size += 1 + sizeOf(value);
    }
    return size;
  };

  const checkKey = (key: Node, text: string, seen: Map<string, Node>): void => {
    if (seen.has(text)) report(key, `The key ${quote(text)} stands twice in one mapping.`);
    else seen.set(text, key);
  };

  sizeOf(top);
}

/** The library's message as a full sentence, with our own advice where its own speaks of its API. */
function sentenceOf(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'The file holds more than one YAML document; expected one.';
  if (code === 'NON_STRING_KEY') return 'A key is not plain text.';
  if (code === 'TAB_AS_INDENT') return 'Tabs are not allowed as indentation; use spaces.';
  if (message.startsWith('Unresolved tag: ')) return `The tag ${quote(message.slice(16))} is not supported here.`;
  return `The YAML is malformed: ${message.charAt(0).toLowerCase()}${message.slice(1).replace(/\.$/, '')}.`;
}
