import { describe, expect, test } from 'vitest';
import { updatesAutomatic } from '../../checks/updates/updates-automatic.ts';
import { DISTROS, sample } from '../facts/recorded.ts';
import { type Changes, judgeState, recordedText, verdictOf } from './states.ts';

/** As apt 2.6 warns; its exit code is 0. */
const UNREADABLE = 'W: Unable to read /etc/apt/apt.conf.d/99off - open (13: Permission denied)\n';
const settings = (text: string): Changes => ({ outputs: { 'apt-settings': { stdout: text } } });
const ON = 'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n';

/** The recorded units with one thing changed. Words of a unit come in an order of systemd's own; the first of a kind counts. */
function units([from, to]: readonly [string | RegExp, string]): Changes {
  const recorded = recordedText('bookworm/compliant', 'apt-timers');
  const changed = recorded.replace(from, to);
  expect(changed).not.toBe(recorded);
  return { outputs: { 'apt-timers': { stdout: changed } } };
}

/** The timers of a recording, with the services that the recording does not show. */
function timers(name: string): Changes {
  const recorded = sample('updates', 'debian12', name);
  const [first = '', second = ''] = ['apt-daily.timer', 'apt-daily-upgrade.timer'].map((unit) => {
    const [, , file = 'enabled', active = 'active'] = new RegExp(`^(${unit}) (\\S+) (\\S+)$`, 'm').exec(recorded) ?? [];
    return `Id=${unit}\nLoadState=loaded\nActiveState=${active}\nUnitFileState=${file}\n`;
  });
  return {
    outputs: {
      'apt-timers': { stdout: [first, second, service('apt-daily'), service('apt-daily-upgrade')].join('\n') },
    },
  };
}

function service(name: string, load = 'loaded'): string {
  return `Id=${name}.service\nLoadState=${load}\nActiveState=inactive\nUnitFileState=static\n`;
}

describe('updates-automatic', () => {
  test.each<[string, string, RegExp, Changes?]>([
    ['bullseye/compliant', 'pass', /^unattended-upgrades is installed/],
    [
      'bookworm/compliant',
      'unknown:no-privilege',
      /^The login user may not read \/etc\/apt\/apt\.conf\.d\/99off, so what apt is told there is not known\.$/,
      { outputs: { 'apt-settings': { stderr: UNREADABLE } } },
    ],
    ['bookworm/compliant', 'pass', /^unattended-upgrades is installed/],
    ['trixie/compliant', 'pass', /^unattended-upgrades is installed/],
    ['bookworm/no-sudo', 'pass', /^unattended-upgrades is installed/],
    ['bookworm/locale-fr', 'pass', /^unattended-upgrades is installed/],
    [
      'bookworm/compliant',
      'pass',
      /install updates on Sat \(Update-Days\)\.$/,
      settings(`${ON}Unattended-Upgrade::Update-Days:: "Sat";`),
    ],
    [
      'bookworm/uu-timers-monthly',
      'fail',
      /^apt-daily\.timer runs only every 31 days, by OnCalendar=\*-\*-01 00:00:00\. apt-daily-upgrade\.timer runs/,
    ],
    ['bookworm/uu-skipped-days', 'fail', /names no day of the week as unattended-upgrade spells them: sunday, tues/],
    [
      'bookworm/compliant',
      'fail',
      /^Unattended-Upgrade::InstallOnShutdown is on: the daily run installs nothing/,
      settings(`${ON}Unattended-Upgrade::InstallOnShutdown "true";`),
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /apt-timer-calendars was not asked for in this run/,
      { outputs: { 'apt-timer-calendars': { state: 'not-run', exitCode: null } } },
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /cannot tell how often apt-daily\.timer runs/,
      { outputs: { 'apt-timer-calendars': { stdout: '' } } },
    ],
    [
      'bookworm/compliant',
      'fail',
      /^apt-daily-upgrade\.service runs \/bin\/true, not \/usr\/lib\/apt\/apt\.systemd\.daily install\.$/,
      units(['argv[]=/usr/lib/apt/apt.systemd.daily install', 'argv[]=/bin/true']),
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /cannot tell what apt-daily\.service does: it runs \/usr\/local\/sbin\/apt-refresh\.$/,
      units(['argv[]=/usr/lib/apt/apt.systemd.daily update', 'argv[]=/usr/local/sbin/apt-refresh']),
    ],
    [
      'bookworm/compliant',
      'fail',
      /^apt-daily\.timer starts true\.service, not apt-daily\.service\.$/,
      units(['Unit=apt-daily.service', 'Unit=true.service']),
    ],
    [
      'bookworm/compliant',
      'fail',
      /^apt-daily\.timer may run up to 30 days late, by AccuracySec\.$/,
      units(['AccuracyUSec=1min', 'AccuracyUSec=1month']),
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /How late apt's timers may run/,
      units(['AccuracyUSec=1min', 'AccuracyUSec=infinity']),
    ],
    [
      'bookworm/compliant',
      'fail',
      /^apt-daily\.service was not started when it was due: a condition of its unit did not hold\.$/,
      units([/ConditionTimestamp=\n/, 'ConditionTimestamp=Tue 2026-12-01 05:32:09 UTC\n']),
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /apt-daily\.service runs only where \/usr\/bin\/on-duty lets it\.$/,
      units([
        /Id=apt-daily\.service\n/,
        '$&ExecCondition={ path=/usr/bin/on-duty ; argv[]=/usr/bin/on-duty ; ignore_errors=no ; start_time=[n/a] }\n',
      ]),
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /What apt-daily\.timer starts was not asked for in this run\.$/,
      units([/^(Unit|AccuracyUSec)=.*\n/gm, '']),
    ],
    ['bookworm/uu-removed', 'fail', /^unattended-upgrades is not installed\.$/],
    ['bookworm/uu-periodic-0', 'fail', /apt never installs updates: APT::Periodic::Unattended-Upgrade is missing, 0/],
    [
      'bookworm/uu-timers-masked',
      'fail',
      /apt-daily\.timer is masked and inactive\. apt-daily-upgrade\.timer is masked/,
    ],
    [
      'bookworm/compliant',
      'fail',
      /apt-daily-upgrade\.timer is disabled and inactive/,
      timers('24-fail-timer-disabled'),
    ],
    [
      'bookworm/compliant',
      'fail',
      /refreshes the package lists only every 7 days/,
      settings(`${ON}APT::Periodic::Update-Package-Lists "7";`),
    ],
    [
      'bookworm/compliant',
      'fail',
      /names no day of the week as unattended-upgrade spells them: Never/,
      settings(`${ON}Unattended-Upgrade::Update-Days:: "Never";`),
    ],
    [
      'bookworm/compliant',
      'fail',
      /apt-daily-upgrade\.service, which the timer starts, is masked/,
      {
        outputs: {
          'apt-timers': {
            stdout: `Id=apt-daily.timer\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\nId=apt-daily-upgrade.timer\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\n${service('apt-daily')}\n${service('apt-daily-upgrade', 'masked')}`,
          },
        },
      },
    ],
    [
      'bookworm/compliant',
      'unknown:tool-missing',
      /no dpkg/,
      { outputs: { 'dpkg-packages': { state: 'missing', exitCode: null } } },
    ],
    [
      'bookworm/compliant',
      'unknown:tool-missing',
      /apt-settings/,
      { outputs: { 'apt-settings': { state: 'missing', exitCode: null } } },
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /does not know how Rocky Linux 9\.4 installs/,
      {
        outputs: {
          'os-release': {
            stdout: 'ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"\n',
          },
        },
      },
    ],
  ])('%s: %s', (state, verdict, because, changes) => {
    const finding = judgeState(updatesAutomatic, state, changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test.each(DISTROS)('what looks switched on and is not fails with the settings of %s', (distro) => {
    const dump = (name: string): Changes =>
      settings(
        sample('updates', distro, name)
          .split('\n')
          .filter((line) => /^(APT::Periodic|Unattended)/.test(line))
          .join('\n'),
      );
    expect(verdictOf(judgeState(updatesAutomatic, 'bookworm/compliant', dump('01-apt-config-default')))).toBe('pass');
    for (const [name, because] of [
      ['20-trap-periodic-enable-0', 'APT::Periodic::Enable is "0"'],
      ['21-override-by-later-file', 'apt never installs updates'],
      ['22-trap-ignored-filename', 'apt never installs updates'],
    ] as const) {
      const finding = judgeState(updatesAutomatic, 'bookworm/compliant', dump(name));
      expect(verdictOf(finding), name).toBe('fail');
      expect(finding.because).toContain(because);
    }
  });
});
