import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { judgeHostKey, type Trust } from './hostkeys.ts';
import { addKey, type KnownHosts, type KnownKey, keyType, parseKnownHosts } from './knownhosts.ts';
import { SshFailure } from './outcome.ts';
import { printable } from './text.ts';

/**
 * Appends a key that was accepted as new to our own known_hosts file, and to its copy in memory. Call it after the
 * key exchange: only then has the host proved that it holds the key. The write is one append, so hosts and scans
 * that run at once do not mix lines; what somebody else wrote in the meantime is read and obeyed first.
 * @throws SshFailure (host-key) when the file cannot be written or now contradicts the key
 */
export function recordHostKey(trust: Trust, path: string, key: Buffer): void {
  const known = trust.files.find(({ file }) => file === path);
  const type = keyType(key);
  if (known === undefined || type === null || !/^[\w.:%[\]-]+$/.test(trust.name)) {
    throw new SshFailure('host-key', `${printable(trust.name)} cannot be written to a known_hosts file as it stands.`);
  }
  try {
    append(known, trust, { file: path, line: 0, marker: 'plain', type, key });
  } catch (error) {
    if (error instanceof SshFailure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new SshFailure(
      'host-key',
      `The new host key of ${printable(trust.host.address)} port ${trust.host.port} cannot be recorded in ${printable(path)} (${code}), so the host was not scanned. Make the file writable or name another one.`,
    );
  }
}

function append(known: KnownHosts, trust: Trust, key: KnownKey): void {
  mkdirSync(dirname(known.file), { recursive: true, mode: 0o700 });
  const fd = openSync(known.file, 'a+', 0o600);
  try {
    const size = fstatSync(fd).size;
    if (size !== known.bytes) replace(known, parseKnownHosts(known.file, readFileSync(known.file, 'utf8')));
    const judgement = judgeHostKey(trust, key.key, null);
    if (!judgement.accepted) throw new SshFailure('host-key', judgement.message);
    if (!judgement.isNew) return;
    const line = `${endsMidLine(fd, size) ? '\n' : ''}${trust.name} ${key.type} ${key.key.toString('base64')}\n`;
    writeSync(fd, line);
    known.bytes = size + Buffer.byteLength(line);
    addKey(known, trust.name, key);
  } finally {
    closeSync(fd);
  }
}

function endsMidLine(fd: number, size: number): boolean {
  const last = Buffer.alloc(1);
  return size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

function replace(known: KnownHosts, fresh: KnownHosts): void {
  known.bytes = fresh.bytes;
  known.byName.clear();
  for (const [name, keys] of fresh.byName) known.byName.set(name, keys);
  known.tried.splice(0, known.tried.length, ...fresh.tried);
  known.remembered.clear();
}
