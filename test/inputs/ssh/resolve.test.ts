import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SshGiven } from '../../../src/inputs/ssh/resolve.ts';
import { CASES } from './cases.ts';
import { folder, home, ours, write } from './files.ts';

const hasSsh = spawnSync('ssh', ['-V']).status === 0;

/** What `ssh -G` says: keyword → values. */
function oracle(text: string, host: string, { user, port }: SshGiven = {}): Map<string, string[]> {
  const file = write('config', text);
  const options = [...(user === undefined ? [] : ['-l', user]), ...(port === undefined ? [] : ['-p', String(port)])];
  const result = spawnSync('ssh', ['-F', file, ...options, '-G', '--', host], { encoding: 'utf8', cwd: folder });
  if (result.status !== 0) throw new Error(result.stderr);
  const values = new Map<string, string[]>();
  for (const line of result.stdout.split('\n')) {
    const [keyword = '', ...rest] = line.split(' ');
    values.set(keyword, [...(values.get(keyword) ?? []), rest.join(' ')]);
  }
  return values;
}

function expanded(file: string): string {
  return path.resolve(folder, file.replace(/^~(?=\/)/, home));
}

write('inc/10.conf', 'Host web\n  User inner\n');
write('inc/20.conf', 'Host web db\n  Port 2203\n');
write('inc/.hidden.conf', 'User hidden\n');

describe.each(CASES)('$name', ({ config, host, given, expected }) => {
  it('resolves as the table says', () => {
    expect(ours(config, host, given)).toMatchObject(expected);
  });

  it.runIf(hasSsh)('resolves as OpenSSH does', () => {
    const mine = ours(config, host, given);
    const theirs = oracle(config, host, given);
    expect([mine.address, String(mine.port), mine.user]).toEqual(
      ['hostname', 'port', 'user'].map((keyword) => theirs.get(keyword)?.[0]),
    );
    const jump = theirs.get('proxyjump')?.[0] ?? 'none';
    expect(mine.jump.join(',')).toBe(jump === 'none' ? '' : jump);
    expect(mine.identitiesOnly).toBe(theirs.get('identitiesonly')?.[0] === 'yes');
    expect(mine.hostKeyAlias).toBe(theirs.get('hostkeyalias')?.[0]);
    if (mine.knownHostsFiles.length > 0) {
      const files = ['userknownhostsfile', 'globalknownhostsfile'].flatMap(
        (key) => theirs.get(key)?.[0]?.split(' ') ?? [],
      );
      expect(mine.knownHostsFiles).toEqual(files.map(expanded));
    }
    if (mine.identities.length > 0 && !config.includes('%r')) {
      expect(mine.identities).toEqual(theirs.get('identityfile')?.map(expanded));
    }
  });
});
