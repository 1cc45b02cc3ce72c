import { describe, expect, test } from 'vitest';
import { readLists } from '../../../src/facts/updates/lists.ts';
import { pendingProbe, readPending } from '../../../src/facts/updates/pending.ts';
import { facts } from '../../../src/facts/updates.ts';
import { Ignorance } from '../../../src/model/fact.ts';
import type { PackageLists } from '../../../src/model/facts/updates.ts';
import { type Distro, output, outputs, runSnippet, SHELLS, sample } from '../recorded.ts';

/** The heads of the lists as `grep -H` prints them. */
function lists(distro: Distro): PackageLists {
  let file = '';
  const lines = sample('updates', distro, '13-lists')
    .split('\n')
    .flatMap((line) => {
      file = /^== (\S+)$/.exec(line)?.[1] ?? file;
      return file !== '' && /^(Origin|Label|Suite|Codename|Date|Valid-Until):/.test(line) ? [`${file}:${line}`] : [];
    });
  return readLists(lines.join('\n'));
}

describe('the package lists', () => {
  test.each<[Distro, string, string, string | null]>([
    ['debian11', 'bullseye-security', '2026-09-12T09:27:08Z', null],
    ['debian12', 'bookworm-security', '2026-11-20T00:12:41Z', '2026-11-27T00:12:41Z'],
    ['debian13', 'trixie-security', '2026-11-20T00:12:42Z', '2026-11-27T00:12:42Z'],
    ['ubuntu2004', 'focal-security', '2026-10-29T23:45:42Z', null],
    ['ubuntu2204', 'jammy-security', '2026-11-20T01:31:16Z', null],
    ['ubuntu2404', 'noble-security', '2026-11-20T15:31:16Z', null],
  ])('of %s', (distro, distribution, date, validUntil) => {
    const { archives } = lists(distro);
    expect(archives).toHaveLength(3);
    expect(archives.filter(({ security }) => security)).toMatchObject([
      {
        site: 'mirror.example.org',
        distribution,
        date: Date.parse(date) / 1000,
        validUntil: validUntil === null ? null : Date.parse(validUntil) / 1000,
      },
    ]);
  });

  test('are none where the glob matched nothing', () => {
    const none = output('apt-lists', '', {
      exitCode: 2,
      stderr: 'grep: /var/lib/apt/lists/*Release: No such file or directory\n',
    });
    expect(facts.packageLists.derive(outputs(none))).toEqual({ state: 'known', value: { archives: [] } });
  });

  test('are unknown where one may not be read', () => {
    const denied = output('apt-lists', '', {
      exitCode: 2,
      stderr: 'grep: /var/lib/apt/lists/a_Release: Permission denied\n',
    });
    expect(() => facts.packageLists.derive(outputs(denied))).toThrow('could not be read');
  });

  test.each([
    ['Fri, 02 Jan 2026  1:31:16 UTC', '2026-01-02T01:31:16Z'],
    ['Thu, 31 Dec 2026 23:59:59 GMT', '2026-12-31T23:59:59Z'],
    ['Fri, 02 Foo 2026 01:31:16 UTC', null],
    ['2026-01-02', null],
  ])('are of %s', (text, expected) => {
    const [archive] = readLists(`/var/lib/apt/lists/x_dists_stable_InRelease:Date: ${text}`).archives;
    expect(archive?.date).toBe(expected === null ? null : Date.parse(expected) / 1000);
  });

  test('believe only the head of a list', () => {
    const file = '/var/lib/apt/lists/x_dists_stable_InRelease';
    const [archive] = readLists(
      `${file}:Date: Fri, 20 Nov 2026 00:00:00 UTC\n${file}:Date: Sat, 21 Nov 2026 00:00:00 UTC`,
    ).archives;
    expect(archive?.date).toBe(Date.parse('2026-11-20T00:00:00Z') / 1000);
  });
});

/** The tables of a recording through the probe's own snippet. */
function pendingText(
  distro: Distro,
  name: string,
  shell = 'sh',
  states: Readonly<Record<string, string>> = {},
): string {
  const recorded = sample('updates', distro, name).split('\n');
  const start = recorded.findIndex((line, at) => /^\S+:$/.test(line) && recorded[at + 1]?.startsWith('  Installed:'));
  const tables = recorded.slice(start).filter((line) => /^(\S+:$| {2}| \*\*\*)/.test(line));
  const names = tables.flatMap((line) => (line.startsWith(' ') ? [] : [line.slice(0, -1)]));
  return runSnippet(pendingProbe.snippet ?? '', shell, {
    'dpkg-query': names.map((one) => `${states[one] ?? 'install'} installed ${one}\n`).join(''),
    'apt-cache': `${tables.join('\n')}\n`,
  });
}

describe('pending updates', () => {
  test.each<[Distro, readonly string[], number]>([
    ['debian11', ['openssl'], 0],
    ['debian12', ['openssl'], 3],
    ['debian13', ['openssl'], 0],
    ['ubuntu2004', ['openssl'], 0],
    ['ubuntu2204', ['openssl'], 0],
    ['ubuntu2404', ['openssh-sftp-server', 'openssh-server', 'openssh-client', 'openssl'], 0],
  ])('on %s, in every shell', (distro, names, others) => {
    const texts = SHELLS.map((shell) => pendingText(distro, '10-pending', shell));
    expect(new Set(texts).size).toBe(1);
    const pending = readPending(outputs(output('apt-pending', texts[0] ?? '')), lists(distro));
    expect(pending.security.map(({ name }) => name)).toEqual(names);
    expect(pending).toMatchObject({ others, compared: names.length + others, priorities: [500] });
  });

  test('has the priority of each archive', () => {
    const text = ['installed 1', 'source 990 http://a.example:8080/debian stable/main amd64 Packages']
      .concat('source -1 file:/srv/mirror debian-security/main amd64 Packages', 'current 1')
      .join('\n');
    const security = { ...lists('debian12').archives[0], security: true, distribution: 'debian-security', date: 1 };
    const { preferences } = readPending(outputs(output('apt-pending', text)), { archives: [security] } as PackageLists);
    expect(preferences).toEqual([
      { site: 'a.example:8080', distribution: 'stable', priority: 990 },
      { site: '', distribution: 'debian-security', priority: -1 },
    ]);
  });

  test('sees the security version that a point release has overtaken', () => {
    const text = pendingText('debian12', '16-trap-security-version-superseded');
    const { security } = readPending(outputs(output('apt-pending', text)), lists('debian12'));
    expect(security).toEqual([
      {
        name: 'openssh-server',
        installed: '1:9.2p1-2+deb12u7',
        fixed: '1:9.2p1-2+deb12u9',
        held: false,
        pinned: false,
        uploadedAt: null,
        downloadedAt: null,
      },
    ]);
  });

  test('knows what is on hold', () => {
    const text = pendingText('debian12', '10-pending', 'sh', { openssl: 'hold' });
    expect(text).toContain('hold openssl\n');
    expect(readPending(outputs(output('apt-pending', text)), lists('debian12')).security).toMatchObject([
      { held: true },
    ]);
  });

  test('keeps the credentials of an archive on the host', () => {
    const tables =
      'zlib1g:\n  Installed: 1\n  Candidate: 1\n  Version table:\n *** 1 500\n        500 https://bearer:t0ken@mirror.example.org/ubuntu noble-security/main amd64 Packages\n';
    const text = runSnippet(pendingProbe.snippet ?? '', 'sh', {
      'dpkg-query': 'install installed zlib1g\n',
      'apt-cache': tables,
    });
    expect(text).toContain('https://mirror.example.org/ubuntu');
    expect(text).not.toContain('t0ken');
  });

  test('reads pins, phases and downloads', () => {
    const text = [
      'installed 2',
      'libc6:',
      '     2.39-0ubuntu8.9 500 (phased 20%)',
      '        500 http://mirror.example.org/ubuntu noble-security/main amd64 Packages',
      ' *** 2.39-0ubuntu8 500',
      'curl:',
      '     1:8.5 -1',
      '        500 http://mirror.example.org/ubuntu noble-security/main amd64 Packages',
      ' *** 8.4 500',
      'source        500 http://mirror.example.org/ubuntu noble-security/main amd64 Packages',
      'current 2',
      'archive 1795200000 1795300000 /var/cache/apt/archives/curl_1%3a8.5_amd64.deb',
    ].join('\n');
    const { security } = readPending(outputs(output('apt-pending', text)), lists('ubuntu2404'));
    expect(security).toMatchObject([
      { name: 'libc6', pinned: false, downloadedAt: null },
      { name: 'curl', pinned: true, uploadedAt: 1_795_200_000, downloadedAt: 1_795_300_000 },
    ]);
  });

  test.each([
    [-1, true],
    [99, true],
    // As archives have it that are "NotAutomatic" and "ButAutomaticUpgrades".
    [100, false],
  ])('a version of priority %i is pinned away: %s', (priority, expected) => {
    const text = [
      'installed 1',
      'curl:',
      `     8.5 ${priority}`,
      '        500 http://mirror.example.org/ubuntu noble-security/main amd64 Packages',
      ' *** 8.4 500',
      'source        500 http://mirror.example.org/ubuntu noble-security/main amd64 Packages',
      'current 1',
    ].join('\n');
    const { security } = readPending(outputs(output('apt-pending', text)), lists('ubuntu2404'));
    expect(security.map(({ pinned }) => pinned)).toEqual([expected]);
  });

  test.each([
    ['no lists', { archives: [] }, 'installed 1\ncurrent 1', 'No package list of a security archive'],
    ['a table too few', undefined, 'installed 2\ncurrent 1', 'did not say for every installed package'],
    ['nothing installed', undefined, 'installed 0\ncurrent 0', 'did not say for every installed package'],
    ['no version of a security archive', undefined, 'installed 1\ncurrent 1', 'No installed package has a version'],
  ])('are unknown with %s', (_, archives, text, message) => {
    const ask = () => readPending(outputs(output('apt-pending', text)), archives ?? lists('debian12'));
    expect(ask).toThrow(Ignorance);
    expect(ask).toThrow(message);
  });
});
