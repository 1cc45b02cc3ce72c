import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import type { Host } from '../../model/host.ts';
import { findKeys, type KnownHosts, type KnownKey, keyType, knownHostsName, parseKnownHosts } from './knownhosts.ts';
import type { SshOptions } from './options.ts';
import { SshFailure } from './outcome.ts';
import { loadRevokedKeys, type RevokedKeys } from './revoked.ts';
import { count, fingerprint, printable, shellWord } from './text.ts';

/** Without `ssh-rsa`, whose signatures are SHA-1; an RSA key itself is fine. */
const ALGORITHMS: readonly (readonly [algorithm: ServerHostKeyAlgorithm, type: string])[] = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
];

/** What known_hosts says about one hop, and how the hop is called in messages. */
export interface Trust {
  readonly files: readonly KnownHosts[];
  readonly revoked: RevokedKeys | null;
  /** The name in known_hosts: the alias, the bare name, or `[name]:port`. */
  readonly name: string;
  /** On another port than 22: the bare name, whose keys count where `name` has none, but never contradict (as in ssh). */
  readonly portless: string | null;
  readonly host: Host;
  /** The last hop before it, when there is one: `ssh-keyscan` has to be run from there. */
  readonly via: Host | null;
  /** Whether an unknown key may be accepted. */
  readonly acceptNew: boolean;
}

export type Judgement =
  | { readonly accepted: true; readonly isNew: boolean }
  | { readonly accepted: false; readonly message: string };

/**
 * Reads the hop's known_hosts files, of which a missing one is empty and one that cannot be read refuses the host, and
 * its list of revoked keys, which no pinned files replace.
 */
export async function loadTrust(host: Host, via: Host | null, options: SshOptions): Promise<Trust> {
  const own = options.acceptNewHostKeys;
  const paths = [...new Set([...listedFor(host, options), ...(own === null ? [] : [own])])];
  const alias = host.hostKeyAlias;
  return {
    revoked:
      host.revokedHostKeysFile === undefined
        ? null
        : await loadRevokedKeys(host.revokedHostKeysFile, options.memory.revokedKeys),
    files: await Promise.all(paths.map((path) => loadKnownHosts(path, options))),
    name: alias ?? knownHostsName(host.address, host.port),
    portless: alias === undefined && host.port !== 22 ? knownHostsName(host.address, 22) : null,
    host,
    via,
    acceptNew: own !== null,
  };
}

function listedFor(host: Host, options: SshOptions): readonly string[] {
  const { pinnedKnownHosts, ownKnownHosts, knownHostsFiles } = options;
  if (pinnedKnownHosts !== null) return pinnedKnownHosts;
  const listed = host.knownHostsFiles.length > 0 ? host.knownHostsFiles : knownHostsFiles;
  return ownKnownHosts === null ? listed : [...listed, ownKnownHosts];
}

function loadKnownHosts(path: string, options: SshOptions): Promise<KnownHosts> {
  const { knownHosts } = options.memory;
  const loaded = knownHosts.get(path) ?? readKnownHosts(path);
  knownHosts.set(path, loaded);
  return loaded;
}

async function readKnownHosts(path: string): Promise<KnownHosts> {
  try {
    return parseKnownHosts(path, await readFile(path, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return parseKnownHosts(path, '');
    throw new SshFailure(
      'host-key',
      `The known_hosts file ${printable(path)} cannot be read (${code}), so no host key can be verified. Make it readable or name another file.`,
    );
  }
}

/** Prefers what is known, so that a host with several keys offers the one on record (order_hostkeyalgs in sshconnect2.c). */
export function algorithmOrder(trust: Trust): ServerHostKeyAlgorithm[] {
  const types = new Set(trustedKeys(trust).map(({ type }) => type));
  const isKnown = ([, type]: (typeof ALGORITHMS)[number]) => types.has(type);
  const ordered = [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((entry) => !isKnown(entry))];
  return ordered.map(([algorithm]) => algorithm);
}

function trustedKeys(trust: Trust): readonly KnownKey[] {
  const plain = (name: string | null) => lookUp(trust, name).filter(({ marker }) => marker === 'plain');
  const listed = plain(trust.name);
  return listed.length > 0 ? listed : plain(trust.portless);
}

function lookUp(trust: Trust, name: string | null): readonly KnownKey[] {
  return name === null ? [] : trust.files.flatMap((file) => findKeys(file, name));
}

/**
 * Decides over an offered host key. `peer` is the address that was dialled, when that is known: a key revoked for the
 * address is refused too, but being known under its address alone does not make a key trusted (as in ssh).
 */
export function judgeHostKey(trust: Trust, offered: Buffer, peer: string | null): Judgement {
  const listed = lookUp(trust, trust.name);
  const elsewhere = lookUp(trust, trust.portless);
  const byAddress = peer === null || isIP(peer) === 0 ? [] : lookUp(trust, knownHostsName(peer, trust.host.port));
  const same = ({ key }: KnownKey) => key.equals(offered);
  const revoked = [...listed, ...elsewhere, ...byAddress].find((key) => key.marker === 'revoked' && same(key));
  if (revoked !== undefined) return refuse(revokedMessage(trust, offered, `${place(revoked)} marks @revoked`));
  const listedAt = trust.revoked?.placeOf(offered);
  if (listedAt !== undefined) return refuse(revokedMessage(trust, offered, `${listedAt} (RevokedHostKeys) lists`));
  if (trustedKeys(trust).some(same)) return { accepted: true, isNew: false };
  const plain = listed.filter(({ marker }) => marker === 'plain');
  const first = plain.find(({ type }) => type === keyType(offered)) ?? plain[0];
  if (first !== undefined) return refuse(changedMessage(trust, offered, first));
  const authority = listed.find(({ marker }) => marker === 'cert-authority');
  if (authority !== undefined) return refuse(authorityMessage(trust, offered, authority));
  if (trust.acceptNew) return { accepted: true, isNew: true };
  return refuse(unknownMessage(trust, offered, byAddress.find(same)));
}

function refuse(message: string): Judgement {
  return { accepted: false, message };
}

function subject(trust: Trust): string {
  return `The host key of ${printable(trust.host.address)} port ${trust.host.port}`;
}

function show(key: Buffer): string {
  return `${printable(keyType(key) ?? 'unreadable', 40)} ${fingerprint(key)}`;
}

function place(key: KnownKey): string {
  return key.line === 0 ? `${printable(key.file)} (added in this run)` : `${printable(key.file)}:${key.line}`;
}

function unknownMessage(trust: Trust, offered: Buffer, byAddress: KnownKey | undefined): string {
  const address = byAddress === undefined ? '' : ` (${place(byAddress)} has the same key for its address only)`;
  const searched = trust.files.map(({ file }) => printable(file)).join(', ') || 'no known_hosts file';
  return `${subject(trust)} is not known: it offers ${show(offered)}, which is not in ${searched}${address}. ${howToAdd(trust, offered)}`;
}

function changedMessage(trust: Trust, offered: Buffer, known: KnownKey): string {
  const changed = known.type === keyType(offered) ? 'has changed' : 'is of another type than the one on record';
  return `${subject(trust)} ${changed}: it offers ${show(offered)}, but ${place(known)} has ${show(known.key)}. Somebody may be in between, or the host was set up anew. When the new key is confirmed, remove the old one with \`ssh-keygen -R ${shellWord(trust.name)} -f ${shellWord(known.file)}\`. ${howToAdd(trust, offered)}`;
}

function revokedMessage(trust: Trust, offered: Buffer, where: string): string {
  return `${subject(trust)} is revoked: it offers ${show(offered)}, which ${where}. Give the host a new key; do not log in before.`;
}

function authorityMessage(trust: Trust, offered: Buffer, authority: KnownKey): string {
  return `${subject(trust)} is vouched for only by a certificate authority (@cert-authority in ${place(authority)}), and host certificates cannot be verified here; it offers the plain key ${show(offered)}. ${howToAdd(trust, offered)}`;
}

function howToAdd(trust: Trust, offered: Buffer): string {
  const kind = (keyType(offered) ?? '').replace(/^ssh-/, '').replace(/-.*$/, '');
  const port = trust.host.port === 22 ? '' : `-p ${trust.host.port} `;
  const scan = `ssh-keyscan ${port}-t ${shellWord(kind)} ${shellWord(trust.host.address)}`;
  const from = trust.via === null ? '' : ` on the jump host ${printable(trust.via.address)}`;
  const alias = trust.host.hostKeyAlias === undefined ? '' : ` under the name ${printable(trust.host.hostKeyAlias)}`;
  const file = printable(trust.files[0]?.file ?? 'a known_hosts file');
  return `Compare the fingerprint with \`ssh-keygen -lf /etc/ssh/ssh_host_${shellWord(kind)}_key.pub\` on the host itself; when they agree, add what \`${scan}\` prints${from} to ${file}${alias}.`;
}

/** For a host that offers no key type that we can verify. */
export function knownTypes(trust: Trust): string {
  const types = [...new Set(trustedKeys(trust).map(({ type }) => printable(type, 40)))];
  return types.length === 0 ? '' : ` known_hosts has ${count(types.length, 'key type')} for it: ${types.join(', ')}.`;
}
