import { describe, expect, test } from 'vitest';
import { ignoreProblems, limitProblems } from '../../checks/fail2ban/limits.ts';
import { blindnessProblems, filterProblems, logProblems, sourceProblems } from '../../checks/fail2ban/sight.ts';
import { Ignorance, known, unknown } from '../../src/model/fact.ts';
import type { ConfiguredJail, Jail, JailTraces, MatchLogLevel, SshdLogging } from '../../src/model/facts/fail2ban.ts';

const NOW = 1_795_312_800;
const jail = (changes: Partial<Jail> = {}): Jail => ({
  totalFailed: 0,
  currentlyBanned: 0,
  totalBanned: 0,
  banned: [],
  source: { kind: 'files', files: ['/var/log/auth.log'] },
  maxRetry: known(5),
  findTime: known(600),
  banTime: known(600),
  banTimeGrows: known(false),
  actions: known(['nftables']),
  ignored: known([]),
  ...changes,
});
const files = (changes: Partial<ConfiguredJail> = {}): ConfiguredJail => ({
  name: 'sshd',
  source: { kind: 'files', files: [] },
  processes: 'sshd',
  maxRetry: 5,
  findTime: 600,
  banTime: 600,
  ownPatterns: false,
  ignoredByCommand: false,
  actions: [],
  ...changes,
});
const traces = (changes: Partial<JailTraces> = {}): JailTraces => ({
  logs: [],
  closedLogs: [],
  tools: [],
  startedAt: NOW - 3600,
  failures: [],
  failedBans: 0,
  ...changes,
});
const sentences = (problems: readonly { readonly because: string }[]) => problems.map(({ because }) => because);

describe('a match of the journal', () => {
  const before: SshdLogging = { unit: 'ssh.service', process: 'sshd' };
  const since: SshdLogging = { unit: 'ssh.service', process: 'sshd-session' };
  const nowhere: SshdLogging = { unit: null, process: 'sshd-session' };
  const judge = (match: string, logging: SshdLogging, totalFailed = 0) =>
    sourceProblems(
      jail({ totalFailed, source: { kind: 'journal', match } }),
      traces,
      () => logging,
      () => [],
      NOW,
    ).length;

  test.each<[string, SshdLogging, number]>([
    ['_SYSTEMD_UNIT=sshd.service + _COMM=sshd', before, 0],
    ['_SYSTEMD_UNIT=sshd.service + _COMM=sshd', since, 1],
    ['_SYSTEMD_UNIT=ssh.service + _COMM=sshd', since, 0],
    ['_COMM=sshd-session', since, 0],
    ['_COMM=sshd _COMM=sshd-session', since, 0],
    ['_SYSTEMD_UNIT=ssh.service _COMM=sshd', since, 1],
    ['_SYSTEMD_UNIT=ssh.service _COMM=sshd', before, 0],
    ['SYSLOG_IDENTIFIER=sshd', since, 1],
    ['', since, 0],
  ])('%s, for %j', (match, logging, problems) => {
    expect(judge(match, logging)).toBe(problems);
  });

  test.each(['_SYSTEMD_UNIT=ssh.service', '_EXE=/usr/sbin/sshd', '_COMM=sshd + SYSLOG_FACILITY=10'])(
    '%s cannot be told',
    (match) => {
      expect(() => judge(match, nowhere)).toThrow(Ignorance);
    },
  );

  test('needs no judging once it has shown failures', () => {
    expect(judge('_COMM=nothing', since, 1)).toBe(0);
  });
});

describe('log files', () => {
  const log = (path: string, bytes: number, modified: number) => ({ path, bytes, modified });
  const judge = (
    paths: readonly string[],
    logs: JailTraces['logs'],
    configured: readonly string[] = [],
    totalFailed = 1,
    closedLogs: readonly string[] = [],
  ) =>
    sentences(
      sourceProblems(
        jail({ totalFailed, source: { kind: 'files', files: paths } }),
        () => traces({ logs, closedLogs }),
        () => ({ unit: null, process: 'sshd' }),
        () => configured,
        NOW,
      ),
    );

  test('are fresh for five minutes after the log-in of the scan', () => {
    expect(judge(['/a'], [log('/a', 1, NOW - 300)])).toEqual([]);
    expect(judge(['/a'], [log('/a', 1, NOW - 301)])).toEqual([expect.stringContaining('nothing has written to')]);
  });

  test('need one that sshd writes', () => {
    expect(judge(['/a', '/b'], [log('/a', 0, NOW), log('/b', 1, NOW)])).toEqual([]);
    expect(judge(['/a', '/b'], [log('/a', 0, NOW), log('/b', 1, 0)])).toHaveLength(2);
    expect(judge([], [])).toEqual(['The sshd jail reads no log at all.']);
  });

  test('say nothing of sshd before a failure was counted, but for the usual ones', () => {
    const syslog = log('/var/log/syslog', 1, NOW);
    const usual = log('/var/log/auth.log', 1, NOW);
    expect(() => judge([syslog.path], [syslog], [], 0)).toThrow("whether sshd's messages go there");
    expect(judge([syslog.path], [syslog], [], 1)).toEqual([]);
    expect(judge([usual.path], [usual], [], 0)).toEqual([]);
    expect(judge([syslog.path, usual.path], [syslog, usual], [], 0)).toEqual([]);
    expect(() => judge([syslog.path, usual.path], [syslog, { ...usual, bytes: 0 }], [], 0)).toThrow(Ignorance);
    expect(judge([syslog.path], [{ ...syslog, bytes: 0 }], [], 0)).toHaveLength(1);
  });

  test('are missing where they were looked for, and unknown elsewhere', () => {
    expect(judge(['/var/log/secure'], [])).toEqual([expect.stringContaining('does not exist')]);
    expect(judge(['/srv/log'], [], ['/srv/log'])).toEqual([expect.stringContaining('does not exist')]);
    expect(() => judge(['/srv/log'], [])).toThrow(Ignorance);
  });

  test('are unknown in a folder that the login user may not search', () => {
    const [usual, own] = ['/var/log/auth.log', '/srv/log'];
    expect(() => judge([usual], [], [], 1, [usual])).toThrow('the login user may not search');
    expect(() => judge([own], [], [own], 1, [own])).toThrow('the login user may not search');
  });
});

describe('what sshd logs', () => {
  const judge = (level: string, facility: string, changes: Partial<Jail> = {}, inMatch: MatchLogLevel[] = []) =>
    sentences(logProblems(jail(changes), { level, facility, inMatch: known(inMatch) }));
  const journal = { source: { kind: 'journal', match: '_COMM=sshd' } } as const;

  test.each(['QUIET', 'FATAL', 'ERROR'])('is too little with LogLevel %s', (level) => {
    const because = `sshd logs no failed log-ins (LogLevel ${level}), so the sshd jail has nothing to count.`;
    expect(judge(level, 'AUTH')).toEqual([because]);
    expect(judge(level, 'AUTH', { totalFailed: 9 })).toEqual([because]);
    expect(judge(level, 'AUTH', journal)).toEqual([because]);
  });

  test.each(['INFO', 'VERBOSE', 'DEBUG', 'DEBUG3'])('is enough with LogLevel %s', (level) => {
    expect(judge(level, 'AUTH')).toEqual([]);
    expect(judge(level, 'AUTHPRIV')).toEqual([]);
  });

  test('is too little in a Match block', () => {
    const origin = '/etc/ssh/sshd_config line 57';
    const because = `sshd logs no failed log-ins that a Match block is about (LogLevel ERROR, ${origin}), so the sshd jail does not count them.`;
    expect(judge('INFO', 'AUTH', {}, [{ level: 'VERBOSE', origin }])).toEqual([]);
    expect(judge('INFO', 'AUTH', {}, [{ level: 'ERROR', origin }])).toEqual([because]);
    const settings = { level: 'INFO', facility: 'AUTH', inMatch: unknown('no-privilege', 'Not read.') } as const;
    expect(() => logProblems(jail({}), settings)).toThrow('Not read.');
  });

  test('goes to a file that cannot be told under another facility, until failures were counted', () => {
    expect(() => judge('INFO', 'LOCAL0')).toThrow('sshd logs as LOCAL0');
    expect(judge('INFO', 'LOCAL0', { totalFailed: 1 })).toEqual([]);
    expect(judge('INFO', 'LOCAL0', journal)).toEqual([]);
  });
});

describe('the filter', () => {
  const judge = (processes: ConfiguredJail['processes'], process: SshdLogging['process'], totalFailed = 0) =>
    filterProblems(
      jail({ totalFailed }),
      () => files({ processes }),
      () => ({ unit: null, process }),
    ).length;

  test.each([
    ['sshd', 'sshd', 0],
    ['sshd', 'sshd-session', 1],
    ['sshd-session', 'sshd', 0],
    ['sshd-session', 'sshd-session', 0],
  ] as const)('for %s, where %s logs', (processes, process, problems) => {
    expect(judge(processes, process)).toBe(problems);
  });

  test('with patterns of its own is judged by what it has counted', () => {
    const judge = (totalFailed: number) =>
      filterProblems(
        jail({ totalFailed }),
        () => files({ ownPatterns: true }),
        () => ({ unit: null, process: 'sshd' }),
      );
    expect(() => judge(0)).toThrow('patterns of its own (failregex, ignoreregex)');
    expect(judge(1)).toEqual([]);
  });

  test('that nobody knows is judged by what it has counted', () => {
    expect(() => judge('other', 'sshd')).toThrow(Ignorance);
    expect(() => judge(null, 'sshd')).toThrow(Ignorance);
    expect(judge(null, 'sshd', 1)).toBe(0);
  });
});

test('a jail is blind after twenty failures that it did not count', () => {
  const failures = (count: number, at: number) => Array(count).fill({ at, from: '203.0.113.66' });
  const judge = (jailed: Jail, changes: Partial<JailTraces>) =>
    blindnessProblems(jailed, traces(changes), files).length;
  expect(judge(jail(), { failures: failures(20, NOW) })).toBe(1);
  expect(judge(jail(), { failures: failures(19, NOW) })).toBe(0);
  expect(judge(jail(), { failures: failures(20, NOW - 3601) })).toBe(0);
  expect(judge(jail(), { failures: failures(20, NOW - 3600) })).toBe(1);
  expect(judge(jail({ totalFailed: 1 }), { failures: failures(20, NOW) })).toBe(0);
  expect(judge(jail(), { failures: failures(20, NOW), startedAt: null })).toBe(0);
});

describe('failures from whom the jail ignores', () => {
  const failures = (from: string | null) => Array(25).fill({ at: NOW, from });
  const judge = (from: string | null, ignored: readonly string[], ignoredByCommand = false) =>
    blindnessProblems(jail({ ignored: known(ignored) }), traces({ failures: failures(from) }), () =>
      files({ ignoredByCommand }),
    ).length;

  test('are not missed', () => {
    expect(judge('203.0.113.66', ['203.0.113.66'])).toBe(0);
    expect(judge('203.0.113.66', ['127.0.0.0/8', '203.0.113.0/24'])).toBe(0);
    expect(judge('2001:db8::1', ['2001:db8::/64'])).toBe(0);
    expect(judge('203.0.113.66', ['198.51.100.0/24'])).toBe(1);
    expect(judge(null, [])).toBe(1);
  });

  test.each<[string | null, readonly string[], boolean]>([
    ['203.0.113.66', ['office.example.org'], false],
    ['203.0.113.66', ['198.51.100.7/24'], false],
    [null, ['198.51.100.0/24'], false],
    ['203.0.113.66', [], true],
  ])('cannot be told: from %s, ignoring %j, by a command: %s', (from, ignored, byCommand) => {
    expect(() => judge(from, ignored, byCommand)).toThrow('came from whom it ignores');
  });
});

describe('limits', () => {
  const judge = (changes: Partial<Jail>, grows = false) =>
    limitProblems(jail({ banTimeGrows: known(grows), ...changes }), { maxRetry: 5, findTime: 600, banTime: 600 })
      .length;

  test('a short ban needs a running jail that says it grows', () => {
    const refused = unknown('no-privilege', 'sudo refused.');
    expect(() => judge({ banTime: known(60), banTimeGrows: refused })).toThrow('sudo refused.');
    expect(judge({ banTime: known(600), banTimeGrows: refused })).toBe(0);
  });

  test.each<[Partial<Jail>, boolean, number]>([
    [{}, false, 0],
    [{ maxRetry: known(6) }, false, 1],
    [{ maxRetry: known(0) }, false, 1],
    [{ maxRetry: known(1) }, false, 0],
    [{ findTime: known(599) }, false, 1],
    [{ banTime: known(599) }, false, 1],
    [{ banTime: known(-1) }, false, 0],
    [{ banTime: known(0) }, false, 1],
    [{ banTime: known(60) }, true, 0],
    [{ banTime: known(59) }, true, 1],
  ])('%j, growing %s', (changes, grows, problems) => {
    expect(judge(changes, grows)).toBe(problems);
  });
});

describe('ignored addresses', () => {
  test.each([
    ['203.0.0.0/15', 1],
    ['203.1.0.0/15', 1],
    ['192.168.0.0/15', 1],
    ['0.0.0.0/8', 1],
    ['::/0', 1],
    ['file:/etc/friends', 0],
    ['203.0.0.0/16', 0],
    ['202.0.0.0/15', 1],
    ['2001:db8::/47', 1],
    ['2001:db8::/48', 0],
    ['10.0.0.0/8', 0],
    ['8.0.0.0/6', 1],
    ['fd00::/8', 0],
    ['127.0.0.0/8', 0],
    ['0.0.0.0', 1],
    ['0.0.0.0/0', 1],
    ['::', 1],
    ['198.51.100.7', 0],
    ['bastion.example.org', 0],
  ])('%s', (entry, problems) => {
    expect(ignoreProblems(jail({ ignored: known([entry]) }), () => files())).toHaveLength(problems);
  });
});
