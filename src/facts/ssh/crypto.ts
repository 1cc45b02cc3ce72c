import { cannotTell, type Fact, known } from '../../model/fact.ts';
import type { HostKeyFile, SshCrypto } from '../../model/facts/ssh.ts';
import { readKeyBlob } from '../../wire/ssh-key.ts';
import { type Outputs, settle } from '../outputs.ts';
import { readEffective, type Values } from './settings.ts';

/** What sshd's own configuration makes it use: `sshd -T`, its program file and the public halves of its keys. */
export function readCrypto(outputs: Outputs): Fact<SshCrypto> {
  const values = readEffective(outputs.ran('sshd-effective'));
  return known({
    kex: [...kerberos(values), ...list(values, 'kexalgorithms')],
    hostKey: list(values, 'hostkeyalgorithms'),
    ciphers: list(values, 'ciphers'),
    macs: list(values, 'macs'),
    strictKex: settle(() => knowsStrictKex(outputs)),
    hostKeys: settle(() => hostKeyFiles(outputs, values)),
  });
}

function list(values: Values, keyword: string): readonly string[] {
  const names = values.get(keyword)?.[0]?.split(',').filter(Boolean) ?? [];
  return names.length > 0 ? names : cannotTell('unparseable', `"sshd -T" printed no ${keyword}.`);
}

/** Key exchanges of a patch that distributions have, offered in front of the others; a hash of the mechanism ends their names. */
function kerberos(values: Values): readonly string[] {
  return values.get('gssapikeyexchange')?.[0] === 'yes' && values.has('gssapikexalgorithms')
    ? list(values, 'gssapikexalgorithms')
    : [];
}

/** Reads `grep -cH`: `/usr/sbin/sshd:1`. The part that exchanges keys is a program of its own since OpenSSH 9.8. */
function knowsStrictKex(outputs: Outputs): boolean {
  const counts = [...outputs.ran('ssh-strict-kex', [0, 1, 2]).matchAll(/^\/\S+:(\d{1,9})$/gm)].map((match) =>
    Number(match[1]),
  );
  return counts.length > 0
    ? counts.some((count) => count > 0)
    : cannotTell('unreadable', 'The program file of sshd was not read.');
}

/** The keys that `HostKey` names, each by the file beside it that ends in `.pub`; all or none. */
function hostKeyFiles(outputs: Outputs, values: Values): readonly HostKeyFile[] {
  const found = new Map<string, string>();
  for (const line of outputs.ran('ssh-host-keys', [0, 1, 2]).split('\n')) {
    const match = /^(\/[^:]+\.pub):\S+ (\S+)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) found.set(match[1], match[2]);
  }
  return (values.get('hostkey') ?? []).flatMap((path): HostKeyFile[] => {
    const file = path.endsWith('.pub') ? path : `${path}.pub`;
    const blob = found.get(file);
    const key = blob === undefined ? undefined : readKeyBlob(blob);
    return key === undefined
      ? cannotTell('unreadable', `The public half of the host key ${path} was not read.`)
      : [{ file, ...key }];
  });
}
