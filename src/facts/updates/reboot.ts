import { compareVersions } from '../../model/debian-version.ts';
import { cannotTell } from '../../model/fact.ts';
import type { RebootState } from '../../model/facts/updates.ts';
import type { Probe } from '../../model/probe.ts';
import type { Outputs } from '../outputs.ts';
import { installedPackages } from '../packages.ts';
import { type FileTimes, readTimes } from './files.ts';

export const rebootProbes: readonly Probe[] = [
  {
    id: 'running-kernel',
    purpose: 'Which kernel runs.',
    as: 'user',
    argv: ['cat', '/proc/sys/kernel/osrelease', '/proc/version'],
  },
  {
    id: 'reboot-packages',
    purpose: 'Which packages asked for a reboot.',
    as: 'user',
    argv: ['cat', '/run/reboot-required.pkgs'],
  },
];

/** Source: /usr/share/update-notifier/notify-reboot-required, /etc/kernel/postinst.d/unattended-upgrades. */
export function readReboot(outputs: Outputs): RebootState {
  const times = readTimes(outputs);
  const [running = '', build = ''] = outputs.ran('running-kernel').split('\n');
  if (running === '') cannotTell('unparseable', 'The kernel does not say which release it is.');
  const required = times.find(({ path }) => path === '/run/reboot-required');
  return {
    required: required === undefined ? null : { since: required.modified, packages: packagesOf(outputs) },
    running,
    kernels: kernelsOf(times),
    rebuilt: rebuiltKernel(outputs, times, running, build),
  };
}

function packagesOf(outputs: Outputs): readonly string[] {
  const { state, stdout } = outputs.get('reboot-packages');
  if (state !== 'ran') return [];
  return [...new Set(stdout.split('\n').map((line) => line.trim()))].filter((name) =>
    /^[a-z0-9][a-z0-9+.-]*$/.test(name),
  );
}

function kernelsOf(times: readonly FileTimes[]): RebootState['kernels'] {
  const kernels = times.flatMap((file) => {
    const release = /^\/boot\/vmlinuz-(\d.*)$/.exec(file.path)?.[1];
    return release === undefined ? [] : [{ release, since: installedAt(times, release) ?? file.changed }];
  });
  return kernels.toSorted((a, b) => compareVersions(b.release, a.release));
}

/** dpkg writes the list of a package's files when it unpacks it; the files themselves carry the times of the build. */
function installedAt(times: readonly FileTimes[], release: string): number | undefined {
  return times.find(({ path }) => path === `/var/lib/dpkg/info/linux-image-${release}.list`)?.modified;
}

/** `#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)` names the package's version. */
function rebuiltKernel(
  outputs: Outputs,
  times: readonly FileTimes[],
  running: string,
  build: string,
): RebootState['rebuilt'] {
  const version = / Debian (\d\S*) \(/.exec(build)?.[1];
  const since = installedAt(times, running);
  if (version === undefined || since === undefined) return null;
  const installed = installedPackages(outputs).find(({ name }) => name === `linux-image-${running}`)?.version;
  if (installed === undefined || compareVersions(installed, version) <= 0) return null;
  return { version: installed, since };
}
