import { readFile } from 'node:fs/promises';
import { readKey } from './knownhosts.ts';
import { SshFailure } from './outcome.ts';
import { printable } from './text.ts';

/** What a file of RevokedHostKeys lists. */
export interface RevokedKeys {
  /** `file:line` for a key that is revoked. */
  placeOf(key: Buffer): string | undefined;
}

/**
 * Reads a list of public keys, once per run. As for ssh, no host is let through where it is not there or a line of it
 * cannot be read. Source: OpenSSH sshkey.c, sshkey_check_revoked.
 * @throws SshFailure (host-key)
 */
export function loadRevokedKeys(file: string, memory: Map<string, Promise<RevokedKeys>>): Promise<RevokedKeys> {
  const loaded = memory.get(file) ?? readRevokedKeys(file);
  memory.set(file, loaded);
  return loaded;
}

async function readRevokedKeys(file: string): Promise<RevokedKeys> {
  const refuse = (what: string, how: string) =>
    new SshFailure(
      'host-key',
      `The file of revoked keys ${printable(file)} (RevokedHostKeys) ${what}, so no host key can be trusted. ${how}`,
    );
  const text = await readFile(file, 'latin1').catch((error: NodeJS.ErrnoException) => {
    throw refuse(`cannot be read (${error.code})`, 'Make it readable or name another file.');
  });
  if (text.startsWith('SSHKRL\n\0')) {
    throw refuse('is a key revocation list (KRL), which is not read here', 'Name a list of public keys, one per line.');
  }
  const places = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const [type = '', base64 = ''] = line.split(/[ \t]+/);
    const key = readKey(type, base64);
    if (key === null) throw refuse(`has no public key in line ${index + 1}`, 'Correct the line.');
    places.set(key.toString('base64'), `${printable(file)}:${index + 1}`);
  }
  return { placeOf: (key) => places.get(key.toString('base64')) };
}
