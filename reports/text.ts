/** Layout of plain text: display width, wrapping, colour. Pure. */

export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';

/** SGR codes of ECMA-48. */
const SGR: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  bold: [1, 22],
  dim: [2, 22],
};

export type Paint = (text: string, ...colours: readonly Colour[]) => string;

/** Paints, or leaves text alone when colour is off. Paint after wrapping: the codes have no width. */
export function painter(colour: boolean): Paint {
  return (text, ...colours) =>
    colour && text !== ''
      ? colours.reduce((painted, name) => `\u001b[${SGR[name][0]}m${painted}\u001b[${SGR[name][1]}m`, text)
      : text;
}

/** East Asian wide and emoji ranges (UAX #11), coarse: what terminals draw over two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;

/** Columns that a text without control characters takes in a terminal. */
export function widthOf(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += /\p{Mark}/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return width;
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Lines of at most `width` columns, broken at blanks; a longer word gets a line of its own and is never broken. */
export function wrap(text: string, width: number, first = '', rest = ' '.repeat(widthOf(first))): string[] {
  // A command in backquotes is one word where it fits on a line: half a command is of no use.
  const words = (text.match(/(?:`[^`]*`|\S)+/g) ?? []).flatMap((word) =>
    widthOf(rest) + widthOf(word) <= width ? [word] : word.split(' ').filter(Boolean),
  );
  return fill(words, width, first, rest);
}

function fill(words: readonly string[], width: number, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of words) {
    if (!empty && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/**
 * A shell or sudoers line, as it stands where it fits. Else its comment goes before it, and it is continued with
 * backslashes, never inside quotes: what is copied from the terminal still works.
 */
export function wrapCommand(command: string, width: number, indent: string): string[] {
  if (widthOf(indent) + widthOf(command) <= width) return [indent + command];
  const [, code = command, comment = ''] = /^(.*\S)\s+#\s+(.*)$/.exec(command) ?? [];
  if (comment !== '') return [`# ${comment}`, code].flatMap((line) => wrapCommand(line, width, indent));
  if (command.startsWith('#')) return wrap(command.slice(1), width, `${indent}# `, `${indent}# `);
  const words = command.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
  const lines = fill(words, width - 2, indent, `${indent}  `);
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

export interface Instruction {
  /** `file`: a line of a configuration file, to be copied as it stands. */
  readonly kind: 'prose' | 'command' | 'file';
  readonly text: string;
}

/**
 * Tells what to type from what to read, line by line. Commands start in lower case, with a path or a comment sign; a
 * sentence starts with a capital; what stands in a file is indented by two blanks, which are taken away. A sudoers line, or
 * what follows "Run:", stands alone.
 */
export function instructionsOf(remediation: string): Instruction[] {
  return remediation.split('\n').flatMap((line): Instruction[] => {
    if (line.trim() === '') return [];
    const [, lead, command] =
      /^([A-Z].*:) (\S+ ALL ?=.*)$/.exec(line) ?? /^((?:Run|Then|Or):) ([a-z/].*)$/.exec(line) ?? [];
    if (lead !== undefined && command !== undefined) {
      return [
        { kind: 'prose', text: lead },
        { kind: 'command', text: command },
      ];
    }
    if (line.startsWith('  ')) return [{ kind: 'file', text: line.slice(2).trimEnd() }];
    return [{ kind: /^[a-z#/$[]/.test(line) ? 'command' : 'prose', text: line.trimEnd() }];
  });
}
