import { describe, expect, test } from 'vitest';
import { sshCrypto } from '../../checks/ssh/ssh-crypto.ts';
import { answer, comingFrom, greeting, withOutside } from './outside.ts';
import { captureOf, judged, recording, verdicts } from './recorded.ts';

const { now, outputs } = recording('trixie-gss-kex');

describe('key exchanges of Kerberos', () => {
  test('are judged by the configuration where it has them on', () => {
    const [finding] = judged(sshCrypto, captureOf({ now, outputs }));
    expect(finding?.verdict).toBe('fail');
    expect(finding?.because).toContain('the key exchange gss-group14-sha1- (SHA-1) and the key exchange gss-gex-sha1-');
  });

  test.each([
    ['gssapikeyexchange yes', 'gssapikeyexchange no'],
    [/^gssapikexalgorithms .*$/m, 'gssapikexalgorithms gss-group14-sha256-,gss-curve25519-sha256-'],
    // sshd of other distributions knows neither keyword.
    [/^gssapike.*\n/gm, ''],
  ])('%s, %s', (from, to) => {
    const changed = outputs.map((one) => ({ ...one, stdout: one.stdout.replace(from, to) }));
    expect(verdicts(judged(sshCrypto, captureOf({ now, outputs: changed })))).toEqual(['pass']);
  });

  test('are no difference between what is configured and what is offered: without a keytab sshd has none', () => {
    const effective = outputs.find(({ probe }) => probe === 'sshd-effective')?.stdout ?? '';
    const own = /^kexalgorithms (.*)$/m.exec(effective)?.[1]?.split(',') ?? [];
    const exchanges = [greeting({ kex: own }), answer(['publickey'], 3072)];
    const from = [...outputs, comingFrom('198.51.100.7')];
    const seen = withOutside(captureOf({ now, outputs: from }), exchanges);
    expect(judged(sshCrypto, seen)[0]?.because).not.toContain('key exchanges');
  });
});
