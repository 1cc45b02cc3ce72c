import { describe, expect, test } from 'vitest';
import { isOver, newestOwnList, ownLists, securityArchiveOf } from '../../checks/updates/archives.ts';
import { updatesPending } from '../../checks/updates/updates-pending.ts';
import { updatesRecent } from '../../checks/updates/updates-recent.ts';
import { updatesSecurityOrigin } from '../../checks/updates/updates-security-origin.ts';
import type { Check } from '../../src/model/check.ts';
import type { Archive } from '../../src/model/facts/updates.ts';
import { type Changes, judgeState, recordedAt, recordedText, verdictOf } from './states.ts';
import { archive, DAY, NOW, os } from './updates-parts.ts';

const CHECKS = { pending: updatesPending, recent: updatesRecent, origin: updatesSecurityOrigin } as const;
const verdicts = (state: string, changes: Changes): Record<string, string> =>
  Object.fromEntries(
    Object.entries<Check>(CHECKS).map(([name, check]) => [name, verdictOf(judgeState(check, state, changes))]),
  );

describe('a trixie host whose security line still names bookworm', () => {
  // No mirror of the fleet carries another release: the names in the recorded lists are changed.
  const moved = (probe: string) =>
    recordedText('trixie/compliant', probe).replaceAll('trixie-security', 'bookworm-security');
  const outputs = { 'apt-lists': { stdout: moved('apt-lists') }, 'apt-pending': { stdout: moved('apt-pending') } };
  const anything = { 'apt-settings': { stdout: 'Unattended-Upgrade::Origins-Pattern:: "origin=*";\n' } };

  test.each([
    ['its own origins', outputs],
    ['any origin', { ...outputs, ...anything }],
  ])('with %s', (_, changed) => {
    expect(verdicts('trixie/compliant', { outputs: changed })).toEqual({
      pending: 'unknown:not-observable',
      recent: 'fail',
      origin: 'fail',
    });
    expect(judgeState(updatesRecent, 'trixie/compliant', { outputs: changed }).because).toContain(
      'no package list of trixie-security, the security archive of this release',
    );
    expect(judgeState(updatesSecurityOrigin, 'trixie/compliant', { outputs: changed }).because).toContain(
      'no package list of trixie-security',
    );
  });
});

describe('Ubuntu 22.04 with the lists of Ubuntu Pro', () => {
  // There is no Ubuntu in the fleet: what its tools print stands in place of the recorded Debian's.
  const now = recordedAt('bookworm/compliant');
  const site = 'mirror.example.org_ubuntu';
  const list = (at: string, origin: string, suite: string, days: number): string => {
    const date = new Date((now - days * DAY) * 1000).toUTCString().replace('GMT', 'UTC');
    const fields = { Origin: origin, Label: 'Ubuntu', Suite: suite, Codename: 'jammy', Date: date, Components: 'main' };
    const file = `/var/lib/apt/lists/${at}_dists_${suite}_InRelease`;
    return Object.entries(fields)
      .map(([name, value]) => `${file}:${name}: ${value}\n`)
      .join('');
  };
  const esm = list('esm.ubuntu.com_infra_ubuntu', 'UbuntuESM', 'jammy-infra-security', 1);
  const apps = list('esm.ubuntu.com_apps_ubuntu', 'UbuntuESMApps', 'jammy-apps-security', 1);
  const base = list(site, 'Ubuntu', 'jammy', 1600);
  const source = (suite: string) => `source        500 http://mirror.example.org/ubuntu ${suite}/main amd64 Packages\n`;
  const host = (...lists: readonly string[]): Changes => ({
    outputs: {
      'os-release': { stdout: 'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="22.04"\nVERSION_CODENAME=jammy\n' },
      'apt-lists': { stdout: lists.join('') },
      'apt-settings': { stdout: 'Unattended-Upgrade::Origins-Pattern:: "origin=*";\n' },
      'apt-pending': {
        stdout: `installed 600\n${['jammy', 'jammy-security', 'jammy-infra-security'].map(source).join('')}current 600\n`,
      },
    },
  });

  test.each([
    ['fresh', [list(site, 'Ubuntu', 'jammy-security', 1)], { pending: 'pass', recent: 'pass', origin: 'pass' }],
    [
      'two months old',
      [list(site, 'Ubuntu', 'jammy-security', 60)],
      { pending: 'unknown:not-observable', recent: 'fail', origin: 'pass' },
    ],
    ['missing', [], { pending: 'unknown:not-observable', recent: 'fail', origin: 'fail' }],
  ])('and its own security list %s', (_, own, expected) => {
    expect(verdicts('bookworm/compliant', host(base, esm, apps, ...own))).toEqual(expected);
  });
});

describe('Ubuntu 20.04, whose common support ended in 2025', () => {
  // Its security list was signed anew as late as October 2026, as the recorded 13-lists of Ubuntu 20.04 shows.
  const now = recordedAt('bookworm/compliant');
  const date = new Date((now - DAY) * 1000).toUTCString().replace('GMT', 'UTC');
  const list = (site: string, origin: string, suite: string): string =>
    [`Origin: ${origin}`, `Suite: ${suite}`, 'Codename: focal', `Date: ${date}`]
      .map((line) => `/var/lib/apt/lists/${site}_ubuntu_dists_${suite}_InRelease:${line}\n`)
      .join('');
  const own = list('mirror.example.org', 'Ubuntu', 'focal-security');
  const esm = list('esm.ubuntu.com_infra', 'UbuntuESM', 'focal-infra-security');
  const host = (lists: string, priority: number): Changes => ({
    outputs: {
      'os-release': { stdout: 'ID=ubuntu\nVERSION_ID="20.04"\nVERSION_CODENAME=focal\n' },
      'apt-lists': { stdout: lists },
      'apt-pending': {
        stdout: `installed 600
source        500 http://mirror.example.org/ubuntu focal-security/main amd64 Packages
source        ${priority} https://esm.ubuntu.com/infra/ubuntu focal-infra-security/main amd64 Packages
current 600
`,
      },
    },
  });

  test.each([
    ['without Ubuntu Pro', own, 510, 'unknown:not-observable'],
    ['with Ubuntu Pro', own + esm, 510, 'pass'],
    // What an older client of Ubuntu Pro sets up where nobody is attached.
    ['with the lists of Ubuntu Pro pinned away', own + esm, -32768, 'unknown:not-observable'],
  ])('%s', (_, lists, priority, expected) => {
    const finding = judgeState(updatesPending, 'bookworm/compliant', host(lists, priority));
    expect(verdictOf(finding), finding.because).toBe(expected);
    if (expected !== 'pass') expect(finding.because).toContain('the security support of this release has ended');
  });
});

test('Debian ELTS is to be among the origins, and what it has is pending', () => {
  const lists = `${recordedText('bullseye/compliant', 'apt-lists')}${[
    'Origin: Freexian',
    'Suite: bullseye-lts',
    'Codename: bullseye-lts',
    'Date: Sat, 21 Nov 2026 10:00:00 UTC',
  ]
    .map((line) => `/var/lib/apt/lists/deb.freexian.com_extended-lts_dists_bullseye-lts_InRelease:${line}\n`)
    .join('')}`;
  const text = recordedText('bullseye/compliant', 'apt-pending');
  const outputs = {
    'apt-lists': { stdout: lists },
    'apt-pending': {
      stdout: `${text}openssl:
  Installed: 1
  Candidate: 2
  Version table:
     2 500
        500 http://deb.freexian.com/extended-lts bullseye-lts/main amd64 Packages
 *** 1 100
`.replace('  Installed: 1\n  Candidate: 2\n  Version table:\n', ''),
    },
  };
  expect(judgeState(updatesSecurityOrigin, 'bullseye/compliant', { outputs }).because).toMatch(
    /leaves out bullseye-lts\.$/,
  );
  expect(judgeState(updatesPending, 'bullseye/compliant', { outputs }).because).toContain('openssl 1 (2 is available)');
});

test.each([
  [os('debian', '12'), 'bookworm-security'],
  [{ ...os('debian', '10'), codename: 'buster' }, 'buster/updates'],
  [{ ...os('debian', ''), codename: 'forky' }, 'forky-security'],
  [os('ubuntu', '22.04'), 'jammy-security'],
  [os('raspbian', '12', ['debian']), undefined],
])('the security archive of %j is %s', (system, expected) => {
  expect(securityArchiveOf(system)).toBe(expected);
});

test('a release without a codename has no archive that can be told', () => {
  expect(() => securityArchiveOf({ ...os('debian', '12'), codename: '' })).toThrow('does not say the codename');
});

const plain = { distribution: '', suite: '', codename: '', label: '' };
test.each<[string, Partial<Archive>, boolean]>([
  ['by the name in sources.list', { ...plain, distribution: 'bookworm-security' }, true],
  ['by its suite', { ...plain, suite: 'bookworm-security' }, true],
  ['through oldstable-security', { ...plain, distribution: 'oldstable-security', codename: 'bookworm-security' }, true],
  ['by its label', { ...plain, label: 'Debian-Security', codename: 'bookworm' }, true],
  ['of another release', { ...plain, distribution: 'bullseye-security', codename: 'bullseye-security' }, false],
  ['that is no security archive', { security: false }, false],
])('an own list %s: %s', (_, changes, expected) => {
  expect(ownLists([archive(changes)], os('debian', '12'))).toHaveLength(expected ? 1 : 0);
});

test('every security list counts where the archive is not known', () => {
  expect(ownLists([archive(), archive({ security: false })], os('raspbian', '12', ['debian']))).toHaveLength(1);
});

test('the newest list that would show a new fix is one of the own', () => {
  const esm = archive({
    origin: 'UbuntuESM',
    distribution: 'bookworm-infra-security',
    suite: '',
    codename: '',
    date: 9,
  });
  expect(newestOwnList([archive({ date: 1 }), archive({ date: 3 }), esm], os('debian', '12'), NOW)).toBe(3);
  expect(newestOwnList([archive({ date: null }), esm], os('debian', '12'), NOW)).toBeUndefined();
});

test.each([
  [os('debian', '12'), false],
  [os('debian', '11'), true],
  [os('ubuntu', '22.10'), true],
  [os('ubuntu', ''), false],
])('the support of %j is over: %s', (system, expected) => {
  expect(isOver(system, NOW)).toBe(expected);
});
