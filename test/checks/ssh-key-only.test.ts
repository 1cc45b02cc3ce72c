import { describe, expect, test } from 'vitest';
import { openingsOf } from '../../checks/ssh/openings.ts';
import { sshKeyOnly } from '../../checks/ssh/ssh-key-only.ts';
import { captureOf, judged, recording, verdicts, without } from './recorded.ts';

/** Recording, findings, and a part of the first failing (else first) sentence. */
const ROWS = [
  ['bookworm-compliant', ['pass'], '00-hardening.conf line 1 sets PasswordAuthentication no'],
  ['bullseye-compliant', ['pass'], '00-hardening.conf line 2 sets KbdInteractiveAuthentication no'],
  ['trixie-compliant', ['pass'], 'Every way to log in needs a key for anyone'],
  ['bookworm-root-login-user', ['pass'], 'needs a key'],
  // The first value wins, also from a drop-in that only root can read.
  ['bookworm-cloud-init', ['fail'], '/etc/ssh/sshd_config.d/00-a.conf line 1 sets PasswordAuthentication yes'],
  ['bookworm-keyboard-interactive', ['fail'], 'Keyboard-interactive log-in, which asks for the password, is accepted'],
  // OpenSSH 8.4: KbdInteractiveAuthentication no has no effect, ChallengeResponseAuthentication decides.
  ['bullseye-keyboard-interactive', ['fail'], 'the built-in default is KbdInteractiveAuthentication yes'],
  // PasswordAuthentication yes behind a key is a second factor.
  ['bookworm-two-factors', ['pass'], 'AuthenticationMethods publickey,keyboard-interactive publickey,password'],
  ['bookworm-two-factors-bypass', ['fail'], 'AuthenticationMethods publickey,password password'],
  ['bookworm-empty-passwords', ['fail'], 'Empty passwords are permitted for anyone'],
  ['bookworm-gssapi', ['fail'], 'Kerberos tickets are accepted'],
  ['bookworm-hostbased', ['fail'], 'Trusted hosts are accepted'],
  ['bookworm-no-keys', ['pass', 'sshd:user=alice fail'], 'Keys do not open the door for user alice'],
  [
    'bookworm-match',
    [
      'pass',
      'sshd:user=deploy fail',
      'sshd:user=upload fail',
      'sshd:addr=10.0.0.7 fail',
      'sshd:user=root,addr=192.168.1.1 pass',
      'sshd:user=upload,addr=10.0.0.7 fail',
    ],
    'sshd_config.d/60-a.conf line 2 sets PasswordAuthentication yes',
  ],
  ['bullseye-match', ['pass', 'sshd:user=deploy fail', 'sshd:addr=198.51.100.1 fail'], 'for user deploy'],
  // What a Match block closes on one port is open on the other.
  ['bookworm-match-local-port', ['pass', 'sshd:lport=2222 fail'], 'for anyone on port 2222: /etc/ssh/sshd_config.d/00'],
  ['trixie-match-all', ['fail'], '60-a.conf line 2 sets PasswordAuthentication yes'],
  ['trixie-match-negated', ['fail', 'sshd:user=alice pass'], 'for anyone'],
  // Only for people who do not exist.
  ['trixie-match-invalid-user', ['pass'], 'The one Match block was evaluated.'],
  ['trixie-match-version', ['unknown unparseable'], 'uses the criterion "version", which fleetproof cannot evaluate'],
  ['trixie-match-harmless', ['pass', 'sshd:addr=10.0.0.7 pass'], 'All 2 Match blocks were evaluated.'],
  ['bookworm-include-nested', ['pass', 'sshd:user=alice fail'], 'sshd_config.d/sub/x.conf line 1 sets'],
  ['bookworm-include-elsewhere', ['unknown unreadable'], 'includes /etc/ssh/more, which is outside of what was read'],
  ['bookworm-colon-in-name', ['unknown unparseable'], 'has a colon in its name'],
  ['bookworm-invalid-config', ['fail'], 'sshd refuses its configuration, so it will not restart'],
  ['bookworm-stale', ['unknown not-observable'], 'after sshd last read its configuration'],
  // touch -d 2020-01-01 hides a change from the modification time, not from the change time.
  ['bookworm-stale-backdated', ['unknown not-observable'], 'after sshd last read its configuration'],
  // In a folder below, which a file of sshd_config.d includes.
  ['bookworm-stale-nested', ['unknown not-observable'], 'roles/web.conf changed at'],
  // sshd_config.d is closed to the login user, as on Red Hat.
  ['bookworm-closed-folder', ['pass'], 'roles/web.conf line 1 sets PasswordAuthentication no'],
  ['bookworm-reloaded', ['pass'], 'needs a key'],
  ['trixie-options', ['fail'], 'the command line of the running sshd sets PasswordAuthentication yes'],
  ['trixie-options-pending', ['fail'], 'SSHD_OPTS in /etc/default/ssh sets PasswordAuthentication yes'],
  ['trixie-options-pending-safe', ['pass'], 'needs a key'],
  ['bookworm-second-sshd', ['unknown not-observable'], '/usr/sbin/sshd -f /etc/ssh/other -p 2222'],
  ['bookworm-second-sshd-passwords', ['pass', 'sshd:server=2 fail'], '-o PasswordAuthentication=yes'],
  ['bookworm-dropbear', ['pass', 'sshd:server=2 fail'], 'Another SSH server listens and accepts passwords: dropbear'],
  ['bookworm-dropbear-keys-only', ['unknown not-observable'], 'dropbear -R -s -p 2200'],
  ['bookworm-socket-activation', ['pass'], 'needs a key'],
  // Without root the files may convict, never acquit.
  ['bookworm-no-sudo-cloud-init', ['fail'], '00-a.conf line 1 sets PasswordAuthentication yes'],
  ['bookworm-no-sudo-compliant', ['unknown no-privilege'], 'sudo refused to run'],
  ['bookworm-no-sudo-unreadable', ['unknown no-privilege'], 'sudo refused to run'],
] as const;

describe('ssh-key-only', () => {
  test.each(ROWS)('%s', (name, expected, because) => {
    const findings = judged(sshKeyOnly, captureOf(recording(name)));
    expect(verdicts(findings)).toEqual(expected);
    expect((findings.find(({ verdict }) => verdict === 'fail') ?? findings[0])?.because).toContain(because);
  });

  test.each([
    ['missing', ['sshd-effective'], 'unknown tool-missing'],
    ['timeout', ['sshd-effective'], 'unknown timeout'],
    ['truncated', ['sshd-config', 'sshd-config-readable'], 'unknown truncated'],
    ['denied', ['ssh-listeners'], 'unknown no-privilege'],
    ['missing', ['ssh-listeners'], 'unknown tool-missing'],
    ['timeout', ['ssh-processes'], 'unknown timeout'],
    ['truncated', ['sshd-files'], 'unknown truncated'],
    ['missing', ['sshd-defaults'], 'unknown tool-missing'],
    ['timeout', ['passwd-entries'], 'unknown timeout'],
    // systemd is not needed where the pid file tells when sshd started.
    ['missing', ['ssh-units'], 'pass'],
    // What root may read, the login user may read here as well.
    ['denied', ['sshd-config'], 'pass'],
  ] as const)('%s %j', (state, probes, expected) => {
    expect(verdicts(judged(sshKeyOnly, captureOf(without('bookworm-compliant', state, probes))))).toEqual([expected]);
  });

  test('sshd is asked about root, each of its ports, and one that no Match block names', () => {
    const list = recording('bookworm-match-local-port').outputs.find(({ probe }) => probe === 'sshd-contexts.list');
    const asked = (list?.stdout ?? '').split('\n').map((spec) => spec.replace(/,host=.*(?=,lport)/, ''));
    const stranger = 'user=fleetproof-stranger,lport=';
    expect(asked.filter(Boolean)).toEqual([
      'user=root,lport=22',
      ...['2222', '22', '1'].map((port) => stranger + port),
    ]);
  });

  test.each([
    ['bookworm-cloud-init', '/usr/sbin/sshd', '/usr/local/sbin/sshd'],
    ['bookworm-compliant', '/usr/sbin/sshd', '/usr/local/sbin/sshd'],
    ['bookworm-cloud-init', '/usr/sbin/sshd', '/usr/sbin/sshd -f /etc/ssh/other'],
    ['bookworm-compliant', '/usr/sbin/sshd', '/usr/sbin/sshd -f /etc/ssh/other'],
  ])('%s, which is not what the running sshd reads: %s is %s', (name, usual, running) => {
    const { now, outputs } = recording(name);
    const changed = outputs.map((output) =>
      output.probe === 'ssh-processes'
        ? { ...output, stdout: output.stdout.replace(`sshd: ${usual} `, `sshd: ${running} `) }
        : output,
    );
    expect(verdicts(judged(sshKeyOnly, captureOf({ now, outputs: changed })))).toEqual(['unknown not-observable']);
  });

  test('a file of the configuration that nobody could date', () => {
    const { now, outputs } = recording('bookworm-closed-folder');
    const changed = outputs.map((output) =>
      output.probe === 'sshd-files' ? { ...output, stdout: output.stdout.replace(/^.*web\.conf\n/m, '') } : output,
    );
    const findings = judged(sshKeyOnly, captureOf({ now, outputs: changed }));
    expect(verdicts(findings)).toEqual(['unknown not-observable']);
    expect(findings[0]?.because).toContain('When /etc/ssh/sshd_config.d/roles/web.conf last changed could not be seen');
  });

  test('what is open is told even when something else could not be seen', () => {
    const capture = captureOf(without('bookworm-cloud-init', 'denied', ['ssh-listeners']));
    expect(verdicts(judged(sshKeyOnly, capture))).toEqual(['fail']);
  });

  test('a refused configuration, and a daemon that cannot be asked', () => {
    const { now, outputs } = recording('bookworm-compliant');
    const said = (stderr: string, exitCode: number) =>
      outputs.map((output) =>
        output.probe === 'sshd-effective' ? { ...output, stdout: '', stderr, exitCode } : output,
      );
    // Ubuntu 24.04 with socket activation, no connection since boot.
    const missing = said('Missing privilege separation directory: /run/sshd\n', 255);
    expect(verdicts(judged(sshKeyOnly, captureOf({ now, outputs: missing })))).toEqual(['unknown unreadable']);
    const passedOver = said(
      '/etc/ssh/sshd_config line 1: Deprecated option RSAAuthentication\nMissing privilege separation directory: /run/sshd\n',
      255,
    );
    expect(verdicts(judged(sshKeyOnly, captureOf({ now, outputs: passedOver })))).toEqual(['unknown unreadable']);
    const bad = said('/etc/ssh/sshd_config line 3: Bad configuration option: X\n', 255);
    expect(verdicts(judged(sshKeyOnly, captureOf({ now, outputs: bad })))).toEqual(['fail']);
  });

  test.each([
    ['user=deploy', 'sshd:user=deploy pass'],
    // sshd was asked for another address of the same network.
    ['user=fleetproof-stranger,host=stranger.invalid,addr=10.0.0.0', 'sshd:addr=10.0.0.7 pass'],
  ])("the daemon's own answer for %s wins over our reading", (spec, expected) => {
    const { now, outputs } = recording('bookworm-match');
    const changed = outputs.map((output) =>
      output.probe === 'sshd-contexts' && (output.argv.at(-1) ?? '').startsWith(spec)
        ? { ...output, stdout: output.stdout.replace('passwordauthentication yes', 'passwordauthentication no') }
        : output,
    );
    expect(verdicts(judged(sshKeyOnly, captureOf({ now, outputs: changed })))).toContain(expected);
  });

  test('and opens what our reading takes for closed', () => {
    const { now, outputs } = recording('bookworm-match');
    const changed = outputs.map((output) =>
      output.probe === 'sshd-contexts' && output.argv.at(-1)?.endsWith('lport=2222')
        ? { ...output, stdout: output.stdout.replace('passwordauthentication no', 'passwordauthentication yes') }
        : output,
    );
    const findings = judged(sshKeyOnly, captureOf({ now, outputs: changed }));
    expect(verdicts(findings)).toContain('sshd:lport=2222 fail');
    expect(findings.find(({ subject }) => subject === 'sshd:lport=2222')?.because).toContain(
      'asked with "sshd -T -C user=',
    );
  });

  test('without root, a file that is not read may say otherwise', () => {
    const { now, outputs } = recording('bookworm-no-sudo-cloud-init');
    const stderr = '/usr/bin/grep: /etc/ssh/sshd_config.d/00-0.conf: Permission denied\n';
    const changed = outputs.map((output) =>
      output.probe === 'sshd-config-readable' ? { ...output, exitCode: 2, stderr } : output,
    );
    expect(verdicts(judged(sshKeyOnly, captureOf({ now, outputs: changed })))).toEqual(['unknown no-privilege']);
  });
});

describe('ways to complete a log-in', () => {
  const settings = {
    passwordAuthentication: false,
    kbdInteractiveAuthentication: false,
    pubkeyAuthentication: true,
    hostbasedAuthentication: false,
    gssapiAuthentication: false,
    permitEmptyPasswords: false,
    permitRootLogin: 'no',
    authenticationMethods: ['any'],
  } as const;

  test.each([
    [{}, []],
    [{ passwordAuthentication: true }, ['PasswordAuthentication yes']],
    [{ passwordAuthentication: true, authenticationMethods: ['publickey'] }, []],
    [{ passwordAuthentication: true, authenticationMethods: ['publickey,password'] }, []],
    [
      { passwordAuthentication: true, authenticationMethods: ['publickey', 'password'] },
      ['PasswordAuthentication yes'],
    ],
    // sshd drops a list that names a method it has switched off.
    [{ authenticationMethods: ['publickey', 'password'] }, []],
    [{ authenticationMethods: ['publickey,keyboard-interactive'] }, ['no log-in by key']],
    [
      { kbdInteractiveAuthentication: true, authenticationMethods: ['keyboard-interactive:pam', 'publickey'] },
      ['KbdInteractiveAuthentication yes'],
    ],
    [{ kbdInteractiveAuthentication: true, authenticationMethods: ['publickey,keyboard-interactive:pam'] }, []],
    [{ pubkeyAuthentication: false }, ['no log-in by key']],
    [{ permitEmptyPasswords: true }, ['PermitEmptyPasswords yes']],
    [
      { hostbasedAuthentication: true, gssapiAuthentication: true },
      ['GSSAPIAuthentication yes', 'HostbasedAuthentication yes'],
    ],
  ])('%j: %j', (over, expected) => {
    const openings = openingsOf({ who: 'anyone', settings: { ...settings, ...over }, origins: {} });
    expect(openings.map(({ actual }) => actual)).toEqual(expected);
  });
});
