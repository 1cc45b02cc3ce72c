import { defineCheck, judge } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import { need } from '../need.ts';
import { seenFrom } from '../outside.ts';
import { FIRST_A_KEY, LOAD } from './corrections.ts';
import { mustKnow } from './offer.ts';
import { loginsOf, offeredProblems, withheldText } from './offered-methods.ts';

export const sshOfferedAuth = defineCheck({
  id: 'ssh-offered-auth',
  title: 'The SSH server offers public keys only to a stranger',
  severity: 'high',
  rationale:
    'Files say what sshd should do; only the running server shows what it does. One that was not reloaded still asks everybody for passwords, and password guessers notice first.',
  remediation: `${FIRST_A_KEY}
printf 'PasswordAuthentication no\\nChallengeResponseAuthentication no\\n' > /etc/ssh/sshd_config.d/00-0-key-only.conf
# The first value wins, and Match blocks win over it: ssh-key-only names the line that decides
${LOAD}`,
  limits:
    'Asked with the method "none" for the user who scans, from the address of the scanner: Match blocks may treat others otherwise (ssh-key-only reads them). Methods that follow a key are not offered yet and not seen. Only the first address of the host is asked.',
  mappings: {
    'cis-debian-12': ['5.1.22'],
    'nist-800-53r5': ['IA-2', 'AC-17', 'AC-17(2)'],
    'iso-27001-2022': ['A.8.5', 'A.8.20'],
    'pci-dss-4.0.1': ['2.2.7', '8.3.1'],
    'soc2-tsc-2017': ['CC6.1', 'CC6.6'],
  },
  needs: ['sshOffer', 'sshLogins', 'vantage'],
  view: 'network',
  params: {},
  evaluate(facts) {
    const { where, methods: fact } = need(facts, 'sshOffer');
    const seen = mustKnow(fact);
    const from = `${seenFrom(facts)}${where}`;
    if (!seen.letIn && seen.methods.length === 0) {
      return cannotTell(
        'unparseable',
        `${from} offers no method at all to the user ${seen.user}, whom it has just let in.`,
      );
    }
    return judge(
      {
        because: () =>
          `${from} offers public keys only to the user ${seen.user}.${withheldText(seen, seen.user, loginsOf(facts))}`,
        expected: 'publickey',
        actual: seen.methods.join(', '),
      },
      [() => offeredProblems(from, seen, loginsOf(facts))],
    );
  },
});
