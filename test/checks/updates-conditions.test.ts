import { describe, expect, test } from 'vitest';
import { describePending, isDebian, requireClock } from '../../checks/updates/apt.ts';
import { calendarProblems } from '../../checks/updates/calendars.ts';
import { blacklisted, exclusionProblems as exclusionsOf } from '../../checks/updates/exclusions.ts';
import { extendedSources } from '../../checks/updates/extended.ts';
import { settingsProblems } from '../../checks/updates/schedule.ts';
import { cannotTell, Ignorance } from '../../src/model/fact.ts';
import type { Archive, PendingPackage, UpdateSettings } from '../../src/model/facts/updates.ts';
import { describeAge } from '../../src/model/units.ts';
import { archive, DAY, NOW, os, pending, scope, settings } from './updates-parts.ts';

describe('what the sentences say', () => {
  test.each([
    [0, '0 seconds'],
    [119, '119 seconds'],
    [120, '2 minutes'],
    [7199, '119 minutes'],
    [7200, '2 hours'],
    [172_799, '47 hours'],
    [172_800, '2 days'],
  ])('%d is %s', (seconds, text) => {
    expect(describeAge(seconds)).toBe(text);
  });

  test('names five packages and counts the rest', () => {
    expect(describePending([pending()])).toBe('openssl 1 (2 is available)');
    expect(describePending(Array<PendingPackage>(5).fill(pending()))).not.toContain('more');
    expect(describePending(Array<PendingPackage>(7).fill(pending()))).toMatch(
      /, openssl 1 \(2 is available\) and 2 more$/,
    );
  });
});

test.each([
  [os('debian', '12'), true],
  [os('ubuntu', '24.04'), true],
  [os('raspbian', '12', ['debian']), true],
  [os('rocky', '9.4', ['rhel', 'centos']), false],
])('apt rules on %j: %s', (system, expected) => {
  expect(isDebian(system)).toBe(expected);
});

test.each([
  [null, undefined],
  [300, undefined],
  [-300, undefined],
  [301, '5 minutes ahead'],
  [-301, '5 minutes behind'],
])('a clock that is %s seconds off', (clockOffsetSeconds, complaint) => {
  const check = () => requireClock({ ...scope, clockOffsetSeconds });
  if (complaint === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(complaint);
});

describe('an extended archive', () => {
  const esm = archive({
    site: 'esm.ubuntu.com',
    origin: 'UbuntuESM',
    label: 'UbuntuESM',
    suite: 'focal-infra-security',
    distribution: 'focal-infra-security',
  });
  test.each<[string, Archive, string | undefined]>([
    ['of Ubuntu Pro', esm, 'esm.ubuntu.com (focal-infra-security)'],
    ['of Ubuntu Pro under another suite', { ...esm, suite: 'x' }, 'esm.ubuntu.com (focal-infra-security)'],
    ['without a distribution', { ...esm, distribution: '' }, 'esm.ubuntu.com (focal-infra-security)'],
    ['for applications only', { ...esm, suite: 'focal-apps-security', distribution: 'focal-apps-security' }, undefined],
    [
      'of Debian ELTS',
      archive({ site: 'deb.freexian.com', distribution: 'bullseye-lts', origin: 'x', label: 'x' }),
      'deb.freexian.com (bullseye-lts)',
    ],
    [
      'of Debian ELTS through a mirror',
      archive({ origin: 'Freexian', label: 'x' }),
      'mirror.example.org (bookworm-security)',
    ],
    ['that is none', archive(), undefined],
    ['that is seven days old', { ...esm, date: NOW - 7 * DAY }, 'esm.ubuntu.com (focal-infra-security)'],
    ['that is older', { ...esm, date: NOW - 7 * DAY - 1 }, undefined],
    ['without a date', { ...esm, date: null }, undefined],
    ['of a date that lies ahead', { ...esm, date: NOW + 301 }, undefined],
  ])('%s', (_, one, expected) => {
    expect(extendedSources([archive(), one], () => [], NOW).map(({ name }) => name)).toEqual(
      expected === undefined ? [] : [expected],
    );
  });
});

test('of several extended archives the one that apt prefers comes first', () => {
  const source = (distribution: string) => archive({ site: 'deb.freexian.com', distribution });
  const preference = (distribution: string, priority: number) => ({ site: 'deb.freexian.com', distribution, priority });
  const found = extendedSources(
    [source('a'), source('b'), source('c')],
    () => [preference('b', 500), preference('c', 510), preference('c', -1), { ...preference('a', 900), site: 'x' }],
    NOW,
  );
  expect(found.map(({ name, priority }) => [name, priority])).toEqual([
    ['deb.freexian.com (c)', 510],
    ['deb.freexian.com (b)', 500],
    ['deb.freexian.com (a)', undefined],
  ]);
});

describe('exclusions', () => {
  test.each([
    ['openssl', 'openssl', true],
    ['openssl$', 'openssl-tools', false],
    ['ssl', 'openssl', false],
    ['lib.*', 'libc6', true],
    ['(?P<kernel>linux)-', 'linux-image-amd64', true],
    ['\\Alinux-image-(?!rt)', 'linux-image-amd64', true],
    ['libc6\\Z', 'libc6', true],
    ['libc6\\Z', 'libc6-dev', false],
    // An empty entry covers everything.
    ['', 'libc6', true],
  ])('%s covers %s: %s', (pattern, name, expected) => {
    expect(blacklisted(name, settings({ blacklist: ['docker', pattern] }))).toBe(expected);
  });

  test.each(['(?i)LIB', '(?<=l)ib', 'l{,2}ib', '[]l]ib', '[^]l]ib', 'lib\\i', '(?#of C)libc6', '\\x6cibc6', '*'])(
    '%s means another thing to Python, or none',
    (pattern) => {
      expect(() => blacklisted('libc6', settings({ blacklist: [pattern] }))).toThrow(/cannot read the package pattern/);
    },
  );

  const exclusionProblems = (of: UpdateSettings, ...kernels: readonly string[]) => exclusionsOf(of, () => kernels);

  test('are wrong when they touch the kernels that are installed', () => {
    const judge = (...blacklist: readonly string[]) =>
      exclusionProblems(settings({ blacklist }), '6.1.0-40-amd64').map(({ because }) => because);
    expect(judge('linux-image-6')).toEqual([
      'Unattended-Upgrade::Package-Blacklist keeps updates from linux-image-6.1.0-40-amd64.',
    ]);
    expect(judge('linux-image-[0-9]')).toHaveLength(1);
    expect(judge('linux-image-5', 'docker')).toEqual([]);
  });

  test('do not ask for kernels where there are none', () => {
    const never = () => cannotTell('timeout', 'No kernels.');
    expect(exclusionsOf(settings(), never)).toEqual([]);
    expect(() => exclusionsOf(settings({ blacklist: ['docker'] }), never)).toThrow('No kernels.');
    expect(exclusionsOf(settings({ blacklist: ['openssl'] }), never)).toHaveLength(1);
  });

  test('are wrong when they touch what every server needs', () => {
    expect(exclusionProblems(settings({ blacklist: ['docker-ce'], whitelist: ['.*'] }))).toEqual([]);
    expect(exclusionProblems(settings({ blacklist: ['.*'] }))).toHaveLength(1);
    expect(exclusionProblems(settings({ whitelist: ['lib', 'linux', 'nginx', 'open', 'su', 'sys'] }))).toEqual([]);
    expect(exclusionProblems(settings({ whitelist: ['lib'] }))).toHaveLength(1);
  });
});

test.each<[Partial<UpdateSettings>, number]>([
  [{}, 0],
  [{ refreshDays: 2, upgradeDays: 0 }, 0],
  [{ refreshDays: 3 }, 1],
  [{ refreshDays: null, upgradeDays: null, periodic: false }, 3],
  [{ days: ['Sunday', 'Never'] }, 0],
  [{ days: ['6'] }, 0],
  [{ onShutdown: true }, 1],
  [{ days: ['Sun'] }, 0],
  [{ days: ['7'] }, 1],
  [{ days: ['sunday', 'tues'] }, 1],
  [{ days: ['SAT'] }, 1],
  [{ days: ['Mo', 'Mondays'] }, 1],
])('settings %j have %d problems', (changes, problems) => {
  expect(settingsProblems(settings(changes))).toHaveLength(problems);
});

describe('a timer', () => {
  const judge = (elapses: readonly string[], delaySeconds: number | null = 3600) =>
    calendarProblems([{ name: 'apt-daily.timer', elapses, delaySeconds }]).map(({ because }) => because);

  test.each([
    [['*-*-* 06,18:00:00']],
    [['*-*-* *:00:00']],
    [['*-*-* 06:00:00 Europe/Paris']],
    [['*-*-01/2 06:00:00']],
    [['*-*-01..31 06:00:00']],
    [['Mon,Wed,Fri,Sun *-*-* 06:00:00']],
    [['Sun,Mon,Tue..Sat *-*-* 06:00:00']],
    // Whatever else starts it, this alone is enough.
    [['*-*-01 00:00:00', '*-*-* 06:00:00']],
  ])('with %j runs often enough', (calendars) => {
    expect(judge(calendars)).toEqual([]);
  });

  test.each([
    ['*-*-01 00:00:00', 'runs only every 31 days'],
    ['*-01-01 00:00:00', 'runs only every 31 days'],
    ['*-*-01,15 00:00:00', 'runs only every 17 days'],
    ['*-*-01/3 00:00:00', 'runs only every 3 days'],
    ['Mon *-*-* 00:00:00', 'runs only every 7 days'],
    ['Mon..Fri *-*-* 06:00:00', 'runs only every 3 days'],
    ['2027-*-01 06:00:00', 'runs only every 31 days'],
  ])('with %s does not', (calendar, because) => {
    expect(judge([calendar])).toEqual([expect.stringContaining(because)]);
  });

  test.each<[readonly string[]]>([
    [[]],
    [['2027-*-* 06:00:00']],
    [['*-02-* 06:00:00']],
    [['*-*~01 06:00:00']],
    [['Sat *-*-01/2 06:00:00', 'Sun *-*-* 06:00:00']],
    [['Mon *-*-* 06:00:00', 'Wed,Fri,Sun *-*-* 06:00:00']],
    [['*-*-01 00:00:00', 'OnUnitActiveUSec=1d']],
  ])('with %j may or may not', (calendars) => {
    expect(() => judge(calendars)).toThrow('how often apt-daily.timer');
  });

  test('that is delayed by days is late', () => {
    expect(judge(['*-*-* 06:00:00'], 2 * DAY)).toEqual([]);
    expect(judge(['*-*-* 06:00:00'], 2 * DAY + 1)).toEqual([expect.stringContaining('up to 2 days late')]);
    expect(() => judge(['*-*-* 06:00:00'], null)).toThrow(Ignorance);
  });
});
