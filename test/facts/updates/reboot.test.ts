import { describe, expect, test } from 'vitest';
import { readReboot } from '../../../src/facts/updates/reboot.ts';
import { Ignorance } from '../../../src/model/fact.ts';
import { output, outputs } from '../recorded.ts';

describe('the reboot state', () => {
  const kernel = (release: string, build = '#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)') =>
    output('running-kernel', `${release}\nLinux version ${release} (builder@example.org) (gcc) ${build}\n`);
  const times = (text: string, stderr = '') => output('update-times', text, { exitCode: 1, stderr });
  const packages = output('dpkg-packages', 'ii  linux-image-6.1.0-38-amd64 6.1.147-1\n', { exitCode: 1 });
  const none = output('reboot-packages', '', { exitCode: 1 });

  test('finds the installed kernels, newest first, and since when they are there', () => {
    const boot = [
      '1700000000 1700000100 /boot/vmlinuz-6.1.0-9-amd64',
      '1700000000 1700000200 /boot/vmlinuz-6.1.0-40-amd64',
      '1700000300 1700000300 /var/lib/dpkg/info/linux-image-6.1.0-40-amd64.list',
    ].join('\n');
    expect(readReboot(outputs(times(boot), kernel('6.1.0-9-amd64'), packages, none))).toEqual({
      required: null,
      running: '6.1.0-9-amd64',
      kernels: [
        { release: '6.1.0-40-amd64', since: 1_700_000_300 },
        { release: '6.1.0-9-amd64', since: 1_700_000_100 },
      ],
      rebuilt: null,
    });
  });

  test('finds a newer build of the running kernel', () => {
    const boot = '1700000300 1700000300 /var/lib/dpkg/info/linux-image-6.1.0-38-amd64.list';
    const state = readReboot(outputs(times(boot), kernel('6.1.0-38-amd64'), packages, none));
    expect(state.rebuilt).toEqual({ version: '6.1.147-1', since: 1_700_000_300 });
    // Ubuntu's kernels do not say which build they are.
    const ubuntu = kernel('6.1.0-38-amd64', '#45-Ubuntu SMP PREEMPT_DYNAMIC');
    expect(readReboot(outputs(times(boot), ubuntu, packages, none)).rebuilt).toBeNull();
    const current = kernel('6.1.0-38-amd64', '#1 SMP PREEMPT_DYNAMIC Debian 6.1.147-1 (2025-08-02)');
    expect(readReboot(outputs(times(boot), current, packages, none)).rebuilt).toBeNull();
  });

  test('names the packages that asked', () => {
    const asked = output('reboot-packages', 'linux-image-6.1.0-40-amd64\nlibc6\nlibc6\n<b>\n');
    const state = readReboot(
      outputs(times('1700000000 1700000000 /run/reboot-required'), kernel('6.18.44'), packages, asked),
    );
    expect(state.required).toEqual({ since: 1_700_000_000, packages: ['linux-image-6.1.0-40-amd64', 'libc6'] });
  });

  test.each([
    ['a directory that may not be searched', '', "stat: cannot statx '/boot/vmlinuz-*': Permission denied"],
    ['another form', 'yesterday /boot/vmlinuz-6', ''],
  ])('is unknown with %s', (_, text, stderr) => {
    expect(() => readReboot(outputs(times(text, stderr), kernel('6.1.0-9-amd64'), packages, none))).toThrow(Ignorance);
  });
});
