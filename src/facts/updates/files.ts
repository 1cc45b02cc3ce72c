import { cannotTell } from '../../model/fact.ts';
import type { Probe } from '../../model/probe.ts';
import type { Outputs } from '../outputs.ts';

/** One stat for all times that the checks of updates and reboots read. */
export const filesProbe: Probe = {
  id: 'update-times',
  purpose: 'When updates last ran, since when a reboot is due, and since when the installed kernels are there.',
  as: 'user',
  argv: [
    'stat',
    '-c',
    '%Y %Z %n',
    '/run/reboot-required',
    '/etc/machine-id',
    { glob: '/var/lib/apt/periodic/*' },
    { glob: '/boot/vmlinuz-*' },
    { glob: '/var/lib/dpkg/info/linux-image-*.list' },
  ],
};

export interface FileTimes {
  readonly path: string;
  /** Epoch seconds. */
  readonly modified: number;
  /** Epoch seconds at which the inode changed: for a kernel from a package, not before it was installed. */
  readonly changed: number;
}

/** The files of `update-times` that are there. stat ends with 1 when one is missing; any other trouble is ignorance. */
export function readTimes(outputs: Outputs): readonly FileTimes[] {
  const text = outputs.ran('update-times', [0, 1]);
  const complaint = outputs
    .get('update-times')
    .stderr.split('\n')
    .find((line) => line.trim() !== '' && !line.includes('No such file or directory'));
  if (complaint !== undefined) cannotTell('unreadable', `stat could not look at a file: ${complaint.slice(0, 160)}.`);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^(\d{1,12}) (\d{1,12}) (\/.+)$/.exec(line);
      if (match === null) return cannotTell('unparseable', 'stat printed a line of an unknown form.');
      return { modified: Number(match[1]), changed: Number(match[2]), path: match[3] ?? '' };
    });
}
