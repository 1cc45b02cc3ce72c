import { compareVersions } from '../../src/model/debian-version.ts';
import type { RebootState } from '../../src/model/facts/updates.ts';

export interface RebootReason {
  /** For a sentence: "kernel 6.1.0-40 is installed and 6.1.0-38 runs". */
  readonly why: string;
  /** Epoch seconds. */
  readonly since: number;
}

/** Why the host should boot. A container's kernel is not its own: there only the file counts. */
export function reasonsToReboot(state: RebootState, container: boolean): readonly RebootReason[] {
  const { required, newest, rebuilt, running } = state;
  const asked = required === null ? [] : [{ why: askedBy(required.packages), since: required.since }];
  if (container) return asked;
  const newer =
    newest === null || compareVersions(newest.release, running) <= 0
      ? []
      : [{ why: `kernel ${newest.release} is installed and ${running} runs`, since: newest.since }];
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

function askedBy(packages: readonly string[]): string {
  const shown = packages.slice(0, 5).join(', ');
  return shown === '' ? '/run/reboot-required is there' : `/run/reboot-required is there, for ${shown}`;
}
