import { defineCheck } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import { correction, LOAD } from './corrections.ts';
import { judgeLogins } from './judge-logins.ts';
import { decidedBy } from './openings.ts';

const FIRST_SUDO = '# Only once another account logs in and becomes root by sudo; stay logged in until then';
const DROP_IN = (value: string): string =>
  `printf 'PermitRootLogin ${value}\\n' > /etc/ssh/sshd_config.d/00-0-root-login.conf
chmod 600 /etc/ssh/sshd_config.d/00-0-root-login.conf`;

export const sshRootLogin = defineCheck<'sshLogins', { permitRootLogin: 'no' | 'prohibit-password' }>({
  id: 'ssh-root-login',
  title: 'Root cannot log in over SSH with a password',
  severity: 'high',
  rationale:
    'root is the one account name that every attacker knows. A password for it can be guessed; and shared root ' +
    'log-ins leave nobody to name in the logs.',
  remediation: `${DROP_IN('prohibit-password')}
${LOAD}`,
  limits: 'Root log-in by other means (console, su, sudo) is not judged here.',
  mappings: {
    'cis-debian-12': ['5.1.20'],
    'nist-800-53r5': ['AC-6(2)', 'IA-2(5)'],
    'iso-27001-2022': ['A.8.2'],
    'pci-dss-4.0.1': ['7.2.2', '8.2.2'],
    'soc2-tsc-2017': ['CC6.3'],
  },
  needs: ['sshLogins'],
  params: {
    permitRootLogin: {
      schema: { enum: ['no', 'prohibit-password'] },
      default: 'prohibit-password',
      description: 'The most that is accepted: prohibit-password lets root in by key, no not at all.',
    },
  },
  evaluate(facts, { permitRootLogin }) {
    const logins = facts.get('sshLogins');
    if (logins === undefined) return cannotTell('not-observable', `${facts.absence('sshLogins')}.`);
    const accepted = permitRootLogin === 'no' ? ['no'] : ['no', 'prohibit-password', 'forced-commands-only'];
    return judgeLogins(logins, {
      expected: `PermitRootLogin ${accepted.join(' or ')}`,
      contexts: logins.rootContexts,
      ...(permitRootLogin === 'no' ? { first: FIRST_SUDO } : {}),
      openings(context) {
        const { permitRootLogin: actual } = context.settings;
        if (accepted.includes(actual)) return [];
        const how = actual === 'yes' ? 'may log in with everything that others may log in with' : 'may log in by key';
        return [
          {
            because: `${context.who} ${how}: ${decidedBy(context, 'PermitRootLogin')}.`,
            actual: `PermitRootLogin ${actual}`,
            correction: correction(context, 'PermitRootLogin', permitRootLogin) ?? DROP_IN(permitRootLogin),
          },
        ];
      },
      passed: (context) => ({
        because: `${context.who} cannot log in with a password: ${decidedBy(context, 'PermitRootLogin')}.`,
        actual: `PermitRootLogin ${context.settings.permitRootLogin}`,
      }),
    });
  },
});
