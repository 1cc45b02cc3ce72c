import { readFileSync } from 'node:fs';

export const DISTRIBUTIONS = ['debian11', 'debian12', 'debian13', 'ubuntu2004', 'ubuntu2204', 'ubuntu2404'] as const;

/** What a recorded command printed: between the `$ command` line and the `[exit N]` line. */
export function sample(name: string): string {
  const text = readFileSync(new URL(`../../captures/samples/ssh/${name}.txt`, import.meta.url), 'utf8');
  return text.replace(/^\$ .*\n/, '').replace(/\n\[exit \d+\]\n?$/, '\n');
}

/** File contents as `grep -Ran ^` prints them. */
export function numbered(path: string, text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.map((line, index) => `${path}:${index + 1}:${line}\n`).join('');
}
