import { describe, expect, test } from 'vitest';
import { sshAuthorizedKeys } from '../../checks/ssh/ssh-authorized-keys.ts';
import { captureOf, judged, recording, verdicts, without } from './recorded.ts';

const PASSWD = 'alice:x:1001:1001::/home/alice:/bin/bash\naudit:x:1000:1000::/home/audit:/usr/sbin/nologin\n';
const ALL_PASS = ['account:root pass', 'account:audit pass', 'account:alice pass'];

describe('ssh-authorized-keys', () => {
  test.each([
    ['bookworm-compliant', ALL_PASS, 'root has one authorized key (Ed25519 256 bits)'],
    ['bullseye-keys', ALL_PASS, 'nobody else can write the files'],
    // A weak key that is commented out, a DSA key behind options, a link to another account's secret.
    [
      'bookworm-keys',
      ['account:dora fail', 'account:eve fail'],
      'DSA 1024 bits, in /home/dora/.ssh/authorized_keys line 3',
    ],
    // Several blanks before the key, a name of its signatures for its type, and one behind an indented #: sshd lets all
    // but the last in.
    [
      'bookworm-keys-blanks',
      [...ALL_PASS, 'account:dora fail', 'account:finn fail', 'account:gina fail', 'account:hana pass'],
      'RSA 1024 bits, in /home/dora/.ssh/authorized_keys line 1',
    ],
    // Links to /dev/zero and a FIFO are not opened.
    ['trixie-keys-devices', ALL_PASS, 'root has one authorized key'],
    [
      'bullseye-keys-elsewhere',
      ['account:root pass', 'account:audit pass', 'account:alice fail'],
      'RSA 1024 bits, in /etc/ssh/keys/alice line 1. /etc/ssh/keys/alice can be written by everyone (mode 0666).',
    ],
    [
      'bookworm-keys-loose-modes',
      ['account:root pass', 'account:audit pass', 'account:alice fail'],
      '/home/alice/.ssh belongs to audit. /home/alice can be written by everyone (mode 0777). StrictModes is no',
    ],
    // passwd(5) has /srv/app/, which %h stands for.
    [
      'bookworm-keys-home-slash',
      [...ALL_PASS, 'account:app fail'],
      'RSA 1024 bits, in /srv/app/.ssh/authorized_keys line 1. /srv/app can be written by everyone (mode 0777).',
    ],
    ['trixie-keys-options', ['unknown not-observable'], '"-o AuthorizedKeysFile=/etc/ssh/keys/%u"'],
    ['bookworm-keys-hidden-setting', ['unknown unreadable'], 'stands in a file that the login user cannot read'],
    ['trixie-no-keys', ['pass'], 'None of the 3 accounts with a login shell has an authorized key.'],
    ['bookworm-no-sudo-compliant', ['unknown no-privilege'], 'sudo refused'],
  ] as const)('%s', (name, expected, because) => {
    const findings = judged(sshAuthorizedKeys, captureOf(recording(name)));
    expect(verdicts(findings)).toEqual(expected);
    expect((findings.find(({ verdict }) => verdict === 'fail') ?? findings[0])?.because).toContain(because);
  });

  test.each([
    ['missing', ['sshd-effective'], 'unknown tool-missing'],
    ['denied', ['ssh-key-paths'], 'unknown no-privilege'],
    ['denied', ['ssh-key-lines'], 'unknown no-privilege'],
    ['timeout', ['ssh-key-paths.list'], 'unknown timeout'],
    ['truncated', ['ssh-key-lines'], 'unknown truncated'],
    ['not-run', ['passwd-entries'], 'unknown not-observable'],
    ['timeout', ['ssh-processes'], 'unknown timeout'],
    ['missing', ['sshd-defaults'], 'unknown tool-missing'],
  ] as const)('%s %j', (state, probes, expected) => {
    const capture = captureOf(without('bookworm-compliant', state, probes));
    expect(verdicts(judged(sshAuthorizedKeys, capture))).toEqual([expected]);
  });

  /** A recording with one output of it changed. */
  const changed = (name: string, probe: string, change: (stdout: string) => string) => {
    const { now, outputs } = recording(name);
    const all = outputs.map((one) => (one.probe === probe ? { ...one, stdout: change(one.stdout) } : one));
    return judged(sshAuthorizedKeys, captureOf({ now, outputs: all }));
  };

  test.each([
    ['passwd-entries', 'alice:x:1001:1001:[redacted]'],
    ['passwd-entries', 'alice:x:-1:1001::/home/alice:/bin/bash'],
    ['group-entries', 'alice:x'],
  ])('a line of %s that cannot be read is nobody, so nothing is known: %s', (probe, line) => {
    const findings = changed('bookworm-compliant', probe, (stdout) => `${stdout}${line}\n`);
    expect(verdicts(findings)).toEqual(['unknown unparseable']);
    expect(findings[0]?.because).toContain('of "alice"');
  });

  test.each([
    'sudo: unable to mkdir /var/log/sudo-io: No space left on device',
    'sudo: unable to fork: Resource temporarily unavailable',
    'sudo-rs: cannot execute: I/O error',
  ])('sudo that fails by itself is no answer of grep: %s', (stderr) => {
    const { now, outputs } = recording('bookworm-compliant');
    const failed = outputs.map((one) =>
      one.probe === 'ssh-key-lines' ? { ...one, exitCode: 1, stdout: '', stderr: `${stderr}\n` } : one,
    );
    const [finding] = judged(sshAuthorizedKeys, captureOf({ now, outputs: failed }));
    expect([finding?.verdict, finding?.reason]).toEqual(['unknown', 'unreadable']);
    expect(finding?.because).toContain(stderr);
  });

  test.each([
    'sudo: unable to resolve host bw: Name or service not known',
    'sudo: setrlimit(RLIMIT_CORE): Operation not permitted',
  ])('a warning of sudo is none of the command: %s', (stderr) => {
    const { now, outputs } = recording('bookworm-compliant');
    const warned = outputs.map((one) =>
      one.argv[0] === '/usr/bin/sudo' ? { ...one, stderr: `${stderr}\n${one.stderr}` } : one,
    );
    expect(judged(sshAuthorizedKeys, captureOf({ now, outputs: warned })).map(({ verdict }) => verdict)).not.toContain(
      'unknown',
    );
  });

  test('a file that nobody looked for is not absent', () => {
    const findings = changed('bookworm-compliant', 'ssh-key-paths.list', (text) => text.replaceAll(/.*alice.*\n/g, ''));
    expect(verdicts(findings)).toEqual(['unknown not-observable']);
    expect(findings[0]?.because).toBe('The key file /home/alice/.ssh/authorized_keys of alice was not looked for.');
  });

  test('a name that cannot be passed to a command', () => {
    const findings = changed('bookworm-compliant', 'ssh-key-paths.skipped', () => '2');
    expect(verdicts(findings)).toEqual(['unknown not-observable']);
    expect(findings[0]?.because).toContain('2 key paths have names');
  });

  test.each([
    ['sshd-defaults', 'SSHD_OPTS="-o AuthorizedKeysFile=none"\n', 'unknown not-observable'],
    ['sshd-defaults', 'SSHD_OPTS="-o StrictModes=no"\n', 'unknown not-observable'],
    ['sshd-defaults', "OPTIONS='-4 -f /etc/ssh/other'\n", 'unknown not-observable'],
    ['sshd-defaults', 'SSHD_OPTS="-4 -f /etc/ssh/sshd_config"\n', ALL_PASS],
    [
      'ssh-processes',
      '92 sshd sshd: /opt/openssh/sbin/sshd -D [listener] 0 of 10\npidfile 92\n',
      'unknown not-observable',
    ],
    // A daemon whose process nobody sees.
    ['ssh-processes', '8287 sshd sshd: audit@notty\n', 'unknown not-observable'],
    // systemd listens, and starts one for each connection.
    ['ssh-processes', '8273 sshd sshd: audit [priv]\n8287 sshd sshd: audit@notty\n', ALL_PASS],
    // A container's.
    [
      'ssh-processes',
      '90 sshd sshd: /usr/sbin/sshd -f /config/sshd [listener] 0 of 10\n92 sshd sshd: /usr/sbin/sshd -D [listener] 0 of 10\npidfile 92\n',
      ALL_PASS,
    ],
  ])('with %s %j: %s', (probe, text, expected) => {
    expect(verdicts(changed('bookworm-compliant', probe, () => text))).toEqual([expected].flat());
  });

  test.each([
    // sshd ignores what somebody puts there.
    ['yes', ['account:root pass', 'account:audit pass'], 'root has one'],
    ['no', ['account:root pass', 'account:audit pass', 'account:alice fail'], '/home/alice can be written by everyone'],
  ])('a home without keys where everybody can put some, with StrictModes %s', (strict, expected, because) => {
    const { now, outputs } = recording('bookworm-compliant');
    const changed = outputs.map((output) => {
      const stdout = output.stdout
        .replace(/^strictmodes .*$/m, `strictmodes ${strict}`)
        .replace(/^755 (.*directory:\/home\/alice)$/m, '777 $1')
        .replace(/^(?:600 .*:|)\/home\/alice\/\.ssh\/authorized_keys:.*\n/m, '');
      return { ...output, stdout };
    });
    const findings = judged(sshAuthorizedKeys, captureOf({ now, outputs: changed }));
    expect(verdicts(findings)).toEqual(expected);
    expect((findings.find(({ verdict }) => verdict === 'fail') ?? findings[0])?.because).toContain(because);
  });

  test('key files elsewhere that sshd uses whoever may write the folders above them', () => {
    const { now, outputs } = recording('bullseye-keys-elsewhere');
    const changed = outputs.map(({ stdout, ...output }) => ({
      ...output,
      stdout: stdout
        .replace(/^strictmodes yes$/m, 'strictmodes no')
        .replace(/^(666 .*|\/etc\/ssh\/keys\/alice:.*)\n/gm, ''),
    }));
    const moved = changed.map(({ stdout, ...output }) => ({
      ...output,
      stdout: output.probe.startsWith('ssh-key-')
        ? stdout.replace(/\/home\/audit\/\.ssh\/authorized_keys/g, '/etc/ssh/keys/audit')
        : stdout,
    }));
    expect(verdicts(judged(sshAuthorizedKeys, captureOf({ now, outputs: changed })))).toEqual(ALL_PASS);
    const findings = judged(sshAuthorizedKeys, captureOf({ now, outputs: moved }));
    expect(verdicts(findings)).toEqual(['unknown not-observable']);
    expect(findings[0]?.because).toContain(
      'StrictModes is no, and who may write the folders above /etc/ssh/keys/audit',
    );
  });

  test('a file that even root cannot read is not one without keys', () => {
    const { now, outputs } = recording('bookworm-compliant');
    const refused = outputs.map((output) =>
      output.probe === 'ssh-key-lines'
        ? {
            ...output,
            exitCode: 2,
            stdout: '',
            stderr: '/usr/bin/grep: /home/alice/.ssh/authorized_keys: Permission denied\n',
          }
        : output,
    );
    const findings = judged(sshAuthorizedKeys, captureOf({ now, outputs: refused }));
    expect(verdicts(findings)).toEqual(['unknown unreadable']);
    expect(findings[0]?.because).toBe('/home/alice/.ssh/authorized_keys could not be looked at, even as root.');
  });

  test('a key that is commented out opens nothing', () => {
    const because = judged(sshAuthorizedKeys, captureOf(recording('bookworm-keys')))[0]?.because;
    expect(because).not.toContain('RSA 1024');
  });

  test.each([
    ['664 1001 1001', 'pass', 'a group of its own'],
    ['664 1001 100', 'fail', 'the group users, which has other members'],
    ['664 1001 4321', 'fail', 'a group without a name'],
    ['644 0 0', 'pass', 'root'],
    ['644 1000 1000', 'fail', 'another account'],
  ])('alice has a file of %s: %s (%s)', (meta, expected) => {
    const { now, outputs } = recording('bookworm-compliant');
    const changed = outputs.map((output) => {
      if (output.probe === 'passwd-entries') return { ...output, stdout: PASSWD };
      if (output.probe === 'group-entries') return { ...output, stdout: 'alice:x:1001:\nusers:x:100:audit,alice\n' };
      if (output.probe !== 'ssh-key-paths') return output;
      const stdout = output.stdout
        .replace(/^700 \d+ \d+ (.*\/home\/alice\/\.ssh)$/m, '700 1001 1001 $1')
        .replace(/^\d+ \d+ \d+ (directory:\/home\/alice)$/m, '755 1001 1001 $1')
        .replace(/^\d+ \d+ \d+ (.*\/home\/alice\/\.ssh\/authorized_keys)$/m, `${meta} $1`);
      return { ...output, stdout };
    });
    const findings = judged(sshAuthorizedKeys, captureOf({ now, outputs: changed }));
    expect(verdicts(findings)).toEqual([`account:alice ${expected}`]);
  });

  test('the length that RSA keys need is a parameter', () => {
    const findings = judged(sshAuthorizedKeys, captureOf(recording('bookworm-keys')), { rsaBitsAtLeast: 4096 });
    expect(findings[0]?.because).toContain('RSA 3072 bits');
  });

  test('nothing but keys was taken from the host', () => {
    // The command option of one key and the file behind the link hold words with this in them.
    expect(JSON.stringify(recording('bookworm-keys'))).not.toContain('S3cret');
  });
});
