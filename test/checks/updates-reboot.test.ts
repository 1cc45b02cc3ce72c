import { describe, expect, test } from 'vitest';
import { updatesReboot } from '../../checks/updates/updates-reboot.ts';
import type { Output } from '../../src/model/probe.ts';
import { judgeState, recordedAt, verdictOf } from './states.ts';

const DAY = 86_400;
const now = recordedAt('bookworm/compliant');
const ago = (days: number): string => `${now - days * DAY} ${now - days * DAY}`;

/** A machine of its own: the recorded hosts are containers, which show the kernel below them. */
function machine(running: string, files: readonly string[], build = ''): Readonly<Record<string, Partial<Output>>> {
  return {
    machine: { stdout: 'container:none\n' },
    'running-kernel': { stdout: `${running}\nLinux version ${running} (builder@example.org) #1 SMP ${build}\n` },
    'update-times': { stdout: files.join('\n'), exitCode: 1, stderr: '' },
    'dpkg-packages': { stdout: 'ii  linux-image-6.1.0-38-amd64 6.1.147-1\n', exitCode: 1 },
  };
}

const NEWEST = `${ago(300)} /boot/vmlinuz-6.1.0-40-amd64`;
const OLDER = `${ago(400)} /boot/vmlinuz-6.1.0-9-amd64`;
const installed = (release: string, days: number): string =>
  `${ago(days)} /var/lib/dpkg/info/linux-image-${release}.list`;

describe('updates-reboot', () => {
  test.each([
    ['bookworm/compliant', 'not-applicable', /^This is a container \(systemd-nspawn\)/],
    ['trixie/compliant', 'not-applicable', /^This is a container/],
    ['bookworm/reboot-required', 'fail', /reboot-required is there, for linux-image-amd64, for 30 days/],
  ])('%s: %s', (state, verdict, because) => {
    const finding = judgeState(updatesReboot, state);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test.each<[string, string, RegExp, Readonly<Record<string, Partial<Output>>>]>([
    [
      'the newest kernel',
      'pass',
      /running kernel 6\.1\.0-40-amd64 is the newest/,
      machine('6.1.0-40-amd64', [NEWEST, OLDER]),
    ],
    [
      'a kernel that was booted from elsewhere, newer than those in /boot',
      'unknown:not-observable',
      /running kernel 6\.12\.9-custom is none of those in \/boot/,
      machine('6.12.9-custom', [NEWEST]),
    ],
    [
      'the newest kernel, of which /boot has another flavour',
      'pass',
      /running kernel 6\.1\.0-40-cloud-amd64 is the newest/,
      machine('6.1.0-40-cloud-amd64', [NEWEST]),
    ],
    [
      'another flavour of the newest kernel',
      'pass',
      /running kernel 6\.1\.0-40-amd64 is the newest/,
      machine('6.1.0-40-amd64', [
        NEWEST,
        `${ago(300)} /boot/vmlinuz-6.1.0-40-cloud-amd64`,
        `${ago(300)} /boot/vmlinuz-6.1.0-40-rt-amd64`,
      ]),
    ],
    [
      'a new kernel of another flavour',
      'fail',
      /kernel 6\.12\.57\+deb12-amd64 is installed and 6\.1\.0-40-cloud-amd64 runs/,
      machine('6.1.0-40-cloud-amd64', [`${ago(300)} /boot/vmlinuz-6.12.57+deb12-amd64`]),
    ],
    [
      'a new kernel for three days',
      'pass',
      /A reboot is due: kernel 6\.1\.0-40-amd64 is installed and 6\.1\.0-9-amd64 runs, for 3 days/,
      machine('6.1.0-9-amd64', [NEWEST, OLDER, installed('6.1.0-40-amd64', 3)]),
    ],
    [
      'a new kernel for a month',
      'fail',
      /6\.1\.0-40-amd64 is installed and 6\.1\.0-9-amd64 runs, for 30 days/,
      machine('6.1.0-9-amd64', [NEWEST, OLDER, installed('6.1.0-40-amd64', 30)]),
    ],
    [
      'a new kernel for three days and one before it for a month',
      'fail',
      /kernel 6\.1\.0-39-amd64 is installed and 6\.1\.0-9-amd64 runs, for 30 days/,
      machine('6.1.0-9-amd64', [
        NEWEST,
        OLDER,
        `${ago(350)} /boot/vmlinuz-6.1.0-39-amd64`,
        installed('6.1.0-40-amd64', 3),
        installed('6.1.0-39-amd64', 30),
        `${ago(3)} /run/reboot-required`,
      ]),
    ],
    [
      'a new kernel for three days, and the package of the running one removed',
      'pass',
      /kernel 6\.1\.0-40-amd64 is installed and 6\.1\.0-30-amd64 runs, for 3 days/,
      machine('6.1.0-30-amd64', [NEWEST, OLDER, installed('6.1.0-40-amd64', 3), installed('6.1.0-9-amd64', 400)]),
    ],
    ['a new kernel from no package', 'fail', /runs, for 300 days/, machine('6.1.0-9-amd64', [NEWEST, OLDER])],
    [
      'a new build of the running kernel',
      'fail',
      /build 6\.1\.147-1 of kernel 6\.1\.0-38-amd64 is installed and an older one runs, for 20 days/,
      machine(
        '6.1.0-38-amd64',
        [`${ago(20)} /boot/vmlinuz-6.1.0-38-amd64`, installed('6.1.0-38-amd64', 20)],
        'Debian 6.1.140-1 (2025-05-22)',
      ),
    ],
    [
      'a request of two days',
      'pass',
      /reboot-required is there, for 2 days/,
      machine('6.1.0-40-amd64', [NEWEST, `${ago(2)} /run/reboot-required`]),
    ],
    [
      'a request of a time that lies ahead',
      'unknown:not-observable',
      /A reboot is due, \/run\/reboot-required is there: that is of \S+, ahead of the host's clock, so how long/,
      machine('6.1.0-40-amd64', [NEWEST, `${ago(-9)} /run/reboot-required`]),
    ],
    [
      'a request of a time that lies ahead and a new kernel for a month',
      'fail',
      /runs, for 30 days/,
      machine('6.1.0-9-amd64', [NEWEST, OLDER, installed('6.1.0-40-amd64', 30), `${ago(-9)} /run/reboot-required`]),
    ],
    ['no kernel in /boot', 'unknown:not-observable', /No kernel is installed in \/boot/, machine('6.1.0-40-amd64', [])],
    [
      'a kernel that does not say',
      'unknown:tool-missing',
      /running-kernel/,
      { ...machine('x', []), 'running-kernel': { state: 'missing', exitCode: null } },
    ],
  ])('a machine with %s: %s', (_, verdict, because, outputs) => {
    const finding = judgeState(updatesReboot, 'bookworm/compliant', { outputs });
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });
});
