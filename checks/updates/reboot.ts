import { compareVersions } from '../../src/model/debian-version.ts';
import type { InstalledKernel, RebootState } from '../../src/model/facts/updates.ts';

export interface RebootReason {
  /** For a sentence: "kernel 6.1.0-40 is installed and 6.1.0-38 runs". */
  readonly why: string;
  /** Epoch seconds. */
  readonly since: number;
}

/** Why the host should boot. A container's kernel is not its own: there only the file counts. */
export function reasonsToReboot(state: RebootState, container: boolean): readonly RebootReason[] {
  const { required, rebuilt, running } = state;
  const asked = required === null ? [] : [{ why: askedBy(required.packages), since: required.since }];
  if (container) return asked;
  const waiting = longestWaiting(state);
  const newer =
    waiting === undefined
      ? []
      : [{ why: `kernel ${waiting.release} is installed and ${running} runs`, since: waiting.since }];
  const build =
    rebuilt === null
      ? []
      : [
          {
            why: `build ${rebuilt.version} of kernel ${running} is installed and an older one runs`,
            since: rebuilt.since,
          },
        ];
  return [...asked, ...newer, ...build];
}

/**
 * True where the running kernel is one of those in /boot. One that a provider boots from elsewhere, or that nobody packed, says
 * nothing by being newer than these: nobody here knows its fixes.
 */
export function isInstalled({ kernels, running }: RebootState): boolean {
  return kernels.some(({ release }) => buildOf(release) === buildOf(running));
}

/** Of the kernels newer than the running one the first that came: another one on top of it does not restart the clock. */
function longestWaiting({ kernels, running }: RebootState): InstalledKernel | undefined {
  const newer = kernels.filter(({ release }) => compareVersions(buildOf(release), buildOf(running)) > 0);
  return newer.toSorted((a, b) => a.since - b.since)[0];
}

/** Without the flavour: `6.1.0-40` of `6.1.0-40-cloud-amd64`, which has the same fixes as `6.1.0-40-amd64`. */
function buildOf(release: string): string {
  return release.replace(/(-[a-z][a-z0-9]*)+$/, '');
}

function askedBy(packages: readonly string[]): string {
  const shown = packages.slice(0, 5).join(', ');
  return shown === '' ? '/run/reboot-required is there' : `/run/reboot-required is there, for ${shown}`;
}
