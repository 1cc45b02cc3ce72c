import { describe, expect, test } from 'vitest';
import { updatesPending } from '../../checks/updates/updates-pending.ts';
import { updatesRecent } from '../../checks/updates/updates-recent.ts';
import type { Output } from '../../src/model/probe.ts';
import { sample } from '../facts/recorded.ts';
import { type Changes, judgeState, recordedAt, recordedText, verdictOf } from './states.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const said = (outputs: Readonly<Record<string, Partial<Output>>>): Changes => ({ outputs });
const NO_LOG = { 'unattended-upgrades-log': { state: 'denied', exitCode: null } } as const;
const EMPTY_LOG = { 'unattended-upgrades-log': { stdout: '' } } as const;

/** A list that the archive published after the last run: the mirror of the fleet has one list only. */
const REFRESHED = {
  'apt-lists': {
    stdout: recordedText('bookworm/uu-pending', 'apt-lists').replace(
      /(bookworm-security_InRelease:Date:).*/,
      `$1 ${new Date((recordedAt('bookworm/uu-pending') - 60) * 1000).toUTCString().replace('GMT', 'UTC')}`,
    ),
  },
};

/** The log of trap 31, which names packages that a host with a pending openssh did not get. */
const blacklisted = sample('updates', 'debian12', '31-trap-blacklisted-run-still-touches-stamps');

describe('updates-recent', () => {
  test.each<[string, string, RegExp, Changes?]>([
    [
      'bookworm/compliant',
      'pass',
      /^The last run of unattended-upgrades was .* ago, left nothing undone and had fresh lists\.$/,
    ],
    ['trixie/compliant', 'pass', /left nothing undone/],
    // Its archive has ended and does not change any more; os-supported fails.
    ['bullseye/compliant', 'pass', /left nothing undone/],
    // Who may not read the log sees that nothing is pending.
    ['bookworm/no-sudo', 'pass', /left nothing undone/],
    ['bookworm/compliant', 'pass', /./, said(EMPTY_LOG)],
    ['bookworm/locale-fr', 'pass', /./],
    // The package was put back after the run.
    ['bookworm/uu-pending', 'pass', /./],

    // A run on a day that is not its own ends well, and apt touches its stamp.
    ['bookworm/uu-skipped-days', 'fail', /^The last run of unattended-upgrades was 3 days ago\.$/],
    ['bookworm/uu-removed', 'fail', /^unattended-upgrades is not installed\.$/],
    [
      'bookworm/uu-stamps-failed',
      'fail',
      /^The last run of unattended-upgrades failed: Installing the upgrades failed\.$/,
    ],
    ['trixie/uu-stamps-failed', 'fail', /failed: Installing the upgrades failed/],
    ['bookworm/uu-empty-lists', 'fail', /no package list of bookworm-security/],
    ['bookworm/compliant', 'fail', /The last run of unattended-upgrades was 3 days ago/, { later: 3 * DAY }],
    [
      'bookworm/compliant',
      'fail',
      /list of bookworm-security was valid until|security list is of/,
      { later: 9 * DAY, params: { maxAge: '30d' } },
    ],
    ['bookworm/uu-pending', 'fail', /did not install \S+ \S+ \(\S+ is available\)/, said(EMPTY_LOG)],
    ['bookworm/uu-pending', 'fail', /did not install \S+ \S+ \(\S+ is available\)/, said(NO_LOG)],

    ['trixie/uu-young', 'unknown:not-observable', /shows no end of its last run/],
    // Refreshed by hand after the run, which cannot have known.
    ['bookworm/uu-pending', 'unknown:no-privilege', /unattended-upgrades\.log/, said({ ...NO_LOG, ...REFRESHED })],
    ['trixie/uu-young', 'unknown:no-privilege', /unattended-upgrades\.log/, said(NO_LOG)],
    ['bookworm/compliant', 'unknown:not-observable', /clock is 10 minutes ahead/, { clockOffsetSeconds: 600 }],
    [
      'bookworm/compliant',
      'unknown:tool-missing',
      /update-times/,
      said({ 'update-times': { state: 'missing', exitCode: null } }),
    ],
  ])('%s: %s', (state, verdict, because, changes) => {
    const finding = judgeState(updatesRecent, state, changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test.each([
    ['bookworm/compliant', EMPTY_LOG],
    ['bookworm/compliant', {}],
  ])('a stamp of a time that lies ahead, on %s with %j', (state, log) => {
    const ahead = recordedAt(state) + 300 * DAY;
    const stdout = recordedText(state, 'update-times').replace(
      /^\d+ \d+ (.*unattended-upgrades-stamp)$/m,
      `${ahead} ${ahead} $1`,
    );
    const outputs = { ...log, 'update-times': { stdout, exitCode: 1 } };
    const finding = judgeState(updatesRecent, state, said(outputs));
    expect(verdictOf(finding), finding.because).toBe('unknown:not-observable');
    expect(finding.because).toMatch(
      /stamp of the last run of unattended-upgrades is of \S+, ahead of the host's clock/,
    );
  });

  test.each([
    ['an old host', 40 * DAY, 'fail', /never come to the end of a run/],
    ['a host of an hour', HOUR, 'unknown:not-observable', /has not run its updates yet/],
  ])('stamps of everything but the run itself, on %s: %s', (_, age, verdict, because) => {
    // As trap 32 leaves them: refreshing failed, and touched its stamps. apt touches its own of the run always.
    const now = recordedAt('bookworm/compliant');
    const stamps = ['update-stamp', 'download-upgradeable-stamp', 'upgrade-stamp'].map(
      (name) => `${now} ${now} /var/lib/apt/periodic/${name}`,
    );
    const stdout = [...stamps, `${now - age} ${now - age} /etc/machine-id`].join('\n');
    const finding = judgeState(updatesRecent, 'bookworm/compliant', said({ 'update-times': { stdout, exitCode: 1 } }));
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test('a run that left out a pending package because of the blacklist fails, although its stamps are fresh', () => {
    const pending = judgeState(updatesPending, 'bookworm/uu-pending').because;
    const name = /install them: (\S+) /.exec(pending)?.[1] ?? '';
    expect(name).not.toBe('');
    const day = new Date(recordedAt('bookworm/uu-pending') * 1000).toISOString().slice(0, 10);
    const stdout = blacklisted.replaceAll('2026-11-22', day).replaceAll('openssh-server', name);
    const finding = judgeState(updatesRecent, 'bookworm/uu-pending', said({ 'unattended-upgrades-log': { stdout } }));
    expect(verdictOf(finding), finding.because).toBe('fail');
    expect(finding.because).toContain(`left out ${name} `);
  });
});
