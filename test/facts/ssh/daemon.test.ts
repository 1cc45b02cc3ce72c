import { describe, expect, test } from 'vitest';
import { outputsOf } from '../../../src/facts/outputs.ts';
import { readDaemon } from '../../../src/facts/ssh/daemon.ts';
import type { Output } from '../../../src/model/probe.ts';
import { captureOf } from '../../checks/recorded.ts';
import { DISTRIBUTIONS, sample } from './samples.ts';

function output(probe: string, stdout: string, exitCode = 0): Output {
  const sizes = { stdoutBytes: stdout.length, stderrBytes: 0, redactions: 0 };
  return { probe, state: 'ran', argv: [probe], uid: 0, exitCode, startedAt: 0, ms: 0, stdout, stderr: '', ...sizes };
}

const FILES = `1795310000 1795310000 regular file:/etc/ssh/sshd_config
1795310000 1795310000 directory:/etc/ssh/sshd_config.d
`;

interface Parts {
  readonly units: string;
  readonly listeners: string;
  readonly processes: string;
  readonly files?: string;
  readonly defaults?: string;
  /** The files that sshd read. */
  readonly read?: readonly string[];
}

function daemon({ units, listeners, processes, files = FILES, defaults = 'SSHD_OPTS=\n', read = [] }: Parts) {
  const outputs = [
    output('ssh-units', units),
    output('ssh-listeners', listeners),
    output('ssh-processes', processes),
    output('sshd-files', files),
    output('sshd-defaults', defaults),
  ];
  return readDaemon(
    outputsOf(captureOf({ now: 0, outputs }), () => ''),
    read,
  );
}

/** The recorded `systemctl show`, `ss` and `ps` of one file, told apart. */
function parts(name: string): Parts {
  const lines = sample(name).split('\n');
  const listeners = lines.filter((line) => line.startsWith('LISTEN'));
  const processes = lines.flatMap((line) => {
    const match = /^ *(\d+) +\d+ .* \d{4} (sshd: .*)$/.exec(line);
    return match === null ? [] : [`${match[1]} sshd ${match[2]} `];
  });
  const units = sample(name)
    .replace(/^[\s\S]*?unit files listed\.\n/, '')
    .replace(/^LISTEN[\s\S]*/m, '');
  // systemd prints this one under the same name; the recordings asked for the other.
  const changed = units.replaceAll('ExecMainStartTimestamp', 'StateChangeTimestamp');
  return { units: changed, listeners: listeners.join('\n'), processes: processes.join('\n') };
}

describe('the running sshd', () => {
  test.each(DISTRIBUTIONS)('%s as installed', (name) => {
    expect(daemon(parts(`${name}/04-units`))).toEqual({
      overrides: [],
      otherServers: [],
      elsewhere: false,
      doubts: [],
    });
  });

  test('files changed after it read them', () => {
    const files = FILES.replace('1795310000 1795310000 regular', '1795310000 1795390000 regular');
    const { doubts } = daemon({ ...parts('debian12/04-units'), files });
    expect(doubts.map(({ reason, message }) => [reason, message])).toEqual([
      [
        'not-observable',
        '/etc/ssh/sshd_config changed at 2026-11-22T23:26:40Z, after sshd last read its configuration at 2026-11-22T01:23:04Z: the running daemon may still work by older settings, which only a look from outside could tell.',
      ],
    ]);
  });

  // 2026-11-22 01:23:03 UTC is what systemd says here, 1795310583.
  const loaded = `1795310583.2500000000 1795310583.2500000000 f:/run/sshd.pid\n`;
  test.each([
    [
      'a file, in the same second',
      '1795310000.0 1795310583.7500000000 f:/etc/ssh/sshd_config',
      '',
      'sshd_config changed at',
    ],
    [
      'a folder that took the place of another',
      '1795310000.0 1795310600.0 d:/etc/ssh/sshd_config.d',
      '',
      'sshd_config.d changed at',
    ],
    [
      'a link that was set to another file',
      '1795310000.0 1795310000.0 f:/etc/ssh/sshd_config',
      'changed 1795310600 /etc/ssh/sshd_config',
      'sshd_config changed at',
    ],
    [
      'nothing',
      '1795310000.0 1795310583.1250000000 f:/etc/ssh/sshd_config',
      'changed 1795310500 /etc/ssh/sshd_config',
      undefined,
    ],
    [
      'a clock that was set back',
      '1795310000.0 1795310000.0 f:/etc/ssh/sshd_config',
      'clock 1795310560 900.00',
      'the clock was set back',
    ],
    [
      'a clock that is right',
      '1795310000.0 1795310000.0 f:/etc/ssh/sshd_config',
      'clock 1795319999 10000.00',
      undefined,
    ],
  ])('after its pid file was written changed %s', (_, file, line, expected) => {
    const base = parts('debian12/04-units');
    const { doubts } = daemon({
      ...base,
      files: `${loaded}${file}\n`,
      processes: `${base.processes}\npidfile 92\n${line}\n`,
    });
    expect(doubts.map(({ message }) => message)).toEqual(
      expected === undefined ? [] : [expect.stringContaining(expected)],
    );
  });

  test.each([
    // An hour ahead when it read them, as the time since the machine was switched on shows.
    ['6983000000', '1795309000', 1],
    ['6983000000', '1795306000', 0],
    ['10583000000', '1795309000', 0],
  ])('it read them %s µs after the start, and a file changed at %s: %i', (sinceBoot, changed, count) => {
    const base = parts('debian12/04-units');
    const units = base.units.replace(/^(StateChangeTimestamp=.*)$/m, `$1\nStateChangeTimestampMonotonic=${sinceBoot}`);
    const files = `${loaded}1795300000.0 ${changed}.0 f:/etc/ssh/sshd_config\n`;
    const processes = `${base.processes}\npidfile 92\nclock 1795320000 20000.00\n`;
    expect(daemon({ ...base, units, files, processes }).doubts).toHaveLength(count);
  });

  test('a file that it read has no time', () => {
    const read = ['/etc/ssh/sshd_config', '/etc/ssh/sshd_config.d/roles/a.conf'];
    const { doubts } = daemon({ ...parts('debian12/04-units'), read });
    expect(doubts.map(({ reason, message }) => [reason, message])).toEqual([
      [
        'not-observable',
        'When /etc/ssh/sshd_config.d/roles/a.conf last changed could not be seen, so the running sshd may still work by an older one.',
      ],
    ]);
    expect(daemon({ ...parts('debian12/04-units'), read: ['/etc/ssh/sshd_config'] }).doubts).toEqual([]);
  });

  test('its pid file counts only when it is its own', () => {
    const own = `1795390001 1795390001 regular file:/run/sshd.pid\n${FILES.replace('1795310000 1795310000 regular', '1795310000 1795390000 regular')}`;
    const base = parts('debian12/04-units');
    expect(daemon({ ...base, files: own, processes: `${base.processes}\npidfile 92\n` }).doubts).toEqual([]);
    expect(daemon({ ...base, files: own, processes: `${base.processes}\npidfile 93\n` }).doubts).toHaveLength(1);
  });

  test('when it started is not known', () => {
    const { doubts } = daemon({ ...parts('debian12/04-units'), units: 'Id=ssh.service\nMainPID=0\n' });
    expect(doubts[0]?.message).toContain('could not be told');
  });

  test('nothing listens but systemd, for socket activation', () => {
    const units =
      'Id=ssh.socket\nActiveState=active\nListen=[::]:22 (Stream)\n\nId=ssh.service\nMainPID=0\nActiveState=inactive\n';
    const listeners = 'LISTEN 0      4096   *:22 *:* users:(("systemd",pid=1,fd=44))';
    expect(daemon({ units, listeners, processes: '' }).doubts).toEqual([]);
    expect(
      daemon({ units: units.replace('=active', '=inactive'), listeners, processes: '' }).doubts[0]?.message,
    ).toContain('No listening sshd was seen');
  });

  test('systemd starts an sshd for each connection, whose options nobody sees', () => {
    const units = 'Id=ssh.socket\nActiveState=active\nAccept=yes\nListen=[::]:2222 (Stream)\n';
    const { doubts } = daemon({
      ...parts('debian12/04-units'),
      units: `${parts('debian12/04-units').units}\n${units}`,
    });
    expect(doubts.map(({ message }) => message)).toEqual([
      'ssh.socket starts an sshd for each connection, and what that has on its command line cannot be seen.',
    ]);
    const off = units.replace('Accept=yes', 'Accept=no');
    expect(
      daemon({ ...parts('debian12/04-units'), units: `${parts('debian12/04-units').units}\n${off}` }).doubts,
    ).toEqual([]);
  });

  test('processes are hidden from the login user', () => {
    expect(daemon({ ...parts('debian12/04-units'), processes: '' }).doubts).toMatchObject([
      { reason: 'not-observable', remedy: expect.stringContaining('hidepid') },
    ]);
  });

  test('its command line says otherwise (recorded)', () => {
    const title =
      sample('debian12/22-trap-SSHD_OPTS-override')
        .split('\n')
        .find((line) => line.startsWith('sshd: ')) ?? '';
    const { overrides, doubts } = daemon({
      ...parts('debian12/04-units'),
      processes: `92 sshd ${title}`,
      defaults: 'SSHD_OPTS="-o PasswordAuthentication=yes"\n',
    });
    expect(overrides).toMatchObject([{ keyword: 'passwordauthentication', args: ['yes'] }]);
    expect(doubts).toEqual([]);
  });

  test('it uses another file', () => {
    const base = parts('debian12/04-units');
    const processes = '92 sshd sshd: /usr/sbin/sshd -D -f /etc/ssh/other [listener] 0 of 10-100 startups';
    expect(daemon({ ...base, processes }).doubts[0]?.message).toContain('uses /etc/ssh/other');
    const same = processes.replace('/etc/ssh/other', '/etc/ssh/sshd_config');
    expect(daemon({ ...base, processes: same }).doubts).toEqual([]);
    // The last one counts.
    const twice = same.replace(' [', ' -f /etc/ssh/other [');
    expect(daemon({ ...base, processes: twice }).doubts[0]?.message).toContain('uses /etc/ssh/other');
  });

  test.each([
    ['/usr/local/sbin/sshd', true],
    ['/opt/openssh/sbin/sshd', true],
    // Where the folders are one.
    ['/sbin/sshd', false],
    ['/usr/bin/sshd', false],
  ])('it is the program %s: read elsewhere %s', (program, elsewhere) => {
    const base = parts('debian12/04-units');
    const processes = `92 sshd sshd: ${program} -D [listener] 0 of 10-100 startups`;
    const found = daemon({ ...base, processes });
    expect(found.elsewhere).toBe(elsewhere);
    expect(found.doubts.map(({ message }) => message)).toEqual(
      elsewhere ? [expect.stringContaining(`The running sshd is ${program}, `)] : [],
    );
  });
});

describe('other SSH servers', () => {
  const base = parts('debian12/04-units');
  const two = (line: string, pid: number) => ({
    ...base,
    listeners: `${base.listeners}\nLISTEN 0 20 *:2200 *:* users:(("x",pid=${pid},fd=5))`,
    processes: `${base.processes}\n${pid} ${line}`,
  });

  test.each([
    ['dropbear /usr/sbin/dropbear -R -p 2200', true],
    ['dropbear /usr/sbin/dropbear -Rs -p 2200', null],
    ['tinysshd tinysshd -v /etc/tinyssh/sshkeydir', null],
    ['sshd sshd: /usr/sbin/sshd -f /x [listener] 0 of 10-100 startups', null],
    ['sshd sshd: /usr/sbin/sshd -o PasswordAuthentication yes [listener] 0 of 10-100 startups', true],
    ['sshd /opt/ssh/sshd -D', null],
  ])('%s: passwords %s', (line, passwords) => {
    expect(daemon(two(line, 500)).otherServers).toMatchObject([{ passwords }]);
  });

  test.each(['sshd sshd: alice@pts/0', 'sshd sshd: alice [priv]', 'sshd-session sshd-session: alice@notty'])(
    '%s that forwards a port is none',
    (line) => {
      expect(daemon(two(line, 500)).otherServers).toEqual([]);
    },
  );

  test('one that listens nowhere is none', () => {
    const listed = two('dropbear /usr/sbin/dropbear', 500);
    expect(daemon({ ...listed, listeners: base.listeners }).otherServers).toEqual([]);
  });

  test.each([
    ['dropbear.socket', '[::]:2222 (Stream)', 1],
    ['sshd-unix-local.socket', '/run/ssh-unix-local/socket (Stream)', 0],
    ['sshd-vsock.socket', 'vsock::22 (Stream)', 0],
    ['ssh.socket', '[::]:22 (Stream)', 0],
  ])('%s on %s: %i', (id, listen, count) => {
    const units = `${base.units}\n\nId=${id}\nActiveState=active\nListen=${listen}\n`;
    expect(daemon({ ...base, units }).otherServers).toHaveLength(count);
  });
});

describe('a command line', () => {
  test('before the first start they may name another file', () => {
    const units = 'Id=ssh.socket\nActiveState=active\nListen=[::]:22 (Stream)\n';
    const defaults = 'SSHD_OPTS="-f /etc/ssh/other"\n';
    const found = daemon({ units, listeners: '', processes: '', defaults });
    expect(found.elsewhere).toBe(true);
    expect(found.doubts[0]?.message).toContain('SSHD_OPTS in /etc/default/ssh names /etc/ssh/other');
  });
});
