import { describe, expect, test } from 'vitest';
import { sshRootLogin } from '../../checks/ssh/ssh-root-login.ts';
import { captureOf, judged, recording, verdicts, without } from './recorded.ts';

describe('ssh-root-login', () => {
  test.each([
    ['bookworm-compliant', ['pass'], '00-hardening.conf line 4 sets PermitRootLogin no'],
    ['trixie-compliant', ['pass'], 'root cannot log in with a password'],
    ['bullseye-keyboard-interactive', ['pass'], 'the built-in default is PermitRootLogin prohibit-password'],
    ['bookworm-empty-passwords', ['fail'], '00-a.conf line 3 sets PermitRootLogin yes'],
    [
      'bookworm-match',
      ['pass', 'sshd:addr=10.0.0.7 fail', 'sshd:addr=192.168.1.1 pass'],
      'root from 10.0.0.7 may log in with everything that others may log in with',
    ],
    // root is in the group that Match names, though not by its first group.
    ['trixie-root-in-group', ['fail'], '60-admins.conf line 2 sets PermitRootLogin yes'],
    ['bookworm-invalid-config', ['fail'], 'sshd refuses its configuration'],
    ['bookworm-stale', ['unknown not-observable'], 'after sshd last read its configuration'],
    ['bookworm-dropbear', ['pass', 'sshd:server=2 fail'], 'accepts passwords: dropbear'],
    ['bookworm-no-sudo-compliant', ['unknown no-privilege'], 'sudo refused'],
  ] as const)('%s', (name, expected, because) => {
    const findings = judged(sshRootLogin, captureOf(recording(name)));
    expect(verdicts(findings)).toEqual(expected);
    expect((findings.find(({ verdict }) => verdict === 'fail') ?? findings[0])?.because).toContain(because);
  });

  test("the daemon's own answer for root counts where the name service hides a group", () => {
    const { now, outputs } = recording('trixie-root-in-group');
    const changed = outputs.map((output) =>
      output.probe === 'group-entries'
        ? { ...output, stdout: output.stdout.replace(/^(ssh-admins:.*:)root$/m, '$1') }
        : output,
    );
    const findings = judged(sshRootLogin, captureOf({ now, outputs: changed }));
    expect(verdicts(findings)).toEqual(['fail']);
    expect(findings[0]?.because).toContain('asked with "sshd -T -C user=root');
  });

  test('log-in by key is refused where the baseline says no', () => {
    const strict = judged(sshRootLogin, captureOf(recording('bullseye-keyboard-interactive')), {
      permitRootLogin: 'no',
    });
    expect(verdicts(strict)).toEqual(['fail']);
    expect(strict[0]?.because).toContain('root may log in by key');
    expect(strict[0]?.expected).toBe('PermitRootLogin no');
  });

  test('sshd is not there', () => {
    const capture = captureOf(without('bookworm-compliant', 'missing', ['sshd-effective']));
    expect(verdicts(judged(sshRootLogin, capture))).toEqual(['unknown tool-missing']);
  });
});
