import { expect, test } from 'vitest';
import { factsOf } from '../../src/facts/derive.ts';
import type { Capture } from '../../src/model/host.ts';
import type { Output } from '../../src/model/probe.ts';
import { recordedHosts } from '../checks/hosts.ts';

const whole = recordedHosts().get('compliant') as Capture;

function sshdLogSettings(changes: Partial<Output>) {
  const outputs = whole.outputs.map((one) => (one.probe === 'sshd-effective' ? { ...one, ...changes } : one));
  return factsOf({ ...whole, outcome: 'partial', reason: 'no-privilege', outputs }).get('sshdLogSettings');
}

test.each([
  ['sudo: a password is required', /^Allow it in sudoers: audit ALL=\(root\) NOPASSWD: \/usr\/sbin\/sshd /],
  ['sudo: sorry, you must have a tty to run sudo', /^Put "Defaults:audit !requiretty" into sudoers\.$/],
  ["sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set", /nosuid/],
  ['sudo: PAM account management error: Permission denied', /"faillock --user audit"/],
])('why sudo refused, and what helps: %s', (said, remedy) => {
  const argv = ['/usr/bin/sudo', '-n', '--', '/usr/sbin/sshd', '-T'];
  expect(
    sshdLogSettings({ state: 'denied', exitCode: null, uid: null, stdout: '', stderr: `${said}\n`, argv }),
  ).toEqual({
    ...{ state: 'unknown', reason: 'no-privilege' },
    message: `sudo refused to run "/usr/sbin/sshd -T" and said: ${said}.`,
    remedy: expect.stringMatching(remedy),
  });
});

test('no sudo is no refusal', () => {
  const argv = ['/usr/bin/sudo', '-n', '--', '/usr/sbin/sshd', '-T'];
  const stderr = 'There is no /usr/bin/sudo on this host\n';
  expect(sshdLogSettings({ state: 'denied', exitCode: null, uid: null, stdout: '', stderr, argv })).toMatchObject({
    message: '"/usr/sbin/sshd -T" could not run as root: there is no /usr/bin/sudo on the host.',
    remedy: expect.stringMatching(/^Install sudo, or log in as root/),
  });
});

test('what was lost is named: the output, or what was complained about', () => {
  const lost = (exitCode: number | null) => sshdLogSettings({ state: 'truncated', exitCode });
  expect(lost(null)).toMatchObject({
    reason: 'truncated',
    message: expect.stringMatching(/^The output of .* cut off\.$/),
  });
  expect(lost(141)).toMatchObject({ message: expect.stringMatching(/^The output of /) });
  expect(lost(0)).toMatchObject({
    message: expect.stringMatching(/^What .* complained about did not come back whole\.$/),
  });
});

test('a sentence names the first of many paths only', () => {
  const argv = ['/usr/bin/stat', '--', ...Array.from({ length: 1000 }, (_, at) => `/home/user${at}/.ssh`)];
  const fact = sshdLogSettings({ state: 'timeout', exitCode: null, argv });
  expect(fact).toMatchObject({ message: expect.stringMatching(/^"\/usr\/bin\/stat -- .{200,300}…" did not end/) });
});
