import { describe, expect, test } from 'vitest';
import { updatesPending } from '../../checks/updates/updates-pending.ts';
import type { Output } from '../../src/model/probe.ts';
import { type Changes, judgeState, recordedAt, recordedText, verdictOf } from './states.ts';

const DAY = 86_400;
const said = (outputs: Readonly<Record<string, Partial<Output>>>): Changes => ({ outputs });

/** A list that the archive published after the last run: the mirror of the fleet has one list only. */
function refreshed(state: string): Changes {
  const date = new Date((recordedAt(state) - 60) * 1000).toUTCString().replace('GMT', 'UTC');
  const lists = recordedText(state, 'apt-lists').replace(/(bookworm-security_InRelease:Date:).*/, `$1 ${date}`);
  return said({ 'apt-lists': { stdout: lists } });
}

/** As Ubuntu's 15update-stamp leaves it after a refresh by hand; the fleet has Debian only. */
function stamped(state: string): Changes {
  const at = recordedAt(state) - 60;
  const stdout = `${recordedText(state, 'update-times')}${at} ${at} /var/lib/apt/periodic/update-success-stamp\n`;
  return said({ 'update-times': { stdout } });
}

describe('updates-pending', () => {
  test.each<[string, string, RegExp, Changes?]>([
    ['bookworm/compliant', 'pass', /^None of the \d+ installed packages has a security update pending\.$/],
    ['trixie/compliant', 'pass', /^None of the/],
    ['bookworm/no-sudo', 'pass', /^None of the/],
    ['bookworm/locale-fr', 'pass', /^None of the/],
    // Nobody needs unattended-upgrades where nothing is pending.
    ['bookworm/uu-removed', 'pass', /^None of the/],
    // Not yet seen by a run, and the server's file is of today.
    ['trixie/uu-young', 'pass', /^Security updates are pending, all of them younger than 7d: zlib1g/],

    [
      'bookworm/uu-pending',
      'fail',
      /knew of security updates and did not install them: \S+ \S+ \(\S+ is available\)\./,
    ],
    ['trixie/uu-stamps-failed', 'fail', /knew of security updates and did not install them: zlib1g/],
    ['bullseye/uu-pending', 'fail', /pending for more than 7 days: distro-info-data/],
    ['bookworm/uu-held', 'fail', /^On hold, with a security update pending: libexpat1/],
    ['bookworm/uu-pinned', 'fail', /^Pinned away in the preferences of apt/],
    ['bookworm/uu-blacklisted', 'fail', /^On the blacklist of unattended-upgrades/],
    ['bookworm/uu-unseen', 'fail', /no automatic run took place for 2 days/, { later: 2 * DAY }],
    [
      'bookworm/uu-unseen',
      'fail',
      /are pending and unattended-upgrades is not installed/,
      said({ 'dpkg-packages': { stdout: '' } }),
    ],
    ['trixie/uu-young', 'fail', /pending for more than 24 hours: zlib1g/, { later: 3 * DAY, params: { maxAge: '1d' } }],

    // The timer of a healthy host drifts past 24 hours.
    ['bookworm/uu-unseen', 'unknown:not-observable', /for how long is not recorded/, { later: DAY + 3600 }],
    // Refreshed by hand after the run: apt's timer touches no stamp then.
    ['bookworm/uu-pending', 'unknown:not-observable', /for how long is not recorded/, refreshed('bookworm/uu-pending')],

    // Where update-notifier stamps every refresh, Ubuntu's hook tells of it.
    ['bookworm/uu-pending', 'unknown:not-observable', /for how long is not recorded/, stamped('bookworm/uu-pending')],

    // "0 pending" from an archive that nobody fills any more, or from lists that nobody refreshes.
    [
      'bullseye/compliant',
      'unknown:not-observable',
      /^New fixes cannot show: the security support of this release has ended\.$/,
    ],
    ['bookworm/compliant', 'unknown:not-observable', /what was published since is not known/, { later: 9 * DAY }],
    ['bookworm/uu-empty-lists', 'unknown:not-observable', /No package list of a security archive/],
    ['bookworm/uu-unseen', 'unknown:not-observable', /for how long is not recorded: libexpat1/],
    [
      'bookworm/compliant',
      'unknown:unparseable',
      /did not say for every installed package/,
      said({ 'apt-pending': { stdout: 'installed 206\ncurrent 205\n' } }),
    ],
    [
      'bookworm/compliant',
      'unknown:unreadable',
      /"apt-pending" ended with exit code 127/,
      said({ 'apt-pending': { exitCode: 127, stdout: '' } }),
    ],
    [
      'bookworm/compliant',
      'unknown:truncated',
      /cut off/,
      said({ 'apt-pending': { state: 'truncated', exitCode: null } }),
    ],
    ['bookworm/compliant', 'unknown:not-observable', /clock is 2 hours behind/, { clockOffsetSeconds: -7200 }],
  ])('%s: %s', (state, verdict, because, changes) => {
    const finding = judgeState(updatesPending, state, changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });
});
