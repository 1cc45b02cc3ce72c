import { cannotTell } from '../model/fact.ts';
import { byLines, byParts, memoized } from './memo.ts';
import type { Outputs } from './outputs.ts';

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Supplementary members only. */
  readonly members: readonly string[];
}

/** Users and groups as the name service knows them. */
export interface Directory {
  readonly accounts: readonly Account[];
  readonly groups: readonly Group[];
}

/** Who is in such a line, or behind it, would be nobody to every check. */
function oddLine(list: string, name = ''): never {
  return cannotTell('unparseable', `The list of ${list} has a line that cannot be read, of ${JSON.stringify(name)}.`);
}

/** Most accounts of a host are those that its release comes with. */
const readAccounts = byLines(2048, (line): readonly Account[] => {
  if (line === '') return [];
  const [name, , uid, gid, , home, shell] = line.split(':');
  if (name === undefined || home === undefined || shell === undefined) return oddLine('accounts', name);
  if (!/^\d{1,10}$/.test(uid ?? '') || !/^\d{1,10}$/.test(gid ?? '')) return oddLine('accounts', name);
  return [{ name, uid: Number(uid), gid: Number(gid), home, shell }];
});

const readGroups = byLines(2048, (line): readonly Group[] => {
  if (line === '') return [];
  const [name, , gid, members] = line.split(':');
  if (name === undefined || members === undefined || !/^\d{1,10}$/.test(gid ?? '')) return oddLine('groups', name);
  return [{ name, gid: Number(gid), members: members.split(',').filter(Boolean) }];
});

/** Reads `getent passwd` and `getent group`. Source: passwd(5), group(5). */
export const readDirectory = memoized(
  (outputs: Outputs): Directory => ({
    accounts: readAccounts(outputs.ran('passwd-entries')),
    groups: readGroups(outputs.ran('group-entries')),
  }),
);

/** A part of a directory: the same accounts and groups, as `readDirectory` gives them, make the same object. */
export function partOf(accounts: readonly Account[], groups: readonly Group[]): Directory {
  return directoryOf(accounts.length, ...accounts, ...groups);
}

/** The accounts are the first `count` of them. */
const directoryOf = byParts(
  256,
  (count: number, ...all: readonly (Account | Group)[]): Directory => ({
    accounts: all.slice(0, count) as readonly Account[],
    groups: all.slice(count) as readonly Group[],
  }),
);

/** An empty shell field means /bin/sh. */
export function hasLoginShell({ shell }: Account): boolean {
  return !/\/(nologin|false|true|sync|halt|shutdown)$/.test(shell);
}

/** Names of all groups an account is in, its own first. */
export function groupsOf(directory: Directory, account: Account): readonly string[] {
  const own = directory.groups.find((group) => group.gid === account.gid);
  const others = directory.groups.filter((group) => group !== own && group.members.includes(account.name));
  return [...(own === undefined ? [] : [own]), ...others].map((group) => group.name);
}

/** Names of everybody in a group, by membership or as their first group. */
export function membersOf(directory: Directory, gid: number): readonly string[] {
  const listed = directory.groups.filter((group) => group.gid === gid).flatMap((group) => group.members);
  const first = directory.accounts.filter((account) => account.gid === gid).map((account) => account.name);
  return [...new Set([...listed, ...first])];
}
