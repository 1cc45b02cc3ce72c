import { defineCheck, judge } from '../../src/model/check.ts';
import { DURATION, describeAge, parseDuration } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { problem, requireApt, requireClock } from './apt.ts';
import { ageProblems, listProblems, outcomeProblems } from './runs.ts';

export const updatesRecent = defineCheck({
  id: 'updates-recent',
  title: 'Automatic updates ran recently',
  severity: 'medium',
  rationale:
    'Timers that are on and stamps that are fresh also come from runs that failed or installed nothing. The run has to have ended well, on package lists of this week.',
  remediation: `Where unattended-upgrades is not installed, do first what updates-automatic says.
See why: tail -n 50 /var/log/unattended-upgrades/unattended-upgrades.log
Then: apt-get update && unattended-upgrade -v`,
  limits: 'Without the right to read the log, a host on which nothing is pending counts as updated.',
  mappings: {
    'nist-800-53r5': ['SI-2', 'SI-2(2)'],
    'iso-27001-2022': ['A.8.8'],
    'pci-dss-4.0.1': ['6.3.3'],
    'soc2-tsc-2017': ['CC7.1'],
  },
  needs: ['os', 'unattendedUpgrades', 'updateRuns', 'packageLists', 'pendingUpdates'],
  params: { maxAge: { schema: DURATION, default: '48h', description: 'How long ago the last run may be.' } },
  evaluate(facts, params: { maxAge: string }, scope) {
    const os = need(facts, 'os');
    requireApt(os);
    requireClock(scope);
    const maxAge = parseDuration(params.maxAge);
    const runs = () => need(facts, 'updateRuns');
    const ago = () => describeAge(scope.now - (runs().lastRun ?? 0));
    return judge(
      {
        because: () => `The last run of unattended-upgrades was ${ago()} ago, left nothing undone and had fresh lists.`,
        expected: `a successful run within ${params.maxAge}, on package lists of the last seven days`,
        actual: () => `the last run was ${ago()} ago`,
      },
      [
        () => (facts.get('unattendedUpgrades') ? undefined : problem(`${facts.absence('unattendedUpgrades')}.`)),
        () => ageProblems(runs(), maxAge, scope),
        () => outcomeProblems(runs(), maxAge, scope, () => need(facts, 'pendingUpdates')),
        () => listProblems(need(facts, 'packageLists').archives, os, scope),
      ],
    );
  },
});
