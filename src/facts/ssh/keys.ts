import { cannotTell, type Fact, known, type Unknown, unknown } from '../../model/fact.ts';
import type { SshAccount, SshKey, SshKeys, UnsafePath } from '../../model/facts/ssh.ts';
import { readKeyBlob } from '../../wire/ssh-key.ts';
import { type Account, type Directory, hasLoginShell, membersOf, readDirectory } from '../accounts.ts';
import { byText } from '../memo.ts';
import type { Outputs } from '../outputs.ts';
import { configOf } from './config.ts';
import { gatherDoubts } from './doubts.ts';
import { doubtOfOptions } from './key-options.ts';
import { KEY_PATHS_LIMIT } from './probes.ts';
import { readEffective } from './settings.ts';
import { readLine } from './words.ts';

/** The files sshd looks at when no AuthorizedKeysFile is set; the snippet lists them for every account. */
const ALWAYS = ['.ssh/authorized_keys', '.ssh/authorized_keys2'];

/** What the two listings and the two privileged commands brought back about key files. */
interface Seen {
  readonly paths: ReadonlyMap<string, Meta>;
  readonly lines: ReadonlyMap<string, readonly FoundLine[]>;
  /** What the listing of paths printed: files, folders, and a folder or home where it saw that there is no file. */
  readonly listed: ReadonlySet<string>;
  /** AuthorizedKeysFile patterns that the listing knew. */
  readonly patterns: ReadonlySet<string>;
  /** Paths the commands named in an error other than "no such file". */
  readonly failed: ReadonlySet<string>;
  /** What stands against all accounts. */
  readonly doubts: readonly Unknown[];
}

interface Meta {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly isFile: boolean;
}

interface FoundLine {
  readonly line: number;
  readonly text: string;
}

/** Authorized keys of every account with a login shell. Throws `Ignorance` when none could be looked at. */
export function readKeys(outputs: Outputs): Fact<SshKeys> {
  const effective = readEffective(outputs.ran('sshd-effective'));
  const directory = readDirectory(outputs);
  const seen = readSeen(outputs);
  const config = configOf(outputs);
  const inFiles = config.entries.filter(({ keyword }) => keyword === 'authorizedkeysfile').flatMap(({ args }) => args);
  const inForce = (effective.get('authorizedkeysfile') ?? []).flatMap((value) => value.split(/\s+/));
  const patterns = [...new Set([...inForce, ...inFiles])].filter((pattern) => pattern !== '' && pattern !== 'none');
  const other = (keyword: string, name: string): string[] => {
    const value = effective.get(keyword)?.[0] ?? 'none';
    return value === 'none' ? [] : [`${name} ${value}`];
  };
  const strict = effective.get('strictmodes')?.[0] !== 'no';
  return known({
    accounts: directory.accounts
      .filter((account) => hasLoginShell(account) && account.home.startsWith('/'))
      .map((account) => readAccount({ ...account, home: tidy(account.home) }, patterns, directory, seen, strict)),
    strictModes: strict,
    otherSources: [
      ...other('authorizedkeyscommand', 'AuthorizedKeysCommand'),
      ...other('trustedusercakeys', 'TrustedUserCAKeys'),
    ],
  });
}

function readSeen(outputs: Outputs): Seen {
  const listed = outputs.ran('ssh-key-paths.list').split('\n').filter(Boolean);
  // A command with nothing to look at is not run.
  const stat = listed.length > 0 ? outputs.ran('ssh-key-paths', [0, 1]) : '';
  const hasFiles = outputs.ran('ssh-key-lines.list').trim() !== '';
  const grep = hasFiles ? outputs.ran('ssh-key-lines', [0, 1, 2]) : '';
  const errors = `${outputs.get('ssh-key-paths').stderr}\n${outputs.get('ssh-key-lines').stderr}`;
  return {
    paths: readStat(stat),
    lines: readGrep(grep),
    listed: new Set(listed.map(tidy)),
    patterns: listedPatterns(outputs.get('sshd-config-readable').stdout),
    failed: failedPaths(errors),
    doubts: doubtsOfAll(outputs, listed.length),
  };
}

function doubtsOfAll(outputs: Outputs, listed: number): readonly Unknown[] {
  const { list, attempt } = gatherDoubts();
  const skipped = Number(outputs.get('ssh-key-paths.skipped').stdout);
  if (listed >= KEY_PATHS_LIMIT)
    list.push(unknown('truncated', `More than ${KEY_PATHS_LIMIT} key paths were listed; the rest was not looked at.`));
  else if (skipped > 0)
    list.push(unknown('not-observable', `${skipped} key paths have names that fleetproof does not pass to a command.`));
  const options = attempt(
    () => doubtOfOptions(outputs),
    () => undefined,
  );
  return options === undefined ? list : [...list, options];
}

/** One `/` between names and none at the end, as the listing writes paths; in passwd(5) homes may be written otherwise. */
function tidy(path: string): string {
  return path.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
}

/** Reads `stat -L -c '%a %u %g %F:%n'`. */
function readStat(text: string): ReadonlyMap<string, Meta> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const match = /^([0-7]{1,5}) (\d{1,10}) (\d{1,10}) ([^:]*):(.*)$/.exec(line);
      if (match === null) return [];
      const [, mode = '', uid, gid, kind = '', path = ''] = match;
      const meta = {
        mode: Number.parseInt(mode, 8),
        uid: Number(uid),
        gid: Number(gid),
        isFile: kind.startsWith('regular'),
      };
      return [[tidy(path), meta] as const];
    }),
  );
}

/** Reads `grep -aHno`: one row per key, and one `#`, blanks in front, for a line that is commented out. */
function readGrep(text: string): ReadonlyMap<string, readonly FoundLine[]> {
  const found = new Map<string, FoundLine[]>();
  for (const row of text.split('\n')) {
    const match = /^([^:]+):(\d{1,9}):(.*)$/.exec(row);
    if (match === null) continue;
    const [, path = '', line, content = ''] = match;
    const lines = found.get(path) ?? [];
    lines.push({ line: Number(line), text: content });
    found.set(path, lines);
  }
  return found;
}

/** The patterns that the login user could see in the configuration: the listing asked for exactly these. */
const listedPatterns = byText(256, (text): ReadonlySet<string> => {
  const own = text.split('\n').flatMap((row) => {
    const match = /^\/etc\/ssh\/sshd_config(?:\.d\/[^:/]*\.conf)?:\d+:(.*)$/.exec(row);
    const line = match === null ? undefined : readLine(match[1] ?? '');
    return line?.keyword === 'authorizedkeysfile' ? line.args : [];
  });
  return new Set([...ALWAYS, ...own]);
});

/** Absence is knowledge; every other complaint is ignorance, also one that cannot be read. */
function failedPaths(stderr: string): ReadonlySet<string> {
  return new Set(
    stderr.split('\n').flatMap((line) => {
      if (line.trim() === '' || line.startsWith('sudo: ')) return [];
      const match = /^(?:\S*\/)?(?:grep: |stat: cannot (?:statx?|stat) )'?([^']+?)'?: ([^:]+)$/.exec(line);
      if (match?.[1] === undefined)
        return cannotTell('unreadable', `Looking at key files met trouble: ${line.trim()}.`);
      return /^(No such file or directory|Not a directory)$/.test(match[2] ?? '') ? [] : [tidy(match[1])];
    }),
  );
}

function readAccount(
  account: Account,
  patterns: readonly string[],
  directory: Directory,
  seen: Seen,
  strict: boolean,
): SshAccount {
  const keys: SshKey[] = [];
  const doubts: Unknown[] = [];
  const unsafe = new Map<string, UnsafePath>();
  for (const pattern of patterns) {
    const file = expand(pattern, account);
    const doubt = doubtOf(file, pattern, account, seen);
    if (doubt !== undefined) doubts.push(doubt);
    const isFile = seen.paths.get(file)?.isFile === true;
    const rows = isFile ? (seen.lines.get(file) ?? []) : [];
    const above = strict || rows.length === 0 ? undefined : doubtAbove(file, account);
    if (above !== undefined) doubts.push(above);
    const disabled = new Set(rows.filter(({ text }) => text.trim() === '#').map(({ line }) => line));
    for (const { line, text } of rows) {
      if (disabled.has(line)) continue;
      const key = readKeyBlob(text.replace(/^\S+\s+/, ''));
      if (key === undefined) doubts.push(unknown('unparseable', `A key in ${file} line ${line} could not be read.`));
      else keys.push({ file, line, ...key });
    }
    // Where sshd does not mind, keys can be put where there are none yet.
    if (rows.length > 0 || !strict)
      for (const path of guarded(file, account)) {
        const because = unsafeBecause(path, account, directory, seen.paths.get(path));
        if (because !== undefined) unsafe.set(path, { path, because });
      }
  }
  return { name: account.name, keys, unsafePaths: [...unsafe.values()], doubts: [...doubts, ...seen.doubts] };
}

/** Tokens of AuthorizedKeysFile. Source: sshd_config(5), TOKENS. */
function expand(pattern: string, account: Account): string {
  const tokens: Readonly<Record<string, string>> = {
    h: account.home,
    u: account.name,
    U: String(account.uid),
    '%': '%',
  };
  const path = pattern.replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole);
  return tidy(path.startsWith('/') ? path : `${account.home}/${path}`);
}

function doubtOf(file: string, pattern: string, account: Account, seen: Seen): Unknown | undefined {
  if (!seen.patterns.has(pattern))
    return unknown(
      'unreadable',
      `AuthorizedKeysFile ${pattern} stands in a file that the login user cannot read, so the keys of ${account.name} were not all looked at.`,
    );
  if (!/^[A-Za-z0-9_./:@=,+-]+$/.test(file) || file.includes('..') || file.includes(':'))
    return unknown(
      'not-observable',
      `The key file ${JSON.stringify(file)} of ${account.name} has a name that fleetproof does not pass to a command.`,
    );
  if (!wasListed(file, account, seen.listed))
    return unknown('not-observable', `The key file ${file} of ${account.name} was not looked for.`);
  const failed = [file, `${account.home}/.ssh`, account.home].find((path) => seen.failed.has(path));
  return failed === undefined ? undefined : unknown('unreadable', `${failed} could not be looked at, even as root.`);
}

/** Where the listing sees that there is no such file, it prints the folder, and the home where that has no `.ssh`. */
function wasListed(file: string, { home }: Account, listed: Seen['listed']): boolean {
  const folder = folderOf(file);
  return listed.has(file) || listed.has(folder) || (folder === tidy(`${home}/.ssh`) && listed.has(home));
}

/** Without StrictModes the folders above matter as well, and of those only the home is looked at. */
function doubtAbove(file: string, { home, name }: Account): Unknown | undefined {
  const folder = folderOf(file);
  if (folder === home || folderOf(folder) === home) return undefined;
  const message = `StrictModes is no, and who may write the folders above ${file} of ${name} was not looked at.`;
  return unknown('not-observable', message, 'Set StrictModes yes in /etc/ssh/sshd_config, and: systemctl reload ssh');
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/'));
}

/** The file, its directory, and the home where the file is inside it: what StrictModes looks at. */
function guarded(file: string, account: Account): string[] {
  return [file, folderOf(file), ...(file.startsWith(`${account.home}/`) ? [account.home] : [])];
}

/**
 * As sshd with StrictModes: owned by the account or root, written by nobody else. A group that holds only the
 * account itself harms nobody, and Debian's sshd allows it. Source: OpenSSH misc.c, `safe_path`.
 */
function unsafeBecause(
  path: string,
  account: Account,
  directory: Directory,
  meta: Meta | undefined,
): string | undefined {
  if (meta === undefined) return undefined;
  const mode = meta.mode.toString(8).padStart(4, '0');
  if (meta.uid !== 0 && meta.uid !== account.uid) {
    const owner = directory.accounts.find((one) => one.uid === meta.uid)?.name ?? `uid ${meta.uid}`;
    return `${path} belongs to ${owner}.`;
  }
  if ((meta.mode & 0o002) !== 0) return `${path} can be written by everyone (mode ${mode}).`;
  if ((meta.mode & 0o020) === 0 || meta.gid === 0) return undefined;
  const others = membersOf(directory, meta.gid).filter((name) => name !== account.name && name !== 'root');
  const group = directory.groups.find(({ gid }) => gid === meta.gid)?.name ?? `gid ${meta.gid}`;
  return others.length === 0 && group === account.name
    ? undefined
    : `${path} can be written by the group ${group} (mode ${mode}).`;
}
