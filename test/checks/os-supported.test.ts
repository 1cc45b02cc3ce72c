import { describe, expect, test } from 'vitest';
import { osSupported } from '../../checks/updates/os-supported.ts';
import { sample } from '../facts/recorded.ts';
import { type Changes, judgeState, verdictOf } from './states.ts';

const DAY = 86_400;
const focal = section('ubuntu2004');
/** An archive of Ubuntu Pro beside the others; a date near the recordings. */
const pro = (date: string): string =>
  ['Origin: UbuntuESM', 'Suite: focal-infra-security', `Date: ${date}`]
    .map((line) => `/var/lib/apt/lists/esm.ubuntu.com_infra_ubuntu_dists_focal-infra-security_InRelease:${line}\n`)
    .join('');

/** What apt says of that archive, with its priority. */
const from = (priority: number): string =>
  `installed 1\nsource        ${priority} https://esm.ubuntu.com/infra/ubuntu focal-infra-security/main amd64 Packages\ncurrent 1\n`;

/** os-release as the recordings of the package lists show it. */
function section(distro: 'ubuntu2004' | 'ubuntu2204' | 'ubuntu2404'): string {
  return sample('updates', distro, '13-lists')
    .split('\n')
    .filter((line) => /^[A-Z_]+=/.test(line))
    .join('\n');
}

function release(text: string, lists = '', pending?: string): Changes {
  return {
    outputs: {
      'os-release': { stdout: `${text}\n` },
      'apt-lists': { stdout: lists, exitCode: 0 },
      ...(pending === undefined ? {} : { 'apt-pending': { stdout: pending } }),
    },
  };
}

describe('os-supported', () => {
  test.each<[string, string, RegExp, Changes?]>([
    ['bookworm/compliant', 'pass', /^Debian GNU\/Linux 12 \(bookworm\) gets security updates until 2028-06-30\.$/],
    ['trixie/compliant', 'pass', /until 2030-06-30/],
    ['bullseye/compliant', 'fail', /^Security support of Debian GNU\/Linux 11 \(bullseye\) ended on 2026-08-31\.$/],
    [
      'bookworm/compliant',
      'pass',
      /Ubuntu 22\.04\.5 LTS gets security updates until 2027-06-01/,
      release(section('ubuntu2204')),
    ],
    ['bookworm/compliant', 'pass', /Ubuntu 24\.04\.5 LTS gets/, release(section('ubuntu2404'))],
    ['bookworm/compliant', 'fail', /Ubuntu 20\.04\.6 LTS ended on 2025-05-29/, release(focal)],
    [
      'bookworm/compliant',
      'pass',
      /extended security updates from esm\.ubuntu\.com \(focal-infra-security\) until 2030-04-23/,
      release(focal, pro('Sat, 21 Nov 2026 10:00:00 UTC'), from(510)),
    ],
    // Ubuntu shows these lists to everybody, and pins them away until somebody has paid.
    [
      'bookworm/compliant',
      'fail',
      /ended on 2025-05-29, and apt takes nothing from esm\.ubuntu\.com \(focal-infra-security\) \(priority -32768\)\.$/,
      release(focal, pro('Sat, 21 Nov 2026 10:00:00 UTC'), from(-32768)),
    ],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /ended on 2025-05-29; esm\.ubuntu\.com \(focal-infra-security\) has no version of any installed package\.$/,
      release(focal, pro('Sat, 21 Nov 2026 10:00:00 UTC'), from(510).replace('esm.ubuntu.com', 'mirror.example.org')),
    ],
    ['bookworm/compliant', 'fail', /ended on 2025-05-29/, release(focal, pro('Thu, 01 Oct 2026 10:00:00 UTC'))],
    [
      'bookworm/compliant',
      'fail',
      /ended on 2023-06-30|ended on 2024-06-30/,
      release('ID=debian\nVERSION_ID="10"\nPRETTY_NAME="Debian 10"'),
    ],
    ['bookworm/compliant', 'fail', /ended on 2028-06-30/, { later: 600 * DAY }],
    [
      'bookworm/compliant',
      'unknown:not-observable',
      /no support dates for Rocky Linux 9\.4/,
      release('ID="rocky"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"'),
    ],
    [
      'bookworm/compliant',
      'pass',
      /until 2032-05-31/,
      {
        ...release('ID="rocky"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"'),
        params: { releases: { 'rocky/9.4': { until: '2032-05-31' } } },
      },
    ],
    [
      'bookworm/compliant',
      'fail',
      /ended on 2026-01-31/,
      { params: { releases: { 'debian/12': { until: '2026-01-31' } } } },
    ],
    [
      'bookworm/compliant',
      'unknown:tool-missing',
      /os-release/,
      { outputs: { 'os-release': { state: 'missing', exitCode: null } } },
    ],
  ])('%s: %s', (state, verdict, because, changes) => {
    const finding = judgeState(osSupported, state, changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });
});
