import type { SshFacts } from '../model/facts/ssh.ts';
import type { FactSources } from './outputs.ts';
import { readCrypto } from './ssh/crypto.ts';
import { readKeys } from './ssh/keys.ts';
import { readLogins } from './ssh/logins.ts';

export { probes } from './ssh/probes.ts';

export const facts: FactSources<SshFacts> = {
  sshLogins: {
    probes: [
      'sshd-effective',
      'sshd-config',
      'sshd-config-readable',
      'sshd-contexts',
      'sshd-files',
      'sshd-defaults',
      'ssh-units',
      'ssh-processes',
      'ssh-listeners',
      'passwd-entries',
      'group-entries',
    ],
    derive: readLogins,
  },
  sshKeys: {
    probes: [
      'sshd-effective',
      'sshd-config',
      'sshd-config-readable',
      'sshd-defaults',
      'ssh-processes',
      'passwd-entries',
      'group-entries',
      'ssh-key-paths',
      'ssh-key-lines',
    ],
    derive: readKeys,
  },
  sshCrypto: { probes: ['sshd-effective', 'ssh-host-keys', 'ssh-strict-kex'], derive: readCrypto },
};
