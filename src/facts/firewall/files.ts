import { absent, type Fact, known, type Unknown, unknown } from '../../model/fact.ts';
import { byAnswers, memoized } from '../memo.ts';
import type { Outputs } from '../outputs.ts';

/** Contents of files by path, as one command printed them all. */
export type Files = (path: string) => Fact<string>;

/**
 * `tail -n +1 FILE…`: each file after a line `==> FILE <==`. Missing files are named on stderr and make the
 * exit code 1. Source: tail(1) of coreutils and busybox.
 */
export function tailedFiles(probe: string): (outputs: Outputs) => Files {
  return byAnswers(64, [probe], (outputs) => reader(splitTail(outputs.ran(probe, [0, 1])), outputs.get(probe).stderr));
}

function splitTail(text: string): ReadonlyMap<string, string> {
  const parts = text.split(/^==> (\/\S+) <==\n/m);
  const paths = parts.filter((_, index) => index % 2 === 1);
  return new Map(paths.map((path, index) => [path, parts[index * 2 + 2] ?? '']));
}

/** `grep -H '^[^#]' FILE…`: each line that says something after `FILE:`. Exit codes 1 and 2 go with missing files. */
export function greppedFiles(probe: string): (outputs: Outputs) => Files & { readonly paths: readonly string[] } {
  return memoized((outputs) => {
    const contents = new Map<string, string>();
    for (const line of outputs.ran(probe, [0, 1, 2]).split('\n')) {
      const colon = line.indexOf(':');
      const path = line.slice(0, colon);
      if (path.startsWith('/')) contents.set(path, `${contents.get(path) ?? ''}${line.slice(colon + 1)}\n`);
    }
    return Object.assign(reader(contents, outputs.get(probe).stderr), { paths: [...contents.keys()] });
  });
}

function reader(contents: ReadonlyMap<string, string>, stderr: string): Files {
  return (path) => {
    const content = contents.get(path);
    if (content !== undefined) return known(content);
    const complaint = stderr.split('\n').find((line) => line.includes(path));
    if (complaint?.includes('No such file')) return absent(`there is no ${path}`);
    return unreadable(path, complaint);
  };
}

function unreadable(path: string, complaint: string | undefined): Unknown {
  if (complaint?.includes('Permission denied')) {
    return unknown('no-privilege', `${path} may not be read.`);
  }
  return unknown('unreadable', `${path} was not read${complaint === undefined ? '' : `: ${complaint.trim()}`}.`);
}

/** `NAME=value` lines of a file that a shell sources; the last one counts. */
export function assignments(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s#;]*))/.exec(line);
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? match[3] ?? match[4] ?? '');
  }
  return values;
}
