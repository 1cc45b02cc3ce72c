import { defineCheck } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import { RELEASES, RELEASES_SCHEMA, type Releases, supportOf } from '../../src/model/releases.ts';
import { describeDay } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { requireClock, TAKEN_FROM } from './apt.ts';
import { extendedSources } from './extended.ts';

export const osSupported = defineCheck({
  id: 'os-supported',
  title: 'The operating system still receives security updates',
  severity: 'high',
  rationale:
    'After the end of support the archives stay reachable and report nothing pending, while every new hole stays open.',
  remediation: `Upgrade to a supported release, or add its extended archive: Ubuntu with "pro attach TOKEN", Debian with ELTS.`,
  limits: 'The dates ship with fleetproof; releases of other distributions have to be given as a parameter.',
  mappings: {
    'nist-800-53r5': ['SA-22', 'SI-2'],
    'iso-27001-2022': ['A.8.8'],
    'pci-dss-4.0.1': ['6.3.3', '12.3.4'],
    'soc2-tsc-2017': ['CC7.1'],
  },
  needs: ['os', 'packageLists', 'pendingUpdates'],
  params: {
    releases: {
      schema: RELEASES_SCHEMA,
      default: {},
      description:
        'Dates that replace or add to the table that ships with fleetproof, e.g. rocky/9: { until: 2032-05-31 }.',
    },
  },
  evaluate(facts, params: { releases: Releases }, scope) {
    requireClock(scope);
    const os = need(facts, 'os');
    const releases = { ...RELEASES, ...params.releases };
    const name = os.prettyName === '' ? `${os.id} ${os.versionId}` : os.prettyName;
    const support = supportOf(os, scope.now, releases);
    if (support === undefined) return cannotTell('not-observable', `fleetproof has no support dates for ${name}.`);
    const dates = releases[`${os.id}/${os.versionId}`];
    const expected = `a release with security updates on ${describeDay(scope.now)}`;
    const actual = `${name}, supported until ${dates?.until}`;
    if (support === 'supported') {
      return { verdict: 'pass', because: `${name} gets security updates until ${dates?.until}.`, expected, actual };
    }
    const { archives } = need(facts, 'packageLists');
    const preferences = () => need(facts, 'pendingUpdates').preferences;
    const [source] = support === 'extended' ? extendedSources(archives, preferences, scope.now) : [];
    const ended = `Security support of ${name} ended on ${dates?.until}`;
    if (source === undefined) return { verdict: 'fail', because: `${ended}.`, expected, actual };
    if (source.priority === undefined) {
      cannotTell('not-observable', `${ended}; ${source.name} has no version of any installed package.`);
    }
    if (source.priority < TAKEN_FROM) {
      const because = `${ended}, and apt takes nothing from ${source.name} (priority ${source.priority}).`;
      return { verdict: 'fail', because, expected, actual };
    }
    const because = `${name} gets extended security updates from ${source.name} until ${dates?.extended}.`;
    return { verdict: 'pass', because, expected, actual: `extended support until ${dates?.extended}` };
  },
});
