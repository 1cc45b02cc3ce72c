import { defineCheck } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import { FIRST_A_KEY, LOAD } from './corrections.ts';
import { judgeLogins } from './judge-logins.ts';
import { decidedBy, openingsOf } from './openings.ts';

export const sshKeyOnly = defineCheck({
  id: 'ssh-key-only',
  title: 'SSH accepts keys only, in every Match context',
  severity: 'critical',
  rationale:
    'Guessing passwords over SSH is the most used way into servers. One password path that is left open, for one ' +
    'user, one address or one dialogue (keyboard-interactive), is enough.',
  remediation: `${FIRST_A_KEY}
grep -i '^Include /etc/ssh/sshd_config.d/' /etc/ssh/sshd_config   # without this line, write the settings at the top of that file
printf 'PasswordAuthentication no\\nChallengeResponseAuthentication no\\nPermitEmptyPasswords no\\n' > /etc/ssh/sshd_config.d/00-0-key-only.conf
chmod 600 /etc/ssh/sshd_config.d/00-0-key-only.conf
# The first value wins, and Match blocks win over it: take out what they allow
${LOAD}`,
  limits:
    'Judged from inside: what the daemon offers to a stranger is not tried. SSH servers inside containers, and ' +
    'accounts that the name service does not list, are not seen.',
  mappings: {
    'cis-debian-12': ['5.1.9', '5.1.10', '5.1.11', '5.1.19', '5.1.22'],
    'nist-800-53r5': ['IA-2', 'IA-2(1)', 'IA-5(2)', 'AC-17', 'AC-17(2)'],
    'iso-27001-2022': ['A.5.17', 'A.8.5'],
    'pci-dss-4.0.1': ['2.2.7', '8.3.1', '8.4.2'],
    'soc2-tsc-2017': ['CC6.1'],
  },
  needs: ['sshLogins'],
  params: {},
  evaluate(facts) {
    const logins = facts.get('sshLogins');
    if (logins === undefined) return cannotTell('not-observable', `${facts.absence('sshLogins')}.`);
    return judgeLogins(logins, {
      expected: 'every way to log in needs a private key',
      contexts: logins.contexts,
      first: FIRST_A_KEY,
      openings: openingsOf,
      passed(context) {
        const isAny = context.settings.authenticationMethods.join() === 'any';
        const keywords = isAny ? ['PasswordAuthentication', 'KbdInteractiveAuthentication'] : ['AuthenticationMethods'];
        const how = keywords.map((keyword) => decidedBy(context, keyword)).join('; ');
        const actual = context.settings.authenticationMethods.join(' or ');
        return {
          because: `Every way to log in needs a key for ${context.who}: ${how}.`,
          actual: isAny ? 'publickey' : actual,
        };
      },
    });
  },
});
