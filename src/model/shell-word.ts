/**
 * One word of a command line as a person may paste it into a shell: names that come from a host are quoted, so that a file
 * that is called `$(reboot)` is a file. Control characters need the `$'…'` of bash and zsh; a line break stays in its line.
 */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (!/[\u0000-\u001f\u007f]/.test(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const escaped = text.replace(/[\\'\u0000-\u001f\u007f]/g, (char) =>
    char === '\\' || char === "'" ? `\\${char}` : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped}'`;
}
