/** Wraps plain text at spaces to a width, every line behind an indent; those after the first may have one of their own. */
export function wrap(text: string, width: number, indent: string, hanging = indent): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line !== '' && hanging.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines.map((text, at) => `${at === 0 ? indent : hanging}${text}`).join('\n');
}

/** Rows in aligned columns; the last column wraps. */
export function columns(rows: readonly (readonly string[])[], width: number): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: Math.max(0, count - 1) }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  );
  return rows
    .map((row) => {
      const head = widths.map((size, at) => (row[at] ?? '').padEnd(size)).join('  ');
      const indent = head.length + 2;
      const tail = wrap(row[count - 1] ?? '', width - 1, ' '.repeat(indent)).trimStart();
      return `${head}  ${tail}`.trimEnd();
    })
    .map((line) => `${line}\n`)
    .join('');
}
