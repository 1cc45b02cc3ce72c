import { defineCheck, judge } from '../../src/model/check.ts';
import { need } from '../need.ts';
import { problem, requireApt } from './apt.ts';
import { calendarProblems } from './calendars.ts';
import { scheduleProblems, settingsProblems } from './schedule.ts';
import { startProblems } from './starts.ts';

export const updatesAutomatic = defineCheck({
  id: 'updates-automatic',
  title: 'unattended-upgrades is installed, enabled and scheduled',
  severity: 'high',
  rationale:
    'Known holes must be closed without waiting for a person. Two timers do it: one refreshes the package lists, one installs.',
  remediation: `apt-get install unattended-upgrades
printf 'APT::Periodic::Enable "1";\\nAPT::Periodic::Update-Package-Lists "1";\\nAPT::Periodic::Unattended-Upgrade "1";\\n' > /etc/apt/apt.conf.d/zz-auto-upgrades   # read last, so it wins
systemctl unmask apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service
systemctl revert apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service   # without drop-ins that change when they elapse, or what they run
systemctl enable --now apt-daily.timer apt-daily-upgrade.timer`,
  limits: 'Whether the runs succeed is judged by updates-recent. Schedules outside systemd are not seen.',
  mappings: {
    'nist-800-53r5': ['SI-2', 'SI-2(2)'],
    'iso-27001-2022': ['A.8.8'],
    'pci-dss-4.0.1': ['6.3.3'],
    'soc2-tsc-2017': ['CC7.1'],
  },
  needs: ['os', 'unattendedUpgrades', 'updateSettings', 'updateSchedule', 'updateStarts', 'updateCalendars'],
  params: {},
  evaluate(facts) {
    requireApt(need(facts, 'os'));
    return judge(
      {
        because: () => {
          const { days } = need(facts, 'updateSettings');
          const when = days.length === 0 ? 'every day or two' : `on ${days.join(', ')} (Update-Days)`;
          return `unattended-upgrades is installed, and its timers refresh the lists and install updates ${when}.`;
        },
        expected:
          'unattended-upgrades installed; lists refreshed and updates installed at least every two days, or on its Update-Days; timers on',
      },
      [
        () => (facts.get('unattendedUpgrades') ? undefined : problem(`${facts.absence('unattendedUpgrades')}.`)),
        () => settingsProblems(need(facts, 'updateSettings')),
        () => scheduleProblems(need(facts, 'updateSchedule')),
        () => startProblems(need(facts, 'updateStarts')),
        () => calendarProblems(need(facts, 'updateCalendars')),
      ],
    );
  },
});
