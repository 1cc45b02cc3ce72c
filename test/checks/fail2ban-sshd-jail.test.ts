import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fail2banSshdJail } from '../../checks/fail2ban/fail2ban-sshd-jail.ts';
import type { Output } from '../../src/model/probe.ts';
import { DISTROS, sample, section } from '../facts/recorded.ts';
import { type Changes, judgeState, recordedText, verdictOf } from './states.ts';

const said = (outputs: Readonly<Record<string, Partial<Output>>>): Changes => ({ outputs });

const DENIED = { state: 'denied', exitCode: null, stdout: '' } as const;

/** The recorded files of sshd with a Match block behind them that logs nothing. */
function quietFor(criteria: string): Changes {
  const files = recordedText('bookworm/compliant', 'sshd-config');
  const lines = files.split('\n').filter((line) => line.startsWith('/etc/ssh/sshd_config:')).length;
  const block = [`Match ${criteria}`, '  LogLevel QUIET'].map(
    (line, at) => `/etc/ssh/sshd_config:${lines + at + 1}:${line}\n`,
  );
  return said({ 'sshd-config': { stdout: files + block.join('') } });
}

/** The recorded configuration as it was printed before the chains of the actions were. */
function withoutPlaces(state: string): string {
  return recordedText(state, 'fail2ban-config').replace(/^(action(\t[^\t\n]*){6})\t.*$/m, '$1');
}

describe('fail2ban-sshd-jail', () => {
  test.each<[string, string, RegExp, Changes?]>([
    [
      'bullseye/compliant',
      'pass',
      /reads \/var\/log\/auth\.log and bans for 10 minutes after 5 failures within 10 minutes, through iptables-multiport\.$/,
    ],
    ['bookworm/compliant', 'pass', /reads \/var\/log\/auth\.log/],
    ['trixie/compliant', 'pass', /reads the journal .* through nftables\.$/],
    ['bullseye/fail2ban-banned', 'pass', /./],
    ['bookworm/fail2ban-banned', 'pass', /./],
    ['trixie/fail2ban-banned', 'pass', /./],
    ['bookworm/fail2ban-permanent', 'pass', /bans for ever after 3 failures within 1 day/],
    ['bookworm/fail2ban-growing', 'pass', /bans for 1 minute after 3 failures/],
    ['bookworm/fail2ban-allports', 'pass', /through iptables-allports/],
    ['bookworm/fail2ban-ufw-banned', 'pass', /through ufw/],
    ['bookworm/fail2ban-ignored-failures', 'pass', /reads \/var\/log\/auth\.log/],

    ['bookworm/fail2ban-removed', 'fail', /^fail2ban is not installed\./],
    ['bookworm/fail2ban-stopped', 'fail', /^fail2ban is installed but not running \(inactive\), so no jail is\./],
    [
      'bookworm/fail2ban-jail-disabled',
      'fail',
      /has no jail named sshd\. The files under \/etc\/fail2ban start no jail named sshd\./,
    ],
    [
      'bookworm/fail2ban-blind-log',
      'fail',
      /which nothing has written to since 20[\d-]+, not even the log-in of this scan/,
    ],
    ['trixie/fail2ban-blind-log', 'fail', /which nothing has written to since 20/],
    [
      'bookworm/fail2ban-stale-log',
      'fail',
      /\/var\/log\/stale\.log, which is empty: not even the log-in of this scan is in it/,
    ],
    ['trixie/fail2ban-journal-elsewhere', 'fail', /which is not where ssh\.service \(sshd-session\) logs/],
    ['trixie/fail2ban-old-filter', 'fail', /does not know lines of sshd-session/],
    ['trixie/fail2ban-blind', 'fail', /23 failed log-ins since fail2ban started, and the jail has counted none/],
    ['bookworm/fail2ban-ignoreip-all', 'fail', /ignores too many addresses: 0\.0\.0\.0, ::\.$/],
    ['bookworm/fail2ban-ignore-net', 'fail', /ignores too many addresses: 203\.0\.0\.0\/8/],
    [
      'bookworm/fail2ban-no-action',
      'fail',
      /has no action.*counts 192\.0\.2\.99 as banned, and the kernel lets it connect/,
    ],
    ['trixie/fail2ban-no-action', 'fail', /has no action/],
    ['bookworm/fail2ban-mail-only', 'fail', /only reports \(sendmail\) and refuses nobody/],
    ['bookworm/fail2ban-tool-missing', 'fail', /needs ipset and firewall-cmd: not on this host/],
    ['bookworm/fail2ban-ufw-inactive', 'fail', /bans with ufw, and ufw is inactive\. .* the kernel lets it connect/],
    ['bookworm/fail2ban-wrong-port', 'fail', /sshd listens on port 22, and the sshd jail bans on port 2222 only/],
    ['trixie/fail2ban-wrong-port', 'fail', /counts 203\.0\.113\.66 as banned, and the kernel lets it connect/],
    [
      'bookworm/fail2ban-flushed',
      'fail',
      /^fail2ban counts 203\.0\.113\.66 as banned, and the kernel lets it connect to sshd\.$/,
    ],
    ['bookworm/fail2ban-weak', 'fail', /after 500 failures.*forgets failures after 1 minute.*bans for 10 seconds only/],
    ['bookworm/fail2ban-set-live', 'fail', /^The sshd jail bans after 500 failures; at most 5 are allowed\.$/],

    ['bookworm/fail2ban-chain', 'fail', /^The sshd jail bans in DOCKER-USER, where connections to sshd do not pass\.$/],
    [
      'trixie/fail2ban-hook',
      'fail',
      /^The sshd jail bans in the hook forward, where connections to sshd do not pass\.$/,
    ],
    ['bookworm/fail2ban-quiet-sshd', 'fail', /^sshd logs no failed log-ins \(LogLevel ERROR\)/],
    [
      'bookworm/fail2ban-growing-not-loaded',
      'fail',
      /^The sshd jail bans for 1 minute only; 10 minutes are required\.$/,
    ],

    ['bookworm/fail2ban-syslog', 'unknown:not-observable', /reads \/var\/log\/syslog and has counted no failure yet/],
    ['bookworm/fail2ban-facility', 'unknown:not-observable', /sshd logs as LOCAL3/],
    ['bookworm/fail2ban-closed-folder', 'unknown:unreadable', /may not read \/etc\/fail2ban\/jail\.d/],
    ['bookworm/no-sudo', 'unknown:no-privilege', /fail2ban-client status sshd/],
    ['bookworm/hang-command', 'unknown:timeout', /did not end within its time limit/],
    ['bookworm/fail2ban-other-jail', 'unknown:not-observable', /A jail "ssh-custom" reads sshd's messages/],
    ['bookworm/fail2ban-not-loaded', 'unknown:not-observable', /zz\.local was changed after fail2ban started/],
    ['bookworm/fail2ban-ignorecommand', 'unknown:not-observable', /ignorecommand/],
  ])('%s: %s', (state, verdict, because, changes) => {
    const finding = judgeState(fail2banSshdJail, state, changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test.each<[string, string, RegExp, Changes]>([
    ['a stricter limit', 'fail', /after 5 failures; at most 3 are allowed/, { params: { maxRetryAtMost: 3 } }],
    ['a longer memory', 'fail', /1 hour are required/, { params: { findTimeAtLeast: '1h' } }],
    ['a longer ban', 'fail', /bans for 10 minutes only; 1 day are required/, { params: { banTimeAtLeast: '1d' } }],
    ['a log that stopped while nobody looked', 'fail', /nothing has written to since/, { later: 3600 }],
    [
      'no right to ask for one setting',
      'unknown:no-privilege',
      /./,
      said({ 'fail2ban-ignoreip': { state: 'denied', exitCode: null } }),
    ],
    [
      'a Match block that is quiet for one account',
      'fail',
      /LogLevel QUIET, \/etc\/ssh\/sshd_config line/,
      quietFor('User root'),
    ],
    ['a Match block that is quiet for strangers', 'fail', /LogLevel QUIET/, quietFor('Address *,!10.0.0.0/8')],
    ['a Match block that is quiet for IPv6', 'fail', /LogLevel QUIET/, quietFor('Address ::/0')],
    ['a Match block that is quiet for half of IPv4', 'fail', /LogLevel QUIET/, quietFor('Address 0.0.0.0/1')],
    ['a Match block that is quiet for a network inside', 'pass', /./, quietFor('User root Address 10.9.0.0/16')],
    [
      'no sight of the files of sshd',
      'unknown:no-privilege',
      /./,
      said({ 'sshd-config': DENIED, 'sshd-config-readable': DENIED }),
    ],
    [
      'no sight of the packet filter and nobody banned',
      'pass',
      /./,
      said({ 'nft-ruleset': { state: 'denied' }, 'iptables-save': { state: 'denied' } }),
    ],
    [
      'no right to ask sshd',
      'unknown:no-privilege',
      /./,
      said({ 'sshd-effective': { state: 'denied', exitCode: null } }),
    ],
    [
      'chains that were not recorded',
      'unknown:not-observable',
      /Whether connections to sshd pass where the action "iptables-multiport" bans cannot be seen/,
      said({ 'fail2ban-config': { stdout: withoutPlaces('bookworm/compliant') } }),
    ],
    [
      'no sight of the sockets',
      'unknown:no-privilege',
      /./,
      said({ 'ssh-listeners': { state: 'denied', exitCode: null } }),
    ],
    ['no client to show the configuration', 'unknown:unreadable', /./, said({ 'fail2ban-config': { exitCode: 255 } })],
    [
      'no sudo, and no jail in the files',
      'fail',
      /start no jail named sshd/,
      said({
        'fail2ban-status': { state: 'denied', exitCode: null },
        'fail2ban-config': { stdout: "['add', 'nginx', 'auto']\n['start', 'nginx']\n" },
      }),
    ],
    [
      'failed bans in the log',
      'fail',
      /failed to carry out 2 bans/,
      said({
        'fail2ban-traces': {
          stdout: `tool iptables\nlog 100 ${Number.MAX_SAFE_INTEGER % 1e12} /var/log/auth.log\nfailed-bans 2\n`,
        },
      }),
    ],
  ])('a compliant host with %s: %s', (_, verdict, because, changes) => {
    const finding = judgeState(fail2banSshdJail, 'bookworm/compliant', changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test('a ban in a chain of the prerouting hook, as chain_hook = prerouting makes it', () => {
    const file = new URL('../captures/states/trixie/fail2ban-banned.json', import.meta.url);
    const { outputs } = JSON.parse(readFileSync(file, 'utf8')) as { outputs: readonly Output[] };
    const textOf = (name: string) => outputs.find(({ probe }) => probe === name)?.stdout ?? '';
    const banned = textOf('nft-ruleset');
    // Recorded before the jail was asked twice.
    const before = { stdout: textOf('fail2ban-status') };
    const verdict = (own: string): string => {
      const stdout = banned.replace(/("name": "f2b-chain"[^}]*"hook": )"input"/, own);
      expect(stdout).not.toBe(banned);
      return verdictOf(
        judgeState(
          fail2banSshdJail,
          'trixie/fail2ban-banned',
          said({ 'nft-ruleset': { stdout }, 'fail2ban-status-before': before }),
        ),
      );
    };
    expect(verdict('$1"prerouting"')).toBe('pass');
    expect(verdict('$1"forward"')).toBe('fail');
  });

  /** Status texts of six releases on an otherwise compliant host: each reports a healthy service. */
  test.each(DISTROS)('a ban that the kernel does not carry out fails on %s', (distro) => {
    const status = section(
      sample('fail2ban', distro, '20-trap-ruleset-flushed-after-ban'),
      /^Status for the jail: sshd$/,
      /^(?![|` ])/,
    );
    const listed = { 'fail2ban-status': { stdout: status }, 'fail2ban-status-before': { stdout: status } };
    const finding = judgeState(fail2banSshdJail, 'bookworm/compliant', said(listed));
    expect(verdictOf(finding)).toBe('fail');
    expect(finding.because).toContain(
      'fail2ban counts 198.51.100.66 as banned, and the kernel lets it connect to sshd.',
    );
  });

  /** The kernel does not know the ban of this recording; what was listed before it was read is changed. */
  test.each<[string, string, Partial<Output>]>([
    ['was banned before', 'fail', {}],
    ['was banned only then', 'pass', { stdout: recordedText('bookworm/compliant', 'fail2ban-status-before') }],
    ['a jail that was not there yet', 'pass', { exitCode: 255, stdout: "Sorry but the jail 'sshd' does not exist\n" }],
    ['nobody may say', 'unknown:no-privilege', { state: 'denied', exitCode: null }],
    ['an old recording', 'unknown:not-observable', { state: 'not-run', exitCode: null }],
  ])('a ban that the kernel does not know: %s', (_, verdict, before) => {
    const finding = judgeState(
      fail2banSshdJail,
      'bookworm/fail2ban-flushed',
      said({ 'fail2ban-status-before': before }),
    );
    expect(verdictOf(finding), finding.because).toBe(verdict);
  });
});
