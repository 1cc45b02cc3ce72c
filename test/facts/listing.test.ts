import { expect, test } from 'vitest';
import { parted, peopleOf, readListing } from '../../src/facts/secrets/listing.ts';
import { readSecretFiles } from '../../src/facts/secrets/read.ts';
import { recordedHosts } from '../checks/hosts.ts';
import { output, outputs } from './recorded.ts';

const recorded = [...recordedHosts().values()]
  .flatMap(({ outputs }) => outputs.filter(({ probe, state }) => probe === 'secret-files' && state === 'ran'))
  .map(({ stdout }) => stdout);

test.each([
  ['', '', ''],
  ['closed /home/a\n', 'closed /home/a\n', ''],
  ['closed /srv\nroot /home/a/www\nkey /etc/a.key', 'root /home/a/www\n', 'closed /srv\nkey /etc/a.key'],
  ['root /home/a/home/b', 'root /home/a/home/b', ''],
  ['closed /home\nclosed /root', '', 'closed /home\nclosed /root'],
])('parts %j', (text, homes, others) => {
  expect(parted(text)).toEqual({ homes, others });
});

test('both parts together say what the whole says', () => {
  expect(recorded.length).toBeGreaterThan(30);
  let below = 0;
  for (const text of recorded) {
    const { homes, others } = parted(text);
    const [own, common, whole] = [homes, others, text].map(readListing);
    expect([...(own?.rows ?? []), ...(common?.rows ?? [])].sort()).toEqual([...(whole?.rows ?? [])].sort());
    expect([...(own?.closed ?? []), ...(common?.closed ?? [])].sort()).toEqual([...(whole?.closed ?? [])].sort());
    for (const path of common?.rows.keys() ?? []) expect(path).not.toContain('/home/');
    below += own?.rows.size ?? 0;
  }
  expect(below).toBeGreaterThan(0);
});

test('accounts and groups that no row is about are left out, members of the others are not', () => {
  const listing = readListing(
    '-rw-r----- 1 0 42 1000 Nov 22 02:43 /etc/shadow\n-rw-r----- 1 0 1500 9 Nov 22 02:43 /srv/.env\n',
  );
  const account = (name: string, uid: number, gid: number) => ({ name, uid, gid, home: '/', shell: '/bin/sh' });
  const directory = {
    accounts: [
      account('root', 0, 0),
      account('alice', 1000, 1000),
      account('carol', 1001, 1500),
      account('dave', 1002, 1002),
    ],
    groups: [
      { name: 'shadow', gid: 42, members: [] },
      { name: 'web', gid: 1500, members: ['alice'] },
      { name: 'alice', gid: 1000, members: [] },
    ],
  };
  expect(peopleOf(listing, directory)).toEqual({
    accounts: directory.accounts.slice(0, 3),
    groups: [directory.groups[0], directory.groups[1]],
  });
});

test('a line that poses as a directory of the other part makes nothing look safer', () => {
  // The third one claims that nobody may pass /srv, and is taken for one about a home.
  const listing = [
    'drwxr-xr-x 2 0 0 100 Nov 22 02:43 /etc',
    'drwxr-xr-x 3 0 0 100 Nov 22 02:43 /srv',
    'drwx------ 3 0 0 100 Nov /home/ 02:43 /srv',
    'drwxr-xr-x 3 0 0 100 Nov 22 02:43 /srv/home',
    'drwxr-xr-x 3 0 0 100 Nov 22 02:43 /srv/home/app',
    '-rw-r--r-- 1 0 0 100 Nov 22 02:43 /srv/home/app/.env',
  ].join('\n');
  const nobody = [output('passwd-entries', 'root:x:0:0::/root:/bin/sh\n'), output('group-entries', 'root:x:0:\n')];
  const fact = readSecretFiles(outputs(output('secret-files', listing), ...nobody));
  expect(fact).toMatchObject({ value: { files: [{ path: '/srv/home/app/.env', readableBy: 'everyone' }] } });
});
