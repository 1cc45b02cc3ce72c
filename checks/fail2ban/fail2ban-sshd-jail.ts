import { defineCheck, judge } from '../../src/model/check.ts';
import { DURATION, parseDuration } from '../../src/model/units.ts';
import { need } from '../need.ts';
import { conditionsOf, describeJail, NEEDS } from './jail.ts';
import { REMEDIATION } from './words.ts';

interface Params {
  readonly [name: string]: unknown;
  readonly maxRetryAtMost: number;
  readonly findTimeAtLeast: string;
  readonly banTimeAtLeast: string;
}

export const fail2banSshdJail = defineCheck({
  id: 'fail2ban-sshd-jail',
  title: 'fail2ban watches sshd and can ban',
  severity: 'high',
  rationale:
    'A jail can be up and count bans while it reads a dead log, ignores everybody, has no action or bans on another port. Only a ban that the kernel carries out stops an attacker.',
  remediation: REMEDIATION,
  limits:
    'Jails of other names are not judged. The journal and the log of fail2ban are read only where the login user may; failed bans and missed log-ins count only then. What sshd logs is asked of its files (sshd -T), not of its command line or Match blocks.',
  mappings: {
    'nist-800-53r5': ['AC-7', 'SI-4', 'SC-5', 'AC-17(1)'],
    'iso-27001-2022': ['A.8.5', 'A.8.16'],
    'pci-dss-4.0.1': ['8.3.4'],
    'soc2-tsc-2017': ['CC6.6', 'CC7.2'],
  },
  needs: NEEDS,
  params: {
    maxRetryAtMost: {
      schema: { type: 'integer', minimum: 1, maximum: 100 },
      default: 5,
      description: 'Failures that lead to a ban.',
    },
    findTimeAtLeast: { schema: DURATION, default: '10m', description: 'How long failures are remembered.' },
    banTimeAtLeast: {
      schema: DURATION,
      default: '10m',
      description: 'How long a ban lasts; a permanent one is always enough.',
    },
  },
  evaluate(facts, params: Params, { now }) {
    const limits = {
      maxRetry: params.maxRetryAtMost,
      findTime: parseDuration(params.findTimeAtLeast),
      banTime: parseDuration(params.banTimeAtLeast),
    };
    const expected = `a running sshd jail that reads sshd's log and bans after at most ${limits.maxRetry} failures, on every port of sshd`;
    return judge({ because: () => describeJail(need(facts, 'sshdJail')), expected }, conditionsOf(facts, limits, now));
  },
});
