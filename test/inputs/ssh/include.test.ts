import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { globPattern } from '../../../src/inputs/ssh/glob.ts';
import { loadSshConfig, resolveSsh } from '../../../src/inputs/ssh/resolve.ts';
import { messageOf } from '../message.ts';
import { folder, home, localUser, ours, write } from './files.ts';

describe('globPattern', () => {
  it.each([
    ['*.conf', ['a.conf', '[.conf'], ['.a.conf', 'a.confx', '.conf']],
    ['.*', ['.a'], ['a']],
    ['?.c', ['a.c', 'é.c', '😀.c'], ['.c', 'ab.c']],
    ['[ab].c', ['a.c', 'b.c'], ['c.c', '[ab].c']],
    ['[!a].c', ['b.c', '!.c'], ['a.c']],
    ['[^a].c', ['a.c', '^.c'], ['b.c']],
    ['[a^!].c', ['a.c', '^.c', '!.c'], ['b.c']],
    ['[a-c]x', ['ax', 'bx', 'cx'], ['dx', '-x', 'Ax']],
    ['[a-]x', ['ax', '-x'], ['bx']],
    ['[c-a]x', [], ['ax', 'bx', 'cx']],
    ['[]a]x', [']x', 'ax'], ['bx']],
    ['[!]a]x', ['bx'], [']x', 'ax']],
    ['[[:digit:]_]x', ['1x', '_x'], ['ax', ':x']],
    ['[\\]a]x', [']x', 'ax'], ['\\x']],
    ['[.]x', [], ['.x']],
    ['a[.]x', ['a.x'], ['abx']],
    ['[ab', ['[ab'], ['a']],
    ['[]', ['[]'], ['']],
    ['[!]', ['[!]'], ['!', 'a']],
    ['\\[x\\].*', ['[x].c'], ['x.c']],
    ['\\*?', ['*a'], ['ba', '\\*a']],
    ['{a,b}*', ['{a,b}c'], ['a']],
    ['**', ['a'], ['.a']],
    ['a+(b)*', ['a+(b)'], ['ab', 'abb']],
  ])('%s', (pattern, matching, others) => {
    const matches = (name: string) => globPattern(pattern).test(name);
    expect(matching.filter((name) => !matches(name))).toEqual([]);
    expect(others.filter(matches)).toEqual([]);
  });
});

const hasSsh = spawnSync('ssh', ['-V']).status === 0;
for (const name of ['a.conf', 'b.conf', '[x].conf', '.h.conf', 'sub/x.conf', 'sp ace', '{a,b}.conf', 'b*']) {
  write(`glob/${name}`, `User u${Buffer.from(name).toString('hex')}\n`);
}
symlinkSync('/nonexistent', path.join(folder, 'glob/a-dangling.conf'));
mkdirSync(path.join(folder, 'glob/a-folder.conf'), { mode: 0o755 });

describe('Include', () => {
  it.each([
    ['*.conf', '[x].conf'],
    ['[ab].conf', 'a.conf'],
    ['[!a].conf', 'b.conf'],
    ['[^a].conf', 'a.conf'],
    ['[x].conf', undefined],
    ['\\[x\\].conf', '[x].conf'],
    ['\\[x\\].con?', '[x].conf'],
    ['{b,a}.conf', undefined],
    ['{a,b}.conf', '{a,b}.conf'],
    ['*/x.conf', 'sub/x.conf'],
    ['**/x.conf', 'sub/x.conf'],
    ['"sp ace"', undefined],
    ['sp*ce', 'sp ace'],
    ['a-*', undefined],
    ['a-dangling.conf', undefined],
    ['a-folder.conf', undefined],
    ['.', undefined],
    ['b\\*', 'b*'],
    ['b.conf a.conf', 'b.conf'],
  ])('%s', (pattern, expected) => {
    const config = `Include ${pattern.replace(/(^| )"?/g, `$&${folder}/glob/`)}\n`;
    const name = pattern === '"sp ace"' ? 'sp ace' : expected;
    const user = name === undefined ? localUser : `u${Buffer.from(name).toString('hex')}`;
    const text = pattern === '"sp ace"' ? `Include "${folder}/glob/sp ace"\n` : config;
    expect(ours(text, 'web').user).toBe(user);
    if (!hasSsh) return;
    const theirs = spawnSync('ssh', ['-G', '-F', write('config', text), 'web'], { encoding: 'utf8' });
    expect(theirs.stdout).toContain(`user ${user}\n`);
  });

  it.each([
    [
      '~root/x',
      'config:1:1: Include "~root/x" holds "~root", which is not supported. Expected a plain path, or one with ~/.',
    ],
    ['$' + '{HOME}/x', 'holds "$' + '{HOME}"'],
    ['%d/x', 'holds "%d"'],
  ])('refuses %s', (pattern, message) => {
    expect(messageOf(() => ours(`Include ${pattern}\n`, 'web'))).toContain(message);
  });
});

describe('files that others could have written', () => {
  const load = (file: string, mustBeOwn: boolean) =>
    resolveSsh(
      loadSshConfig([{ file, includeFolder: folder, mustBeOwn }], { cwd: folder, home }, localUser),
      'web',
      {},
    );

  it.each([
    [0o600, undefined],
    [0o644, undefined],
    // The group of the user alone, by its number, as Debian's ssh takes it.
    [0o664, undefined],
    [0o646, 'The file may be written by its group or by others'],
  ])('mode %o', (mode, message) => {
    const file = write('mode', 'User u\n');
    const outer = write('outer', `Include ${file}\n`);
    chmodSync(file, mode);
    for (const action of [() => load(file, true), () => load(outer, false)]) {
      if (message === undefined) expect(action().user).toBe('u');
      else expect(messageOf(action)).toContain(`65 ${file}: ${message}`);
    }
    // A file that the command line names is taken as it is, as with `ssh -F`.
    expect(load(file, false).user).toBe('u');
    // Other systems' ssh may refuse what Debian's takes.
    if (!hasSsh || mode === 0o664) return;
    const theirs = spawnSync('ssh', ['-G', '-F', outer, 'web'], { encoding: 'utf8' });
    expect(theirs.stderr.includes('Bad owner or permissions')).toBe(message !== undefined);
  });

  it.runIf(process.getuid?.() === 0)('a group that others may be in', () => {
    const file = write('shared', 'User u\n');
    chownSync(file, 0, 4711);
    chmodSync(file, 0o664);
    expect(messageOf(() => load(file, true))).toContain('The file may be written by its group');
  });

  it.runIf(process.getuid?.() === 0)('another owner', () => {
    const file = write('owned', 'User u\n');
    chownSync(file, 4711, 0);
    expect(messageOf(() => load(file, true))).toContain(`65 ${file}: The file belongs to another user`);
  });
});
