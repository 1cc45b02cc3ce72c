import { defineCheck, judge, notApplicable } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import { DURATION, describeAge, parseDuration } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { cannotDate, isAhead, problem, requireClock } from './apt.ts';
import { isInstalled, reasonsToReboot } from './reboot.ts';

export const updatesReboot = defineCheck({
  id: 'updates-reboot',
  title: 'No reboot is pending for a security update',
  severity: 'medium',
  rationale: 'A new kernel protects nobody before the host has booted it; the old one keeps its holes for as long.',
  remediation: `In a maintenance window: reboot
To let the host do it, in a file of /etc/apt/apt.conf.d: Unattended-Upgrade::Automatic-Reboot "true"; Unattended-Upgrade::Automatic-Reboot-Time "04:00";`,
  limits:
    'Live patches are not credited. Services that still use a replaced library are seen only where the host itself asks for a reboot, and that request counts from the last package that made it.',
  mappings: {
    'nist-800-53r5': ['SI-2'],
    'iso-27001-2022': ['A.8.8'],
    'pci-dss-4.0.1': ['6.3.3'],
    'soc2-tsc-2017': ['CC7.1'],
  },
  needs: ['os', 'rebootState'],
  params: { maxAge: { schema: DURATION, default: '14d', description: 'How long a reboot may be due.' } },
  evaluate(facts, params: { maxAge: string }, scope) {
    requireClock(scope);
    const { container } = need(facts, 'os');
    const state = need(facts, 'rebootState');
    const reasons = reasonsToReboot(state, container !== null);
    const expected = `no reboot due for more than ${params.maxAge}`;
    if (reasons.length === 0 && container !== null) {
      const because = `This is a container (${container}): its kernel is the host's, and nothing inside asks for a reboot.`;
      return notApplicable('container-kernel', because, expected);
    }
    if (reasons.length === 0 && state.kernels.length === 0) {
      cannotTell('not-observable', 'No kernel is installed in /boot, so which one should run is not to be seen.');
    }
    if (reasons.length === 0 && !isInstalled(state)) {
      cannotTell(
        'not-observable',
        `The running kernel ${state.running} is none of those in /boot: its fixes are not known.`,
      );
    }
    const late = reasons.filter(({ since }) => scope.now - since > parseDuration(params.maxAge));
    const ahead = reasons.find(({ since }) => isAhead(since, scope.now));
    const due = reasons.map(({ why, since }) => `${why}, for ${describeAge(scope.now - since)}`).join('; ');
    const because =
      due === '' ? `The running kernel ${state.running} is the newest installed one.` : `A reboot is due: ${due}.`;
    return judge({ because, expected, actual: due === '' ? `running ${state.running}` : due }, [
      () => (late.length === 0 ? undefined : problem(because)),
      () => (ahead === undefined ? undefined : cannotDate(`A reboot is due, ${ahead.why}: that`, ahead.since)),
    ]);
  },
});
