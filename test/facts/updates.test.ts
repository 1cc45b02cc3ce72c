// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are those of unattended-upgrades.
import { describe, expect, test } from 'vitest';
import { readLists } from '../../src/facts/updates/lists.ts';
import { readLog } from '../../src/facts/updates/log.ts';
import { pendingProbe, readPending } from '../../src/facts/updates/pending.ts';
import { readReboot } from '../../src/facts/updates/reboot.ts';
import { readSchedule } from '../../src/facts/updates/schedule.ts';
import { readSettings } from '../../src/facts/updates/settings.ts';
import { facts } from '../../src/facts/updates.ts';
import { Ignorance, read } from '../../src/model/fact.ts';
import type { PackageLists } from '../../src/model/facts/updates.ts';
import { DISTROS, type Distro, output, outputs, runSnippet, SHELLS, sample } from './recorded.ts';

/** `apt-config dump` of a recording, as the probe asks for it: two branches. */
function dump(distro: Distro, name: string): string {
  const lines = sample('updates', distro, name).split('\n');
  return lines.filter((line) => /^(APT::Periodic|Unattended-Upgrade)/.test(line)).join('\n');
}

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

describe("apt's settings", () => {
  const debian = [
    'origin=Debian,codename=${distro_codename},label=Debian',
    'origin=Debian,codename=${distro_codename},label=Debian-Security',
    'origin=Debian,codename=${distro_codename}-security,label=Debian-Security',
  ];
  const ubuntu = [
    'o=${distro_id},a=${distro_codename}',
    'o=${distro_id},a=${distro_codename}-security',
    'o=${distro_id}ESMApps,a=${distro_codename}-apps-security',
    'o=${distro_id}ESM,a=${distro_codename}-infra-security',
  ];

  test.each(DISTROS)('of %s as shipped', (distro) => {
    expect(readSettings(dump(distro, '01-apt-config-default'))).toEqual({
      periodic: true,
      refreshDays: 1,
      upgradeDays: 1,
      origins: distro.startsWith('debian') ? debian : ubuntu,
      blacklist: [],
      whitelist: [],
      days: [],
    });
  });

  test.each(DISTROS)('switched off as a whole on %s', (distro) => {
    expect(readSettings(dump(distro, '20-trap-periodic-enable-0'))).toMatchObject({ periodic: false, upgradeDays: 1 });
  });

  test.each(DISTROS)('overruled by a later file on %s', (distro) => {
    expect(readSettings(dump(distro, '21-override-by-later-file'))).toMatchObject({
      refreshDays: 1,
      upgradeDays: null,
    });
  });

  test.each(DISTROS)('in a file that apt ignores on %s', (distro) => {
    expect(readSettings(dump(distro, '22-trap-ignored-filename'))).toMatchObject({ upgradeDays: null });
  });

  test.each(DISTROS)('without origins, with a blacklist, on %s', (distro) => {
    const settings = readSettings(dump(distro, '23-fail-no-origins-blacklist'));
    expect(settings).toMatchObject({ origins: [], blacklist: ['openssl', 'linux-'] });
  });

  test.each([
    ['always', 0],
    ['2', 2],
    ['12h', 0.5],
    ['0', null],
    ['0d', null],
    ['daily', null],
  ])('reads the interval %s', (text, days) => {
    expect(readSettings(`APT::Periodic::Unattended-Upgrade "${text}";`).upgradeDays).toBe(days);
  });

  test('reads keys in any spelling, and the old form of origins', () => {
    const settings = readSettings(
      'apt::periodic::update-package-lists "7";\nUnattended-Upgrade::Allowed-Origins:: "A\\:B, Inc.:stable";\nUnattended-Upgrade::Allowed-Origins:: "Debian stable";',
    );
    expect(settings).toMatchObject({ refreshDays: 7, origins: ['o=A:B\\, Inc.,a=stable', 'o=Debian,a=stable'] });
  });

  test('are unknown in another form', () => {
    expect(() => readSettings('APT::Periodic::Enable = 1')).toThrow(Ignorance);
  });
});

describe('the schedule', () => {
  test.each(DISTROS)('of %s as shipped', (distro) => {
    const { timers } = readSchedule(sample('updates', distro, '02-timers-default'));
    expect(timers).toMatchObject([
      { name: 'apt-daily.timer', active: 'active', file: 'enabled' },
      { name: 'apt-daily-upgrade.timer', active: 'active', file: 'enabled' },
    ]);
  });

  test('knows what is masked and what is not there', () => {
    const schedule = readSchedule(
      'Id=apt-daily.timer\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\nId=apt-daily.service\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n',
    );
    expect(schedule.timers[1]).toEqual({ name: 'apt-daily-upgrade.timer', load: 'not-found', active: '', file: '' });
    expect(schedule.services[0]).toMatchObject({ load: 'masked' });
  });
});

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

describe('the log of unattended-upgrades', () => {
  const runs = (distro: Distro, name: string) => {
    const text = sample('updates', distro, name);
    return read(readLog(outputs(output('unattended-upgrades-log', text)))) ?? [];
  };

  test('of a run that installed something', () => {
    const [last, ...earlier] = runs('ubuntu2204', '30-pass-real-run-log-and-stamps');
    expect([last]).toMatchObject([
      { outcome: 'upgraded', errors: [], left: [], startedAt: Date.parse('2026-11-22T03:02:31Z') / 1000 },
    ]);
    // Before it ran for the downloads only.
    expect(earlier.map(({ outcome }) => outcome)).toEqual(['none', 'none']);
  });

  test('of a run that left everything, and touched its stamps', () => {
    const [last] = runs('debian12', '31-trap-blacklisted-run-still-touches-stamps');
    expect(last).toMatchObject({
      outcome: 'nothing-to-do',
      left: ['openssh-client', 'openssh-server', 'openssh-sftp-server'],
    });
  });

  test('of runs that failed, in another language', () => {
    const text =
      '2026-11-21 06:12:00,000 INFO Démarrage du script\n2026-11-21 06:12:01,000 INFO Tout est installé\n2026-11-22 06:12:00,000 INFO Démarrage du script\n2026-11-22 06:12:09,000 ERROR Échec de la mise à jour\nTraceback (most recent call last):\n';
    const log = read(readLog(outputs(output('unattended-upgrades-log', text))));
    expect(log).toMatchObject([{ outcome: 'failed', errors: ['Échec de la mise à jour'] }, { outcome: 'none' }]);
  });

  test('of packages with a changed configuration file, and kept back', () => {
    const text =
      '2026-11-22 06:12:00,000 INFO Starting unattended upgrades script\n2026-11-22 06:12:01,000 WARNING Package openssl has conffile prompt and needs to be upgraded manually\n2026-11-22 06:12:02,000 INFO Packages that are kept back: libc6 linux-image-amd64\n';
    expect(read(readLog(outputs(output('unattended-upgrades-log', text))))).toMatchObject([
      { outcome: 'none', left: ['openssl', 'libc6', 'linux-image-amd64'] },
    ]);
  });

  test('is absent where there is none, unknown where it may not be read', () => {
    const missing = output('unattended-upgrades-log', '', {
      exitCode: 1,
      stderr: "tail: cannot open 'x' for reading: No such file or directory",
    });
    expect(readLog(outputs(missing))).toMatchObject({ state: 'absent' });
    const denied = output('unattended-upgrades-log', '', { state: 'denied', exitCode: null });
    expect(readLog(outputs(denied))).toMatchObject({ state: 'unknown', reason: 'no-privilege' });
  });
});

describe('the reboot state', () => {
  const kernel = (release: string, build = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)') =>
    output('running-kernel', `${release}\nLinux version ${release} (builder@example.org) (gcc) ${build}\n`);
  const times = (text: string, stderr = '') => output('update-times', text, { exitCode: 1, stderr });
  const packages = output('dpkg-packages', 'ii  linux-image-6.1.0-38-amd64 6.1.147-1\n', { exitCode: 1 });
  const none = output('reboot-packages', '', { exitCode: 1 });

  test('finds the newest kernel by version, and since when it is installed', () => {
    const boot = [
      '1700000000 1700000100 /boot/vmlinuz-6.1.0-9-amd64',
      '1700000000 1700000200 /boot/vmlinuz-6.1.0-40-amd64',
      '1700000300 1700000300 /var/lib/dpkg/info/linux-image-6.1.0-40-amd64.list',
    ].join('\n');
    expect(readReboot(outputs(times(boot), kernel('6.1.0-9-amd64'), packages, none))).toEqual({
      required: null,
      running: '6.1.0-9-amd64',
      newest: { release: '6.1.0-40-amd64', since: 1_700_000_300 },
      rebuilt: null,
    });
  });

  test('finds a newer build of the running kernel', () => {
    const boot = '1700000300 1700000300 /var/lib/dpkg/info/linux-image-6.1.0-38-amd64.list';
    const state = readReboot(outputs(times(boot), kernel('6.1.0-38-amd64'), packages, none));
    expect(state.rebuilt).toEqual({ version: '6.1.147-1', since: 1_700_000_300 });
    const current = kernel('6.1.0-38-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.147-1 (2025-08-02)');
    expect(readReboot(outputs(times(boot), current, packages, none)).rebuilt).toBeNull();
  });

  test('names the packages that asked', () => {
    const asked = output('reboot-packages', 'linux-image-6.1.0-40-amd64\nlibc6\nlibc6\n<b>\n');
    const state = readReboot(
      outputs(times('1700000000 1700000000 /run/reboot-required'), kernel('6.18.44'), packages, asked),
    );
    expect(state.required).toEqual({ since: 1_700_000_000, packages: ['linux-image-6.1.0-40-amd64', 'libc6'] });
  });

  test.each([
    ['a directory that may not be searched', '', "stat: cannot statx '/boot/vmlinuz-*': Permission denied"],
    ['another form', 'yesterday /boot/vmlinuz-6', ''],
  ])('is unknown with %s', (_, text, stderr) => {
    expect(() => readReboot(outputs(times(text, stderr), kernel('6.1.0-9-amd64'), packages, none))).toThrow(Ignorance);
  });
});
