import { defineCheck, judge } from '../../src/model/check.ts';
import { DURATION, parseDuration } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { describePending, requireApt, requireClock } from './apt.ts';
import { ageProblems, requireLists, requireYoung, runningOf, runProblems, stuckProblems } from './waiting.ts';

export const updatesPending = defineCheck({
  id: 'updates-pending',
  title: 'No security update has been waiting too long',
  severity: 'high',
  rationale:
    'What counts is not that updates are configured but that no known hole stays open. A version is pending when a security archive has a newer one than is installed, also when apt would skip it.',
  remediation: `apt-mark showhold                # then: apt-mark unhold PACKAGE
apt-get update && unattended-upgrade -v
apt-get install --only-upgrade PACKAGE`,
  limits:
    'Packages of third-party archives and outside the package manager are not seen. No package list is refreshed by the scan.',
  mappings: {
    'nist-800-53r5': ['SI-2', 'SI-2(2)', 'RA-5'],
    'cis-debian-12': ['1.2.2.1'],
    'cis-ubuntu-24.04': ['1.2.2.1'],
    'iso-27001-2022': ['A.8.8'],
    'pci-dss-4.0.1': ['6.3.1', '6.3.3'],
    'soc2-tsc-2017': ['CC7.1'],
  },
  needs: [
    'os',
    'unattendedUpgrades',
    'updateSettings',
    'updateCalendars',
    'updateRuns',
    'packageLists',
    'pendingUpdates',
  ],
  params: { maxAge: { schema: DURATION, default: '7d', description: 'How long a security update may wait.' } },
  evaluate(facts, params: { maxAge: string }, scope) {
    const os = need(facts, 'os');
    requireApt(os);
    requireClock(scope);
    const maxAge = parseDuration(params.maxAge);
    const pending = () => need(facts, 'pendingUpdates');
    const seen = () => {
      const { compared, security } = pending();
      if (security.length === 0) return `None of the ${compared} installed packages has a security update pending.`;
      return `Security updates are pending, all of them younger than ${params.maxAge}: ${describePending(security)}.`;
    };
    return judge(
      { because: seen, expected: `no security update pending for more than ${params.maxAge}`, actual: seen },
      [
        () => stuckProblems(pending().security, () => need(facts, 'updateSettings')),
        () => ageProblems(pending(), maxAge, scope),
        () => runProblems(pending(), runningOf(facts), scope),
        () => requireLists(need(facts, 'packageLists').archives, os, () => pending().preferences, scope),
        () => requireYoung(pending(), maxAge, scope),
      ],
    );
  },
});
