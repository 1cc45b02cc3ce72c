// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are those of unattended-upgrades.
import { describe, expect, test } from 'vitest';
import { readCalendars, readSchedule } from '../../../src/facts/updates/schedule.ts';
import { readSettings } from '../../../src/facts/updates/settings.ts';
import { Ignorance } from '../../../src/model/fact.ts';
import { DISTROS, type Distro, sample } from '../recorded.ts';

/** `apt-config dump` of a recording, as the probe asks for it: two branches. */
function dump(distro: Distro, name: string): string {
  const lines = sample('updates', distro, name).split('\n');
  return lines.filter((line) => /^(APT::Periodic|Unattended-Upgrade)/.test(line)).join('\n');
}

describe("apt's settings", () => {
  test.each([
    ['0', false],
    ['00', false],
    // The shell splits the value, and compares a number of any sign.
    ['0 ', false],
    ['\t0', false],
    ['-0', false],
    ['+00', false],
    ['1', true],
    ['0 1', true],
    // apt's script compares numbers, and goes on where it cannot.
    ['false', true],
    ['', true],
  ])('APT::Periodic::Enable "%s": %s', (value, expected) => {
    expect(readSettings(`APT::Periodic::Enable "${value}";`).periodic).toBe(expected);
  });

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
      brokenOrigins: [],
      blacklist: [],
      whitelist: [],
      days: [],
      onShutdown: false,
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

  test.each([
    ['true', true],
    ['Yes', true],
    ['2', true],
    ['false', false],
    ['0', false],
    ['off', false],
    ['', false],
    ['maybe', false],
  ])('reads the truth of "%s"', (text, expected) => {
    expect(readSettings(`Unattended-Upgrade::InstallOnShutdown "${text}";`).onShutdown).toBe(expected);
  });

  test('reads keys in any spelling, and the old form of origins', () => {
    const settings = readSettings(
      'apt::periodic::update-package-lists "7";\nUnattended-Upgrade::Allowed-Origins:: "A\\:B, Inc.:stable";\nUnattended-Upgrade::Allowed-Origins:: "Debian stable";',
    );
    expect(settings).toMatchObject({ refreshDays: 7, origins: ['o=A:B\\, Inc.,a=stable', 'o=Debian,a=stable'] });
  });

  test('take the entries of a list as unattended-upgrade does: one level deep, empty ones too', () => {
    const lines = (key: string) => [`${key} "";`, `${key}::scope "";`, `${key}::scope:: "a";`, `${key}:: "b";`];
    const keys = ['Package-Blacklist', 'Package-Whitelist', 'Update-Days', 'Origins-Pattern'];
    const text = keys.flatMap((key) => lines(`Unattended-Upgrade::${key}`)).join('\n');
    expect(readSettings(text)).toMatchObject({
      blacklist: ['', 'b'],
      whitelist: ['', 'b'],
      days: ['', 'b'],
      brokenOrigins: [{ key: 'Origins-Pattern', entry: 'b' }],
      origins: [],
    });
    expect(readSettings('Unattended-Upgrade::Allowed-Origins:: "";').brokenOrigins).toHaveLength(1);
  });

  test.each([
    ['Origins-Pattern', 'Docker:bookworm', true],
    ['Origins-Pattern', 'origin=Debian,bookworm', true],
    ['Origins-Pattern', 'origin=a=b', true],
    ['Origins-Pattern', 'origin=Debian,', true],
    ['Origins-Pattern', 'release=bookworm', true],
    ['Origins-Pattern', 'origin=Docker\\, Inc.,site=*', false],
    ['Origins-Pattern', ' o = Debian , n=bookworm ', false],
    ['Origins-Pattern', ' ', false],
    ['Origins-Pattern', 'origin=$(distro_id)', true],
    ['Origins-Pattern', 'origin=${DISTRO_ID}', true],
    ['Origins-Pattern', 'origin=$distro_ids', true],
    ['Origins-Pattern', 'origin=US$$', true],
    ['Origins-Pattern', 'origin=$distro_id,codename=${distro_codename}', false],
    ['Allowed-Origins', '${distro_id}:${distro_code}', true],
    ['Allowed-Origins', '$distro_id:${distro_codename}-security', false],
    ['Allowed-Origins', 'Debian:bookworm', false],
    ['Allowed-Origins', 'Debian bookworm', false],
    ['Allowed-Origins', 'A\\:B:bookworm', false],
    ['Allowed-Origins', 'Debian:bookworm:main', true],
    ['Allowed-Origins', 'Debian', true],
    ['Allowed-Origins', 'Debian 12 bookworm', true],
    ['Allowed-Origins', 'origin=Debian', true],
  ])('know that %s "%s" stops every run: %s', (key, value, expected) => {
    const { brokenOrigins } = readSettings(`Unattended-Upgrade::${key}:: "${value}";`);
    expect(brokenOrigins).toHaveLength(expected ? 1 : 0);
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

describe('the calendars of the timers', () => {
  const timer = (...lines: readonly string[]) => ['Id=apt-daily.timer', ...lines, ''].join('\n');
  const calendar = (text: string) => `TimersCalendar={ OnCalendar=${text} ; next_elapse=Tue 2026-12-01 06:00:00 UTC }`;

  test('are all that systemd shows', () => {
    const [first, second, ...others] = readCalendars(
      timer(
        calendar('*-*-* 06,18:00:00'),
        calendar('Mon *-*-* 00:00:00'),
        'RandomizedDelayUSec=1d 12h 30min 5s 20ms',
        'TimersMonotonic={ OnBootUSec=1h ; next_elapse=0 }',
      ),
    );
    expect(first).toEqual({
      name: 'apt-daily.timer',
      elapses: ['*-*-* 06,18:00:00', 'Mon *-*-* 00:00:00', 'OnBootUSec=1h'],
      delaySeconds: 131_405,
    });
    expect(second).toEqual({ name: 'apt-daily-upgrade.timer', elapses: [], delaySeconds: null });
    expect(others).toEqual([]);
  });

  test.each([
    ['0', 0],
    ['1h', 3600],
    ['1w 2d', 777_600],
    ['1month', 2_629_800],
    ['1y', 31_557_600],
    ['500us', 0],
    ['infinity', null],
    ['', null],
  ])('with a delay of "%s"', (text, expected) => {
    expect(readCalendars(timer(`RandomizedDelayUSec=${text}`))[0]?.delaySeconds).toBe(expected);
  });
});
