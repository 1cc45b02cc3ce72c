import { defineCheck, judge } from '../../src/model/check.ts';
import { need } from '../need.ts';
import { problem } from './words.ts';

export const fail2banActive = defineCheck({
  id: 'fail2ban-active',
  title: 'fail2ban is running and starts at boot',
  severity: 'high',
  rationale:
    'An SSH server on the Internet is tried without pause. A daemon that bans who fails too often bounds the rate, as long as it runs.',
  remediation: `apt-get install fail2ban
systemctl unmask fail2ban && systemctl enable --now fail2ban
sleep 3; fail2ban-client status`,
  limits: 'That it runs does not mean that it protects anything: fail2ban-sshd-jail judges that.',
  mappings: {
    'nist-800-53r5': ['AC-7', 'SI-4', 'SC-5'],
    'iso-27001-2022': ['A.8.5', 'A.8.16'],
    'pci-dss-4.0.1': ['8.3.4'],
    'soc2-tsc-2017': ['CC6.6', 'CC7.2'],
  },
  needs: ['fail2ban'],
  params: {},
  evaluate(facts) {
    return judge(
      {
        because: () =>
          `fail2ban ${need(facts, 'fail2ban').version ?? ''} is running and starts at boot.`.replace('  ', ' '),
        expected: 'fail2ban installed, active and enabled',
      },
      [
        () => {
          const service = facts.get('fail2ban');
          if (service === undefined) return problem(`${facts.absence('fail2ban')}.`);
          const { activeState, unitFileState } = service;
          return [
            ...(activeState === 'active' ? [] : [problem(`fail2ban is installed but not running (${activeState}).`)]),
            ...(unitFileState === 'enabled'
              ? []
              : [
                  problem(
                    `fail2ban does not start at boot (${unitFileState === '' ? 'no unit file' : unitFileState}).`,
                  ),
                ]),
          ];
        },
      ],
    );
  },
});
