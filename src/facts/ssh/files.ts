import { cannotTell } from '../../model/fact.ts';
import { byText } from '../memo.ts';
import type { Answered, Outputs } from '../outputs.ts';

/** The text of sshd's configuration files, as far as it could be read. */
export interface ConfigFiles {
  /** Path → its lines; index 0 is line 1. Files without a line are not in it. */
  readonly lines: ReadonlyMap<string, readonly string[]>;
  /** Files that exist but could not be read. */
  readonly unreadable: readonly string[];
}

const LINE = /^(\/etc\/ssh\/sshd_config(?:\.d\/[^:]*)?):(\d+):(.*)$/s;

/**
 * Reads `grep -Ran ^ /etc/ssh/sshd_config /etc/ssh/sshd_config.d`: the run as root where there is one, else
 * what the login user may read. Throws `Ignorance` when neither brought the files back.
 */
export function readConfigFiles(outputs: Outputs): ConfigFiles {
  const asRoot = outputs.get('sshd-config');
  const probe = isWhole(asRoot) ? 'sshd-config' : 'sshd-config-readable';
  return { lines: linesOf(outputs.ran(probe, [0, 1, 2])), unreadable: unreadableFiles(outputs.get(probe)) };
}

/** Hosts that are set up alike have the same files. */
const linesOf = byText(256, (text): ConfigFiles['lines'] => {
  const lines = new Map<string, string[]>();
  for (const row of text.split('\n')) {
    if (row === '') continue;
    const match = LINE.exec(row);
    if (match === null) cannotTell('unparseable', `A line of sshd's configuration could not be read: ${row}.`);
    const [, path = '', number = '', content = ''] = match;
    const file = lines.get(path) ?? [];
    // Bytes that are no text may have moved line ends; numbers that jump would shift every line behind them.
    if (Number(number) !== file.length + 1) cannotTell('unparseable', `${path} could not be read line by line.`);
    file.push(content);
    lines.set(path, file);
  }
  return lines;
});

function isWhole(output: Answered): boolean {
  return output.state === 'ran' && output.exitCode !== null && output.exitCode <= 2;
}

/** What grep complained about. A complaint that cannot be read counts as one about everything. */
function unreadableFiles(output: Answered): string[] {
  return output.stderr.split('\n').flatMap((line) => {
    if (line.trim() === '' || line.startsWith('sudo: ')) return [];
    const match = /^(?:\S*\/)?grep: (.+): ([^:]+)$/.exec(line);
    if (match?.[1] === undefined)
      return cannotTell('unreadable', `Reading sshd's configuration met trouble: ${line.trim()}.`);
    return match[2] === 'No such file or directory' ? [] : [match[1]];
  });
}

/** A name with a colon or a line end in it cannot be told from grep's own separators. */
export function hasDeceptiveNames(paths: readonly string[]): boolean {
  return paths.some((path) => path.includes(':'));
}
