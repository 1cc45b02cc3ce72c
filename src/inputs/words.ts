/** A word without its quotes, and the offset in the text where it begins. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

/**
 * Splits a line into words as a POSIX shell (and Python's shlex) does: quotes group, a backslash escapes.
 * With `comments`, an unquoted `#` ends the line. Returns undefined when a quote or escape is left open.
 */
export function splitWords(text: string, comments = false): string[] | undefined {
  const { words, open } = readWords(text, comments);
  return open === undefined ? words.map((word) => word.text) : undefined;
}

/** As `splitWords`, with offsets. `open`: where a quote or escape begins that is left open; `words` are those before it. */
export function readWords(text: string, comments = false): { readonly words: readonly Word[]; readonly open?: number } {
  const words: Word[] = [];
  let word: string | undefined;
  let start = 0;
  let index = 0;
  while (index < text.length) {
    const at = index;
    const sign = text.charAt(index++);
    if (word === undefined) start = at;
    if (/\s/.test(sign)) {
      if (word !== undefined) words.push({ text: word, at: start });
      word = undefined;
    } else if (sign === '#' && comments) {
      break;
    } else if (sign === '\\') {
      if (index === text.length) return { words, open: at };
      word = (word ?? '') + text.charAt(index++);
    } else if (sign === "'" || sign === '"') {
      const quoted = readQuoted(text, index, sign);
      if (quoted === undefined) return { words, open: at };
      word = (word ?? '') + quoted.content;
      index = quoted.next;
    } else {
      word = (word ?? '') + sign;
    }
  }
  if (word !== undefined) words.push({ text: word, at: start });
  return { words };
}

/** Inside double quotes a backslash escapes only a double quote and itself. */
function readQuoted(text: string, start: number, mark: string): { content: string; next: number } | undefined {
  let content = '';
  for (let index = start; index < text.length; index++) {
    const sign = text.charAt(index);
    if (sign === mark) return { content, next: index + 1 };
    const next = text.charAt(index + 1);
    if (mark === '"' && sign === '\\' && (next === '"' || next === '\\')) {
      content += next;
      index++;
    } else {
      content += sign;
    }
  }
  return undefined;
}
