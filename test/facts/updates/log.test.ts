import { describe, expect, test } from 'vitest';
import { readLog } from '../../../src/facts/updates/log.ts';
import { read } from '../../../src/model/fact.ts';
import { recordedText } from '../../checks/states.ts';
import { type Distro, output, outputs, sample } from '../recorded.ts';

describe('the log of unattended-upgrades', () => {
  const runs = (distro: Distro, name: string) => {
    const text = sample('updates', distro, name);
    return read(readLog(outputs(output('unattended-upgrades-log', text)))) ?? [];
  };

  test('of a run that installed something', () => {
    const [last, ...earlier] = runs('ubuntu2204', '30-pass-real-run-log-and-stamps');
    expect([last]).toMatchObject([
      { outcome: 'upgraded', errors: [], left: [], startedAt: Date.parse('2026-11-22T03:02:31Z') / 1000 },
    ]);
    // Before it ran for the downloads only.
    expect(earlier.map(({ outcome }) => outcome)).toEqual(['none', 'none']);
  });

  test('of a run that left everything, and touched its stamps', () => {
    const [last, ...earlier] = runs('debian12', '31-trap-blacklisted-run-still-touches-stamps');
    expect(earlier.map(({ outcome }) => outcome)).not.toContain('nothing-to-do');
    expect(last).toMatchObject({
      outcome: 'nothing-to-do',
      left: ['openssh-client', 'openssh-server', 'openssh-sftp-server'],
    });
  });

  test('of a rehearsal, which counts as none', () => {
    const rehearsal = runs('debian12', '31-trap-blacklisted-run-still-touches-stamps').at(-2);
    expect(rehearsal).toMatchObject({ outcome: 'none', startedAt: Date.parse('2026-11-22T01:36:48Z') / 1000 });
  });

  test('of a run on a day that is not its own, which counts as none', () => {
    const text = recordedText('bookworm/uu-skipped-days', 'unattended-upgrades-log');
    expect(text).toContain('Skipping update check: today is 1,Mon,Monday but patch days are sunday, tues');
    expect(read(readLog(outputs(output('unattended-upgrades-log', text))))).toMatchObject([{ outcome: 'none' }]);
  });

  test('of runs that failed, in another language', () => {
    const text =
      '2026-11-21 06:12:00,000 INFO Démarrage du script\n2026-11-21 06:12:01,000 INFO Tout est installé\n2026-11-22 06:12:00,000 INFO Démarrage du script\n2026-11-22 06:12:09,000 ERROR Échec de la mise à jour\nTraceback (most recent call last):\n';
    const log = read(readLog(outputs(output('unattended-upgrades-log', text))));
    expect(log).toMatchObject([{ outcome: 'failed', errors: ['Échec de la mise à jour'] }, { outcome: 'none' }]);
  });

  test('of packages with a changed configuration file, and kept back', () => {
    const text =
      '2026-11-22 06:12:00,000 INFO Starting unattended upgrades script\n2026-11-22 06:12:01,000 WARNING Package openssl has conffile prompt and needs to be upgraded manually\n2026-11-22 06:12:02,000 INFO Packages that are kept back: libc6 linux-image-amd64\n';
    expect(read(readLog(outputs(output('unattended-upgrades-log', text))))).toMatchObject([
      { outcome: 'none', left: ['openssl', 'libc6', 'linux-image-amd64'] },
    ]);
  });

  test('is absent where there is none, unknown where it may not be read', () => {
    const missing = output('unattended-upgrades-log', '', {
      exitCode: 1,
      stderr: "tail: cannot open 'x' for reading: No such file or directory",
    });
    expect(readLog(outputs(missing))).toMatchObject({ state: 'absent' });
    const closed = output('unattended-upgrades-log', '', {
      exitCode: 1,
      stderr: "tail: cannot open 'x' for reading: Permission denied",
    });
    expect(readLog(outputs(closed))).toMatchObject({ state: 'unknown', reason: 'unreadable' });
    const denied = output('unattended-upgrades-log', '', { state: 'denied', exitCode: null });
    expect(readLog(outputs(denied))).toMatchObject({ state: 'unknown', reason: 'no-privilege' });
  });
});
