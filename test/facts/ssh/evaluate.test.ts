import { describe, expect, test } from 'vitest';
import { outputsOf } from '../../../src/facts/outputs.ts';
import { readConfig } from '../../../src/facts/ssh/config.ts';
import { STRANGER } from '../../../src/facts/ssh/contexts.ts';
import { disagreement, globalDecisions, matchDecisions } from '../../../src/facts/ssh/evaluate.ts';
import { readConfigFiles } from '../../../src/facts/ssh/files.ts';
import { contextsFor } from '../../../src/facts/ssh/login-contexts.ts';
import { isLegacy, readEffective, settingsOf } from '../../../src/facts/ssh/settings.ts';
import type { Output } from '../../../src/model/probe.ts';
import { captureOf } from '../../checks/recorded.ts';
import { DISTRIBUTIONS, numbered, sample } from './samples.ts';

const MAIN = '/etc/ssh/sshd_config';

function output(probe: string, stdout: string, stderr = '', exitCode = 0): Output {
  const argv = ['/usr/bin/grep'];
  const sizes = { stdoutBytes: stdout.length, stderrBytes: stderr.length, redactions: 0 };
  return { probe, state: 'ran', argv, uid: 0, exitCode, startedAt: 0, ms: 0, stdout, stderr, ...sizes };
}

function config(files: Readonly<Record<string, string>>, stderr = '') {
  const text = Object.entries(files)
    .map(([path, content]) => numbered(path, content))
    .join('');
  return readConfig(
    readConfigFiles(outputsOf(captureOf({ now: 0, outputs: [output('sshd-config', text, stderr)] }), () => '')),
  );
}

const login = (over: object) => ({ ...STRANGER, ...over });

describe('the shipped configuration, read as sshd reads it', () => {
  test.each(DISTRIBUTIONS)('%s', (name) => {
    const effective = readEffective(sample(`${name}/02-sshd-T-default`));
    const files = config({ [MAIN]: sample(`${name}/01-config-default`) });
    expect(disagreement(files, STRANGER, effective)).toBeUndefined();
    expect(isLegacy(effective)).toBe(name === 'debian11' || name === 'ubuntu2004');
    expect(settingsOf(effective)).toEqual({
      passwordAuthentication: true,
      kbdInteractiveAuthentication: false,
      pubkeyAuthentication: true,
      hostbasedAuthentication: false,
      gssapiAuthentication: false,
      permitEmptyPasswords: false,
      permitRootLogin: 'prohibit-password',
      authenticationMethods: ['any'],
    });
  });

  test('a difference is told', () => {
    const effective = readEffective(sample('debian12/02-sshd-T-default'));
    const files = config({ [MAIN]: `PasswordAuthentication no\n${sample('debian12/01-config-default')}` });
    expect(disagreement(files, STRANGER, effective)).toBe(
      '"sshd -T" says passwordauthentication yes, but /etc/ssh/sshd_config line 1 makes it no',
    );
  });
});

describe('settings as sshd prints them', () => {
  test.each([
    ['no', 'no'],
    ['yes', 'yes'],
    ['prohibit-password', 'prohibit-password'],
    ['without-password', 'prohibit-password'],
    ['forced-commands-only', 'forced-commands-only'],
  ] as const)('PermitRootLogin %s', (name, expected) => {
    const text = sample('debian12/02-sshd-T-default').replace(
      /^permitrootlogin .*\n/m,
      sample(`debian12/16-permitrootlogin-${name}`),
    );
    expect(settingsOf(readEffective(text)).permitRootLogin).toBe(expected);
  });

  test('a value that is neither yes nor no is no value', () => {
    const text = sample('debian12/02-sshd-T-default').replace(
      'passwordauthentication yes',
      'passwordauthentication maybe',
    );
    expect(() => settingsOf(readEffective(text))).toThrow('neither yes nor no');
    expect(() => readEffective('')).toThrow('printed no settings');
  });
});

describe('keyboard-interactive, before and after OpenSSH 8.7', () => {
  test.each([
    ['KbdInteractiveAuthentication no', true, 'yes', 'debian11/15-alias-KbdInteractiveAuthentication'],
    ['ChallengeResponseAuthentication no', true, 'no', 'debian11/15-alias-ChallengeResponseAuthentication'],
    ['KbdInteractiveAuthentication no', true, 'yes', 'ubuntu2004/15-alias-KbdInteractiveAuthentication'],
    ['ChallengeResponseAuthentication no', true, 'no', 'ubuntu2004/15-alias-ChallengeResponseAuthentication'],
    ['KbdInteractiveAuthentication no', false, 'no', 'debian12/15-alias-KbdInteractiveAuthentication'],
    ['ChallengeResponseAuthentication no', false, 'no', 'debian12/15-alias-ChallengeResponseAuthentication'],
  ])('%s (older: %s) is %s, as in %s', (line, legacy, expected, name) => {
    const said = /^kbdinteractiveauthentication (\w+)$/m.exec(sample(name))?.[1];
    expect(said).toBe(expected);
    const decided = globalDecisions(config({ [MAIN]: line }).entries, legacy);
    expect(decided.get('kbdinteractiveauthentication')?.value).toBe(expected);
  });
});

describe('what a log-in gets', () => {
  const files = {
    [MAIN]: [
      'Include /etc/ssh/sshd_config.d/*.conf',
      'PasswordAuthentication no',
      'PasswordAuthentication yes',
      'Match User deploy,"ops"',
      '  PasswordAuthentication yes',
      'Match Address 10.0.0.0/8,!10.0.0.9',
      '  PasswordAuthentication no',
      '  AuthenticationMethods publickey',
      '  Include sshd_config.d/sub/*',
      'match group=sftp host *.example.org',
      '  KBDINTERACTIVEAUTHENTICATION = "yes" # comment',
    ].join('\n'),
    '/etc/ssh/sshd_config.d/50-b.conf': 'PermitRootLogin yes',
    '/etc/ssh/sshd_config.d/10-a.conf': 'Match LocalPort 2222\n  PermitRootLogin no',
    '/etc/ssh/sshd_config.d/.hidden.conf': 'PermitRootLogin forced-commands-only',
    '/etc/ssh/sshd_config.d/readme.txt': 'PermitRootLogin no',
    '/etc/ssh/sshd_config.d/sub/x': 'GSSAPIAuthentication yes\nMatch User ops\n  PermitEmptyPasswords yes',
  };
  const whole = config(files);

  test('S/Key, which old versions have forgotten and new ones take for another name', () => {
    const { entries } = config({ [MAIN]: 'SkeyAuthentication no\nChallengeResponseAuthentication yes' });
    const kbdOf = (legacy: boolean) => globalDecisions(entries, legacy).get('kbdinteractiveauthentication');
    expect(kbdOf(true)).toEqual({ value: 'yes', origin: `${MAIN} line 2` });
    expect(kbdOf(false)).toEqual({ value: 'no', origin: `${MAIN} line 1` });
  });

  test('everybody: first value wins, drop-ins in order, Match ends with its file', () => {
    const decided = globalDecisions(whole.entries, false);
    expect(decided.get('passwordauthentication')).toEqual({ value: 'no', origin: `${MAIN} line 2` });
    expect(decided.get('permitrootlogin')).toEqual({ value: 'yes', origin: '/etc/ssh/sshd_config.d/50-b.conf line 1' });
    expect(decided.has('gssapiauthentication')).toBe(false);
    expect(whole.blocks).toHaveLength(5);
  });

  test.each([
    [{ user: 'deploy' }, 'passwordauthentication', 'yes'],
    [{ user: 'ops' }, 'passwordauthentication', 'yes'],
    // The first block that matches wins.
    [{ user: 'deploy', addr: '10.1.1.1' }, 'passwordauthentication', 'yes'],
    [{ addr: '10.1.1.1' }, 'passwordauthentication', 'no'],
    [{ addr: '10.0.0.9' }, 'passwordauthentication', undefined],
    [{ addr: '10.1.1.1' }, 'authenticationmethods', 'publickey'],
    [{ addr: '10.1.1.1' }, 'gssapiauthentication', 'yes'],
    [{ addr: '192.0.2.1' }, 'gssapiauthentication', undefined],
    [{ groups: ['sftp'], host: 'a.EXAMPLE.org' }, 'kbdinteractiveauthentication', 'yes'],
    [{ groups: ['sftp'] }, 'kbdinteractiveauthentication', undefined],
    // A Match in a file that is included under a Match: both must hold.
    [{ user: 'ops', addr: '10.1.1.1' }, 'permitemptypasswords', 'yes'],
    [{ user: 'ops' }, 'permitemptypasswords', undefined],
    [{ lport: '2222' }, 'permitrootlogin', 'no'],
  ] as const)('%j: %s %s', (over, keyword, expected) => {
    expect(matchDecisions(whole, login(over), false).get(keyword)?.value).toBe(expected);
  });
});

describe('what cannot be read is not read', () => {
  test.each([
    ['Match Version OpenSSH_9*', 'uses the criterion "version"'],
    ['Match User', 'uses the criterion "user"'],
    ['Match Address 10.0.0.1/8', 'has an address list that could not be read'],
    ['PasswordAuthentication "no', 'has a quote that is not closed'],
    ['Match', 'could not be read'],
  ])('%s', (line, message) => {
    expect(() => config({ [MAIN]: line })).toThrow(message);
  });

  test('no main file, trouble that cannot be understood, lines that jump', () => {
    expect(() => config({})).toThrow('/etc/ssh/sshd_config could not be read');
    expect(() => config({ [MAIN]: 'Port 22' }, 'grep: out of memory\n')).toThrow('met trouble');
    const jump = output('sshd-config', `${MAIN}:1:Port 22\n${MAIN}:3:Port 23\n`);
    expect(() => readConfigFiles(outputsOf(captureOf({ now: 0, outputs: [jump] }), () => ''))).toThrow(
      'could not be read line by line',
    );
  });

  test.each([
    ['/usr/bin/grep: /etc/ssh/sshd_config.d/50-cloud-init.conf: Permission denied\n', 1],
    ['grep: /etc/ssh/sshd_config.d: Permission denied\n', 1],
    ['grep: /etc/ssh/sshd_config.d: No such file or directory\n', 0],
    ['sudo: unable to resolve host web-1: Name or service not known\n', 0],
    ['grep: /etc/ssh/sshd_config.d/readme.txt: Permission denied\n', 0],
  ])('%s leaves %i unread', (stderr, unread) => {
    expect(config({ [MAIN]: 'Include sshd_config.d/*.conf' }, stderr).unread).toHaveLength(unread);
  });

  test.each([
    '/etc/ssh/more',
    '/usr/etc/ssh/*.conf',
    '../ssh/x',
    '/etc/ssh/sshd_config.d/{a,b}.conf',
    '/etc/ssh/*/x.conf',
  ])('Include %s points elsewhere', (glob) => {
    expect(config({ [MAIN]: `Include ${glob}` }).unread).toHaveLength(1);
  });

  test('a loop ends', () => {
    const loop = { [MAIN]: 'Include sshd_config.d/a', '/etc/ssh/sshd_config.d/a': 'Include sshd_config.d/a' };
    expect(() => config(loop)).toThrow('deeper than 16');
  });
});

describe('a hostile configuration costs little and ends in ignorance or in a finding', () => {
  test.each([
    ['patterns of many stars', `Match User ${'*a'.repeat(5000)}b\nPasswordAuthentication yes`, undefined],
    ['many blocks', 'Match User a\nPasswordAuthentication yes\n'.repeat(300), 'more Match blocks or patterns'],
    ['long lists', `Match User ${'a,'.repeat(3000)}b`, 'more Match blocks or patterns'],
    ['many includes', 'Include sshd_config.d/*\n'.repeat(2000), 'Include reads more than 1000 files'],
  ])('%s', (_name, text, message) => {
    const files = { [MAIN]: text, '/etc/ssh/sshd_config.d/a': 'Port 22' };
    const started = performance.now();
    if (message === undefined) {
      const decided = matchDecisions(config(files), login({ user: 'a'.repeat(10_000) }), false);
      expect(decided.size).toBe(0);
    } else {
      expect(() => config(files)).toThrow(message);
    }
    // Backtracking would take minutes.
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test('root is everybody with the uid 0', () => {
  const effective = readEffective(sample('debian12/02-sshd-T-default'));
  const match = 'Match User toor\n  PermitRootLogin yes\nMatch Address 10.0.0.0/8\n  PermitRootLogin no\n';
  const files = config({ [MAIN]: `${sample('debian12/01-config-default')}${match}` });
  const account = (name: string, uid: number) => ({ name, uid, gid: 0, home: '/root', shell: '/bin/sh' });
  const accounts = [account('root', 0), account('toor', 0), account('alice', 1000)];
  const { root } = contextsFor(effective, files, { accounts, groups: [] }, []);
  expect(root.map(({ criteria, who, settings }) => [criteria, who, settings.permitRootLogin])).toEqual([
    [undefined, 'root', 'prohibit-password'],
    ['addr=10.0.0.7', 'root from 10.0.0.7', 'no'],
    ['user=toor', 'toor (uid 0)', 'yes'],
  ]);
});
