import { defineCheck, judge } from '../../src/model/check.ts';
import * as crypto from './judge-crypto.ts';
import { configuredOf, offeredBy } from './offer.ts';

export const sshCrypto = defineCheck({
  id: 'ssh-crypto',
  title: 'SSH offers no weak algorithm',
  severity: 'medium',
  rationale:
    'What a server offers, an attacker between client and server can make them use: broken ciphers, SHA-1 and short keys let sessions be read, changed or impersonated.',
  remediation: `# For OpenSSH 8.4 and newer; sshd refuses to start with a name it does not know, so test first.
# /etc/ssh/sshd_config.d/10-crypto.conf
  KexAlgorithms curve25519-sha256,curve25519-sha256@libssh.org,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512
  Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com,aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr
  MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com
  HostKeyAlgorithms -ssh-rsa*,ssh-dss*
# Add post-quantum key exchange in front where "ssh -Q kex" lists it: mlkem768x25519-sha256, sntrup761x25519-sha512@openssh.com
sshd -t && systemctl reload ssh          # Red Hat: update-crypto-policies instead`,
  limits:
    'Judged by what the server offers, not by its version. What is only discouraged (CBC, HMAC with SHA-1, 64-bit MACs, the 2048-bit group) is named, and failed when "strict" is set. NIST curves and key exchange that is not post-quantum are accepted. Moduli of group exchange are not tried. Only the first address of the host is asked. Without the outside view the configuration is judged, and what the running sshd does is not seen.',
  mappings: {
    'cis-debian-12': ['5.1.6', '5.1.12', '5.1.15'],
    'nist-800-53r5': ['AC-17(2)', 'SC-8(1)', 'SC-13'],
    'iso-27001-2022': ['A.8.24', 'A.8.20'],
    'pci-dss-4.0.1': ['2.2.7'],
    'soc2-tsc-2017': ['CC6.1', 'CC6.6'],
  },
  needs: ['sshOffer', 'sshCrypto', 'vantage'],
  view: 'both',
  params: {
    rsaBitsAtLeast: {
      schema: { type: 'integer', minimum: 1024, maximum: 16_384 },
      default: 2048,
      description: 'The shortest RSA host key that passes.',
    },
    strict: { schema: { type: 'boolean' }, default: false, description: 'Also fails what is only discouraged.' },
  },
  evaluate(facts, { rsaBitsAtLeast, strict }: { rsaBitsAtLeast: number; strict: boolean }) {
    const offered = offeredBy(facts);
    return judge(
      {
        because: `${offered.subject} no weak algorithm.${offered.instead}${strict ? '' : crypto.discouragedText(offered)}`,
        expected: 'no weak key exchange, cipher, MAC or host key; strict key exchange; offered as configured',
        actual: 'nothing weak offered',
      },
      [
        () => crypto.protocolProblems(offered),
        () => crypto.weakProblems(offered, strict),
        () => crypto.terrapinProblems(offered),
        () => crypto.sizeProblems(offered, rsaBitsAtLeast),
        () => crypto.driftProblems(offered.offer, configuredOf(facts)),
      ],
    );
  },
});
