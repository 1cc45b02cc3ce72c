import { absent, cannotTell, type Fact, known } from '../model/fact.ts';
import type { Probe } from '../model/probe.ts';
import type { Outputs } from './outputs.ts';

export const packagesProbe: Probe = {
  id: 'dpkg-packages',
  purpose: 'Which of the packages that the checks judge are installed, and in which version.',
  as: 'user',
  argv: [
    'dpkg-query',
    '-W',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholders are dpkg's.
    '-f=${db:Status-Abbrev} ${Package} ${Version}\\n',
    'fail2ban',
    'openssh-server',
    'unattended-upgrades',
    'linux-image-[0-9]*',
  ],
};

export interface Package {
  readonly name: string;
  readonly version: string;
}

/**
 * The packages of `dpkg-packages` that are unpacked and configured. The exit code is 1 as soon as one of the
 * names is unknown to dpkg. Source: dpkg-query(1).
 */
export function installedPackages(outputs: Outputs): readonly Package[] {
  return listed(outputs).filter(({ state }) => state === 'i');
}

/** One package of `dpkg-packages`. Absent: not installed, removed, or left half installed. */
export function installedPackage(outputs: Outputs, name: string): Fact<Package> {
  const found = listed(outputs).find((one) => one.name === name && one.state !== 'n' && one.state !== 'c');
  if (found === undefined) return absent(`${name} is not installed`);
  return found.state === 'i' ? known(found) : absent(`${name} is only half installed`);
}

function listed(outputs: Outputs): readonly (Package & { readonly state: string })[] {
  if (outputs.get('dpkg-packages').state === 'missing') {
    cannotTell('tool-missing', 'This host has no dpkg, so fleetproof cannot tell which packages are installed.');
  }
  const text = outputs.ran('dpkg-packages', [0, 1]);
  return text.split('\n').flatMap((line) => {
    // Three letters: wanted, state, error flag; packages that are not installed have no version.
    const match = /^[a-z](.). (\S+) (\S*)$/i.exec(line);
    return match === null ? [] : [{ state: match[1] ?? '', name: match[2] ?? '', version: match[3] ?? '' }];
  });
}
