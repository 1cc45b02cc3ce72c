import { describe, expect, test } from 'vitest';
import { ignoreProblems, limitProblems } from '../../checks/fail2ban/limits.ts';
import { blindnessProblems, filterProblems, sourceProblems } from '../../checks/fail2ban/sight.ts';
import { Ignorance, known } from '../../src/model/fact.ts';
import type { ConfiguredJail, Jail, JailTraces, SshdLogging } from '../../src/model/facts/fail2ban.ts';

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
  banTimeGrows: false,
  ignoredByCommand: false,
  actions: [],
  ...changes,
});
const traces = (changes: Partial<JailTraces> = {}): JailTraces => ({
  logs: [],
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
  const judge = (paths: readonly string[], logs: JailTraces['logs'], configured: readonly string[] = []) =>
    sentences(
      sourceProblems(
        jail({ source: { kind: 'files', files: paths } }),
        () => traces({ logs }),
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

  test('are missing where they were looked for, and unknown elsewhere', () => {
    expect(judge(['/var/log/secure'], [])).toEqual([expect.stringContaining('does not exist')]);
    expect(judge(['/srv/log'], [], ['/srv/log'])).toEqual([expect.stringContaining('does not exist')]);
    expect(() => judge(['/srv/log'], [])).toThrow(Ignorance);
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

  test('that nobody knows is judged by what it has counted', () => {
    expect(() => judge('other', 'sshd')).toThrow(Ignorance);
    expect(() => judge(null, 'sshd')).toThrow(Ignorance);
    expect(judge(null, 'sshd', 1)).toBe(0);
  });
});

test('a jail is blind after twenty failures that it did not count', () => {
  const failures = (count: number, at: number): readonly number[] => Array<number>(count).fill(at);
  const judge = (jailed: Jail, changes: Partial<JailTraces>) => blindnessProblems(jailed, traces(changes)).length;
  expect(judge(jail(), { failures: failures(20, NOW) })).toBe(1);
  expect(judge(jail(), { failures: failures(19, NOW) })).toBe(0);
  expect(judge(jail(), { failures: failures(20, NOW - 3601) })).toBe(0);
  expect(judge(jail(), { failures: failures(20, NOW - 3600) })).toBe(1);
  expect(judge(jail({ totalFailed: 1 }), { failures: failures(20, NOW) })).toBe(0);
  expect(judge(jail(), { failures: failures(20, NOW), startedAt: null })).toBe(0);
});

describe('limits', () => {
  const judge = (changes: Partial<Jail>, grows = false) =>
    limitProblems(jail(changes), { maxRetry: 5, findTime: 600, banTime: 600 }, () => files({ banTimeGrows: grows }))
      .length;

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
