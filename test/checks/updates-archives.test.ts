import { describe, expect, test } from 'vitest';
import { newestLivingList, ownLists, securityArchiveOf } from '../../checks/updates/archives.ts';
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

describe('the newest list that would show a new fix', () => {
  const esm = archive({
    origin: 'UbuntuESM',
    distribution: 'bookworm-infra-security',
    suite: '',
    codename: '',
    date: 9,
  });
  const elts = archive({ site: 'deb.freexian.com', security: false, date: 8 });
  test('is one of the own while the release is supported', () => {
    expect(newestLivingList([archive({ date: 1 }), archive({ date: 3 }), esm, elts], os('debian', '12'), NOW)).toBe(3);
    expect(newestLivingList([archive({ date: null }), esm], os('debian', '12'), NOW)).toBeUndefined();
  });

  test('may come from what took over afterwards', () => {
    const bullseye = { ...os('debian', '11'), codename: 'bullseye' };
    expect(newestLivingList([archive({ date: 1 }), elts], bullseye, NOW)).toBe(8);
    expect(newestLivingList([archive({ date: 1 }), esm], os('ubuntu', '18.04'), NOW)).toBe(9);
  });
});
