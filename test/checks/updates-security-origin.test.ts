// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders are those of unattended-upgrades.
import { describe, expect, test } from 'vitest';
import { matchesOrigin } from '../../checks/updates/origins.ts';
import { updatesSecurityOrigin } from '../../checks/updates/updates-security-origin.ts';
import type { Os } from '../../src/model/facts/host.ts';
import type { Archive } from '../../src/model/facts/updates.ts';
import { DISTROS, sample } from '../facts/recorded.ts';
import { type Changes, judgeState, recordedText, verdictOf } from './states.ts';

/** As apt 2.6 warns; its exit code is 0. */
const UNREADABLE = 'W: Unable to read /etc/apt/apt.conf.d/99off - open (13: Permission denied)\n';
const settings = (text: string): Changes => ({ outputs: { 'apt-settings': { stdout: text } } });
const ORIGINS = 'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,label=Debian-Security";\n';
const list = (text: string): Changes => ({ outputs: { 'apt-lists': { stdout: text, exitCode: 0 } } });

/** As apt says it with APT::Default-Release "bookworm", or with the third parties' archive of that distribution pinned. */
const PREFERRED = recordedText('bookworm/compliant', 'apt-pending').replace(
  /^source +500 (\S+ bookworm\/main)/m,
  'source        990 $1 amd64 Packages\nsource        990 http://mirror.example.org/debian bookworm/contrib',
);
const preferred = (settings = ''): Changes => ({
  outputs: {
    'apt-pending': { stdout: PREFERRED },
    ...(settings === '' ? {} : { 'apt-settings': { stdout: settings } }),
  },
});
const THIRD = recordedText('bookworm/compliant', 'apt-pending').replace(
  /^source /m,
  'source        990 https://download.example.com/linux/debian bookworm/stable amd64 Packages\nsource ',
);

describe('updates-security-origin', () => {
  test.each<[string, string, RegExp, Changes?]>([
    ['bullseye/compliant', 'pass', /takes every package of the security archive/],
    [
      'bookworm/compliant',
      'unknown:no-privilege',
      /^The login user may not read \/etc\/apt\/apt\.conf\.d\/99off, so what apt is told there is not known\.$/,
      { outputs: { 'apt-settings': { stderr: UNREADABLE } } },
    ],
    ['bookworm/compliant', 'pass', /takes every package/],
    ['trixie/compliant', 'pass', /takes every package/],
    ['bookworm/compliant', 'pass', /./, settings(ORIGINS)],
    ['bookworm/compliant', 'pass', /./, settings(`${ORIGINS}Unattended-Upgrade::Package-Blacklist:: "docker-ce";`)],
    // Debian's security archive calls its components updates/main and so on; apt calls them main.
    [
      'bookworm/compliant',
      'pass',
      /./,
      settings('Unattended-Upgrade::Origins-Pattern:: "l=Debian-Security,c=main";\n'),
    ],
    [
      'bookworm/compliant',
      'fail',
      /leaves out bookworm-security\.$/,
      settings('Unattended-Upgrade::Origins-Pattern:: "l=Debian-Security,c=contrib";\n'),
    ],
    ['bookworm/uu-removed', 'fail', /^unattended-upgrades is not installed\.$/],
    ['bookworm/uu-no-security-origin', 'fail', /allows only .*label=Debian, which leaves out bookworm-security\.$/],
    ['bookworm/uu-blacklisted', 'fail', /Package-Blacklist keeps updates from linux-image-amd64, linux-image-generic/],
    ['bookworm/uu-pinned-archive', 'fail', /gives the security archive priority 50/],
    [
      'bookworm/compliant',
      'fail',
      /^apt prefers bookworm \(priority 990\) to bookworm-security \(500\): what is installed from there gets no security update\.$/,
      preferred(),
    ],
    // unattended-upgrades looks at no other archive than those it allows.
    ['bookworm/compliant', 'pass', /./, preferred(ORIGINS)],
    ['bookworm/compliant', 'pass', /./, { outputs: { 'apt-pending': { stdout: THIRD } } }],
    ['bookworm/compliant', 'fail', /allows no origin at all/, settings('APT::Periodic::Unattended-Upgrade "1";')],
    [
      'bookworm/compliant',
      'fail',
      /^unattended-upgrade ends with an error on "Docker:bookworm" in its Origins-Pattern, which is no list of key=value\.$/,
      settings(`${ORIGINS}Unattended-Upgrade::Origins-Pattern:: "Docker:bookworm";`),
    ],
    [
      'bookworm/compliant',
      'fail',
      /ends with an error on "origin=Debian,label=Debian-Security" in its Allowed-Origins, which is no DISTRIBUTION:ARCHIVE\.$/,
      settings(`${ORIGINS}Unattended-Upgrade::Allowed-Origins:: "origin=Debian,label=Debian-Security";`),
    ],
    [
      'bookworm/compliant',
      'fail',
      /Package-Whitelist leaves out libc6/,
      settings(`${ORIGINS}Unattended-Upgrade::Package-Whitelist:: "nginx";`),
    ],
    [
      'bookworm/compliant',
      'fail',
      /no package list of bookworm-security, the security archive of this release/,
      list('/var/lib/apt/lists/mirror.example.org_debian_dists_bookworm_InRelease:Label: Debian\n'),
    ],
    ['bookworm/uu-empty-lists', 'unknown:not-observable', /no package lists/],
    [
      'bookworm/compliant',
      'unknown:unparseable',
      /cannot read the package pattern/,
      settings(`${ORIGINS}Unattended-Upgrade::Package-Blacklist:: "(";`),
    ],
    [
      'bookworm/compliant',
      'unknown:tool-missing',
      /apt-settings/,
      { outputs: { 'apt-settings': { state: 'missing', exitCode: null } } },
    ],
  ])('%s: %s', (state, verdict, because, changes) => {
    const finding = judgeState(updatesSecurityOrigin, state, changes);
    expect(verdictOf(finding), finding.because).toBe(verdict);
    expect(finding.because).toMatch(because);
  });

  test.each(DISTROS)('no origin and a blacklist fail with the settings of %s', (distro) => {
    const text = sample('updates', distro, '23-fail-no-origins-blacklist');
    const finding = judgeState(
      updatesSecurityOrigin,
      'bookworm/compliant',
      settings(
        text
          .split('\n')
          .filter((line) => line.startsWith('Unattended'))
          .join('\n'),
      ),
    );
    expect(verdictOf(finding)).toBe('fail');
    expect(finding.because).toMatch(/allows no origin at all.*keeps updates from linux-image-amd64.*openssl/);
  });
});

describe('matchesOrigin', () => {
  const os: Os = {
    id: 'ubuntu',
    idLike: ['debian'],
    versionId: '24.04',
    codename: 'noble',
    prettyName: '',
    container: null,
  };
  const archive: Archive = {
    site: 'mirror.example.org',
    distribution: 'noble-security',
    origin: 'Ubuntu',
    label: 'Ubuntu',
    suite: 'noble-security',
    codename: 'noble',
    components: ['main', 'universe'],
    security: true,
    date: null,
    validUntil: null,
  };
  test.each([
    ['o=${distro_id},a=${distro_codename}-security', true],
    ['o=${distro_id},a=${distro_codename}', false],
    ['origin=Ubuntu,archive=noble-*', true],
    // Where only another component is taken, the main one is left.
    ['o=Ubuntu,n=noble,c=universe', false],
    ['o=Ubuntu,n=noble,c=m*n', true],
    ['o=$distro_id,n=$distro_codename', true],
    ['o=Ubuntu,c=restricted', false],
    ['o=*', true],
    ['suite=[nj]*-security', true],
    ['suite=[!n]*-security', false],
    ['site=mirror.example.org', true],
    ['site=mirror-example-org', false],
    ['o=Ubuntu, l=Ubuntu', true],
    ['', false],
    ['Ubuntu', false],
    ['release=noble', false],
    ['o=Ubuntu\\, Inc.', false],
  ])('%s: %s', (pattern, expected) => {
    expect(matchesOrigin(pattern, archive, os)).toBe(expected);
  });
});
