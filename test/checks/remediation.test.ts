import { describe, expect, test } from 'vitest';
import { fail2banSshdJail } from '../../checks/fail2ban/fail2ban-sshd-jail.ts';
import { firewallActive } from '../../checks/firewall/firewall-active.ts';
import { firewallAllowedPorts } from '../../checks/firewall/firewall-allowed-ports.ts';
import { firewallDefaultDeny } from '../../checks/firewall/firewall-default-deny.ts';
import { firewallEffective } from '../../checks/firewall/firewall-effective.ts';
import { secretsPermissions } from '../../checks/host/secrets-permissions.ts';
import { sshCrypto } from '../../checks/ssh/ssh-crypto.ts';
import { sshKeyOnly } from '../../checks/ssh/ssh-key-only.ts';
import { sshRootLogin } from '../../checks/ssh/ssh-root-login.ts';
import { updatesAutomatic } from '../../checks/updates/updates-automatic.ts';
import { judge } from '../../src/model/check.ts';
import { recorded, settings, stdoutOf } from '../facts/firewall/recorded.ts';
import { captureOf, judged, recording } from './recorded.ts';

const steps = (check: Parameters<typeof judged>[0], name: string): (string | undefined)[] =>
  judged(check, captureOf(recording(name)))
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ remediation }) => remediation);

describe('what a remediation tells to type', () => {
  test('what jail.local says of the sshd jail itself is overruled, whom it ignores and how it bans too', () => {
    const text = fail2banSshdJail.remediation;
    expect(text).not.toContain('[DEFAULT]');
    for (const key of ['ignoreip', 'action', 'banaction', 'maxretry', 'bantime', 'findtime', 'protocol']) {
      expect(text).toMatch(new RegExp(`^  ${key} = .`, 'm'));
    }
  });

  test('clients that know the host by another key, or by its certificate, still find it', () => {
    expect(sshCrypto.remediation).toMatch(/^ {2}HostKeyAlgorithms -ssh-rsa\*,ssh-dss\*$/m);
  });

  test('names from the host are words of a shell', () => {
    const { now, outputs } = recording('bookworm-secrets');
    const hostile = outputs.map((output) => ({
      ...output,
      stdout: output.stdout.replaceAll('/home/alice/app/.env', '/home/alice/$(reboot)/.env'),
    }));
    const [finding] = judged(secretsPermissions, captureOf({ now, outputs: hostile }));
    expect(finding?.because).toContain('/home/alice/$(reboot)/.env can be read');
    expect(finding?.remediation).toContain("chmod 600 '/home/alice/$(reboot)/.env'");
  });

  test('and so are they in what could not be looked at', () => {
    const { now, outputs } = recording('trixie-secrets-unlisted-home');
    const hostile = outputs.map((output) => ({
      ...output,
      stdout: output.stdout.replaceAll('/home/alice', '/home/$(reboot)'),
      stderr: output.stderr.replaceAll('/home/alice', '/home/$(reboot)'),
    }));
    const [finding] = judged(secretsPermissions, captureOf({ now, outputs: hostile }));
    expect(finding?.remediation).toContain("chmod o-rx '/home/$(reboot)'");
  });

  test('so are the words of a rule', () => {
    const save = stdoutOf(recorded('pass'), 'iptables-save').replace(
      '-A INPUT -j ufw-before-logging-input',
      '-A INPUT -p tcp -m tcp --dport 5432 -m comment --comment "a $(reboot) b" -j ACCEPT\n$&',
    );
    const [finding] = judged(firewallAllowedPorts, captureOf(recorded('pass', { 'iptables-save': save })));
    expect(finding?.remediation).toContain(
      "iptables -D INPUT -p tcp -m tcp --dport 5432 -m comment --comment 'a $(reboot) b' -j ACCEPT",
    );
  });

  test('SSH is let in before anything denies', () => {
    const open = recorded('pass', {
      'firewall-settings': settings([/DEFAULT_INPUT_POLICY="DROP"/, 'DEFAULT_INPUT_POLICY="ACCEPT"']),
    });
    const capture = captureOf(open);
    const [finding] = judged(firewallDefaultDeny, { ...capture, host: { ...capture.host, port: 2222 } });
    expect(finding?.remediation).toMatch(/^ufw allow 2222\/tcp .*\nufw default deny incoming$/);
    expect(firewallDefaultDeny.remediation).toMatch(/^ufw allow 22\/tcp/);
  });

  test('flushed chains are not reloaded, which would drop every packet', () => {
    const flushed = (family: string) =>
      stdoutOf(recorded('pass'), `${family}-save`)
        .replace(/^:INPUT DROP/m, ':INPUT ACCEPT')
        .replace(/^-A INPUT .*\n/gm, '');
    const capture = captureOf(
      recorded('pass', { 'iptables-save': flushed('iptables'), 'ip6tables-save': flushed('ip6tables') }),
    );
    for (const check of [firewallActive, firewallDefaultDeny, firewallEffective]) {
      const [finding] = judged(check, capture);
      expect(finding?.because).toContain('nothing leads to them');
      expect(finding?.remediation).toMatch(
        /^ufw allow 22\/tcp .*\n#.*\n\/lib\/ufw\/ufw-init flush-all && ufw --force enable\n/,
      );
      expect(finding?.remediation).not.toContain('ufw disable');
    }
  });

  test('the lines that decide are corrected, in Match blocks as well', () => {
    const all = steps(sshKeyOnly, 'bookworm-match');
    expect(all).toHaveLength(4);
    expect(all[0]).toContain(
      "sed -i '2s/.*PasswordAuthentication.*/PasswordAuthentication no/I' /etc/ssh/sshd_config.d/60-a.conf",
    );
    for (const one of all)
      expect(one).toMatch(/^# Only once a log-in by key works.*\n(.*\n)+sshd -t && systemctl reload ssh$/);
    expect(steps(sshKeyOnly, 'trixie-options')[0]).toContain('take PasswordAuthentication out of the options of sshd');
    expect(steps(sshKeyOnly, 'bullseye-keyboard-interactive')).toEqual([undefined]);
    expect(sshKeyOnly.remediation).toContain('ChallengeResponseAuthentication no');
  });

  test('a line keeps its keyword: OpenSSH 8.6 and older refuse ChallengeResponseAuthentication in a Match block', () => {
    const recordedHost = recording('bullseye-match');
    const outputs = recordedHost.outputs.map((output) => ({
      ...output,
      stdout: output.stdout.replaceAll('60-a.conf:2:  Password', '60-a.conf:2:  KbdInteractive'),
    }));
    const all = judged(sshKeyOnly, captureOf({ ...recordedHost, outputs })).map(({ remediation }) => remediation);
    const word = String.raw`\(KbdInteractive\|ChallengeResponse\|SKey\)Authentication`;
    expect(all.join('\n')).toContain(
      String.raw`sed -i '2s/^[[:blank:]]*${word}.*/\1Authentication no/I' /etc/ssh/sshd_config.d/60-a.conf`,
    );
  });

  test('root keeps its keys unless the baseline says no', () => {
    expect(sshRootLogin.remediation).toContain('PermitRootLogin prohibit-password');
    const [finding] = judged(sshRootLogin, captureOf(recording('bullseye-keyboard-interactive')), {
      permitRootLogin: 'no',
    });
    expect(finding?.verdict).toBe('fail');
    expect(finding?.remediation).toContain('another account logs in');
  });

  test('no file of the host is written over, and none is read after ours', () => {
    for (const { remediation } of [sshKeyOnly, sshRootLogin]) expect(remediation).not.toMatch(/> \S+\/00-[a-z]/);
    expect(updatesAutomatic.remediation).toContain('/etc/apt/apt.conf.d/zz-auto-upgrades');
  });

  test('where only a part has steps of its own, those of the check stay', () => {
    const pass = { because: 'All is well.', expected: 'well' };
    const own = { because: 'A.', actual: 'a', remediation: 'mend a\nmend b' };
    const twice = { because: 'B.', actual: 'b', remediation: 'mend b' };
    const none = { because: 'C.', actual: 'c' };
    expect(judge(pass, [() => [own, twice]])).toMatchObject({ remediation: 'mend a\nmend b' });
    expect(judge(pass, [() => [own, twice]])).not.toHaveProperty('alsoGeneral');
    expect(judge(pass, [() => [own, none]])).toMatchObject({ remediation: 'mend a\nmend b', alsoGeneral: true });
    expect(judge(pass, [() => none])).not.toHaveProperty('remediation');
  });
});
