import { type Condition, defineCheck, judge } from '../../src/model/check.ts';
import { LOG_LEVELS, type LogLevel } from '../../src/model/facts/firewall.ts';
import { inKernel } from './families.ts';
import { kernelProblems, levelProblems } from './logs.ts';

export const firewallLogging = defineCheck({
  id: 'firewall-logging',
  title: 'The firewall logs',
  severity: 'medium',
  rationale:
    'Denied connections are the first sign of a scan or of a service that lost its rule; without a log nobody sees them.',
  remediation: `# ufw logs only while it is active: ufw --force enable, once SSH is allowed
ufw logging low
# firewalld: firewall-cmd --set-log-denied=all
# others: a rule with "log" (nft) or "-j LOG" (iptables), before what drops the rest`,
  limits:
    'Levels are those of ufw; of other firewalls it is only seen that they log something of what they deny. Whether the log is kept and read is not judged.',
  mappings: {
    'nist-800-53r5': ['AU-2', 'AU-12'],
    'iso-27001-2022': ['A.8.15'],
    'pci-dss-4.0.1': ['10.2.1'],
    'soc2-tsc-2017': ['CC7.2'],
  },
  needs: ['ufw', 'packetFilter4', 'packetFilter6'],
  params: {
    levelAtLeast: {
      schema: { enum: LOG_LEVELS.filter((level) => level !== 'off') },
      default: 'low',
      description: 'The lowest level of ufw that is enough.',
    },
  },
  evaluate(facts, { levelAtLeast }: { levelAtLeast: LogLevel }) {
    const level: Condition = () => {
      const ufw = facts.get('ufw');
      return ufw?.enabled === true ? levelProblems(ufw, levelAtLeast) : undefined;
    };
    return judge(
      {
        because: () => {
          const ufw = facts.get('ufw');
          const level = ufw?.enabled === true ? ` at level ${ufw.logLevelText}` : '';
          return `The firewall logs denied connections${level}, and the kernel has the rules for it.`;
        },
        expected: `denied connections are logged, at ufw's level ${levelAtLeast} or higher`,
        actual: () => facts.get('ufw')?.logLevelText ?? 'logged',
      },
      [level, inKernel(facts, (filters) => kernelProblems(filters, facts.get('ufw'), levelAtLeast))],
    );
  },
});
