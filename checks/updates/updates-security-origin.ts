import { defineCheck, judge } from '../../src/model/check.ts';
import { need } from '../need.ts';
import { problem, requireApt } from './apt.ts';
import { exclusionProblems } from './exclusions.ts';
import { entryProblems, originProblems, preferenceProblems, priorityProblems } from './origins.ts';

export const updatesSecurityOrigin = defineCheck({
  id: 'updates-security-origin',
  title: 'The security archive is among the upgraded origins',
  severity: 'high',
  rationale:
    'unattended-upgrades runs every day and installs nothing when its list of origins leaves out the security archive, or its blacklist the packages that matter.',
  remediation: `Where unattended-upgrades is not installed, do first what updates-automatic says.
Let unattended-upgrades take the security archive, in /etc/apt/apt.conf.d/50unattended-upgrades.
Debian: Unattended-Upgrade::Origins-Pattern { "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security"; };
Ubuntu: Unattended-Upgrade::Allowed-Origins { "\${distro_id}:\${distro_codename}-security"; };
Take out what the finding names besides: entries that cannot be read, packages in Unattended-Upgrade::Package-Blacklist, priorities below 100 in /etc/apt/preferences.d.
Check with: apt-config dump Unattended-Upgrade`,
  limits: 'Archives of third parties are not required to be among the origins.',
  mappings: {
    'nist-800-53r5': ['SI-2', 'SI-2(2)', 'CM-6'],
    'iso-27001-2022': ['A.8.8', 'A.8.19'],
    'pci-dss-4.0.1': ['6.3.3'],
    'soc2-tsc-2017': ['CC7.1'],
  },
  needs: ['os', 'unattendedUpgrades', 'updateSettings', 'packageLists', 'pendingUpdates', 'rebootState'],
  params: {},
  evaluate(facts) {
    const os = need(facts, 'os');
    requireApt(os);
    const settings = () => need(facts, 'updateSettings');
    return judge(
      {
        because: 'unattended-upgrades takes every package of the security archive.',
        expected: 'every configured security archive matched by an allowed origin; no essential package excluded',
      },
      [
        () => (facts.get('unattendedUpgrades') ? undefined : problem(`${facts.absence('unattendedUpgrades')}.`)),
        () => originProblems(settings().origins, need(facts, 'packageLists').archives, os),
        () => entryProblems(settings()),
        () => exclusionProblems(settings(), () => need(facts, 'rebootState').kernels.map(({ release }) => release)),
        () => priorityProblems(need(facts, 'pendingUpdates').priorities),
        () =>
          preferenceProblems(
            need(facts, 'pendingUpdates').preferences,
            settings().origins,
            need(facts, 'packageLists').archives,
            os,
          ),
      ],
    );
  },
});
