import { defineCheck, type Judgement } from '../../src/model/check.ts';
import { cannotTell } from '../../src/model/fact.ts';
import { judgeAccount } from './judge-keys.ts';

export const sshAuthorizedKeys = defineCheck<'sshKeys', { rsaBitsAtLeast: number }>({
  id: 'ssh-authorized-keys',
  title: 'Authorized keys are strong and safely stored',
  severity: 'medium',
  rationale:
    'A key is as good as the file that lists it: whoever can write there can let himself in. DSA keys and short RSA ' +
    'keys can be broken.',
  remediation: `# Replace each weak key: ssh-keygen -t ed25519, add the new public key, remove the old line.
chmod go-w ~USER ~USER/.ssh ~USER/.ssh/authorized_keys
chown USER: ~USER/.ssh ~USER/.ssh/authorized_keys`,
  limits:
    'Keys of accounts without a login shell, keys that AuthorizedKeysCommand or a certificate authority supplies, ' +
    'access control lists, and accounts that the name service does not list are not judged.',
  mappings: {
    'nist-800-53r5': ['AC-2', 'IA-5', 'IA-5(2)', 'IA-5(6)'],
    'iso-27001-2022': ['A.5.17', 'A.5.18'],
    'pci-dss-4.0.1': ['8.2.4', '8.3.2'],
    'soc2-tsc-2017': ['CC6.1'],
  },
  needs: ['sshKeys'],
  params: {
    rsaBitsAtLeast: {
      schema: { type: 'integer', minimum: 1024, maximum: 16_384 },
      default: 2048,
      description: 'The shortest RSA key that is accepted, in bits.',
    },
  },
  evaluate(facts, { rsaBitsAtLeast }) {
    const found = facts.get('sshKeys');
    if (found === undefined) return cannotTell('not-observable', `${facts.absence('sshKeys')}.`);
    const expected = `no DSA key, RSA keys of ${rsaBitsAtLeast} bits or more, files that only their account can write`;
    const judged = found.accounts.flatMap((account): Judgement[] =>
      judgeAccount(account, found, rsaBitsAtLeast, expected),
    );
    const doubt = found.accounts.flatMap(({ doubts }) => doubts)[0];
    const failing = judged.filter(({ verdict }) => verdict === 'fail');
    if (doubt !== undefined)
      return failing.length > 0 ? failing : cannotTell(doubt.reason, doubt.message, doubt.remedy);
    if (judged.length > 0) return judged;
    const others = found.otherSources.length > 0 ? ` Keys come from ${found.otherSources.join(' and ')}.` : '';
    const amount = found.accounts.length;
    const nobody = amount === 1 ? 'The one account' : `None of the ${amount} accounts`;
    const because = `${nobody} with a login shell has ${amount === 1 ? 'no' : 'an'} authorized key.${others}`;
    return { verdict: 'pass', because, expected, actual: 'no authorized key' };
  },
});
