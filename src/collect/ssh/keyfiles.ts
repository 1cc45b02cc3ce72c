import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import ssh2, { type ParsedKey } from 'ssh2';
import { printable } from './text.ts';

const MAX_BYTES = 64 * 1024;
const MAX_QUESTIONS = 3;

/** What a private key file holds. `publicKey` finds the key's copy in the agent. */
export type KeyFile =
  | { readonly state: 'ready'; readonly path: string; readonly key: ParsedKey }
  | { readonly state: 'locked'; readonly path: string; readonly publicKey: ParsedKey | null; readonly text: string }
  /** Only the public half is there: for a key that lives in an agent or a token. */
  | { readonly state: 'public'; readonly path: string; readonly publicKey: ParsedKey }
  | { readonly state: 'missing'; readonly path: string; readonly problem: string }
  | {
      readonly state: 'unusable';
      readonly path: string;
      readonly publicKey: ParsedKey | null;
      readonly problem: string;
    };

/** Reads an identity: the private key at `path`, in OpenSSH, PEM or PKCS#8 form, or the public half that stands for it. */
export async function loadKeyFile(path: string, uid: number | null): Promise<KeyFile> {
  const file = await readSmall(path);
  const publicKey = asPublic(file.text) ?? asPublic((await readSmall(`${path}.pub`)).text);
  if (file.code === 'ENOENT' && publicKey !== null) return { state: 'public', path, publicKey };
  if (file.code === 'ENOENT') return { state: 'missing', path, problem: `${printable(path)} does not exist` };
  const unusable = (problem: string) => ({ state: 'unusable', path, publicKey, problem }) as const;
  if (file.code !== null) return unusable(`${printable(path)} cannot be read (${file.code})`);
  if (asPublic(file.text) !== null && publicKey !== null) return { state: 'public', path, publicKey };
  if (file.uid === uid && (file.mode & 0o077) !== 0) {
    const mode = (file.mode & 0o777).toString(8).padStart(4, '0');
    return unusable(`${printable(path)} is open to others (mode ${mode}); run \`chmod 600\` on it`);
  }
  const parsed = parsePrivate(file.text, null);
  if (parsed === 'locked')
    return { state: 'locked', path, publicKey: publicKey ?? outerPublic(file.text), text: file.text };
  if (typeof parsed === 'string') return unusable(`${printable(path)} ${parsed}`);
  return { state: 'ready', path, key: signingKey(parsed) };
}

/** Asks until the passphrase fits, at most three times. A null answer means: do without this key. */
export async function unlock(
  locked: Extract<KeyFile, { state: 'locked' }>,
  ask: (file: string) => Promise<string | null>,
): Promise<KeyFile> {
  const { path, publicKey } = locked;
  for (let question = 0; question < MAX_QUESTIONS; question++) {
    const passphrase = await ask(path);
    if (passphrase === null) {
      return { state: 'unusable', path, publicKey, problem: `no passphrase was given for ${printable(path)}` };
    }
    const parsed = passphrase === '' ? 'locked' : parsePrivate(locked.text, passphrase);
    if (typeof parsed !== 'string') return { state: 'ready', path, key: signingKey(parsed) };
  }
  return { state: 'unusable', path, publicKey, problem: `the passphrases given for ${printable(path)} do not open it` };
}

/** The hash of a signature where the type fixes it; ed25519 has none of its own (RFC 5656 §6.2.1, RFC 8709). */
const HASHES: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
};

/**
 * Signs as ssh2 does, but reads the key once: ssh2 parses its text again for every signature, which takes ten times as
 * long as an ed25519 signature. And never with SHA-1, which ssh2 falls back to when a server announces nothing else
 * (RFC 8332); OpenSSH has refused that since 8.8.
 */
function signingKey(key: ParsedKey): ParsedKey {
  const secret = createPrivateKey(key.getPrivatePEM());
  const signWith = (data: Buffer | string, algorithm?: string): Buffer | Error => {
    if (key.type === 'ssh-rsa' && algorithm !== 'sha256' && algorithm !== 'sha512') {
      return new Error('the server takes RSA signatures with SHA-1 only');
    }
    try {
      return sign(algorithm ?? HASHES[key.type] ?? null, Buffer.from(data as string), secret);
    } catch (error) {
      return error as Error;
    }
  };
  return Object.assign(Object.create(key), { sign: signWith }) as ParsedKey;
}

/** The key, or `locked`, or what is wrong as the end of a sentence. */
function parsePrivate(text: string, passphrase: string | null): ParsedKey | string {
  const parsed = first(ssh2.utils.parseKey(text, passphrase ?? undefined));
  if (!(parsed instanceof Error)) {
    if (!parsed.isPrivateKey()) return 'holds no private key';
    return (parsed.type as string) === 'ssh-dss' ? 'is a DSA key, which servers no longer accept' : parsed;
  }
  if (/no passphrase given/.test(parsed.message)) return 'locked';
  if (parsed.message !== 'Unsupported key format') return `cannot be used (${printable(parsed.message)})`;
  return fromPkcs8(text, passphrase);
}

/** `openssl genpkey` and `ssh-keygen -m PKCS8` write a form that ssh2 does not read; node does. */
function fromPkcs8(text: string, passphrase: string | null): ParsedKey | string {
  if (/ENCRYPTED PRIVATE KEY/.test(text) && passphrase === null) return 'locked';
  try {
    const key = createPrivateKey({ key: text, ...(passphrase === null ? {} : { passphrase }) });
    const parsed = first(ssh2.utils.parseKey(sshForm(key)));
    return parsed instanceof Error ? `cannot be used (${printable(parsed.message)})` : parsed;
  } catch {
    return 'is not a private key that can be read';
  }
}

function sshForm(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return String(key.export({ type: 'pkcs1', format: 'pem' }));
    case 'ec':
      return String(key.export({ type: 'sec1', format: 'pem' }));
    case 'ed25519':
      return opensshEd25519(key);
    default:
      throw new TypeError(`no SSH key type for ${key.asymmetricKeyType}`);
  }
}

/** PROTOCOL.key of OpenSSH, unencrypted. */
function opensshEd25519(key: KeyObject): string {
  const { x, d } = key.export({ format: 'jwk' });
  const publicPart = Buffer.from(x ?? '', 'base64url');
  const type = sshString('ssh-ed25519');
  const secret = sshString(Buffer.concat([Buffer.from(d ?? '', 'base64url'), publicPart]));
  const inner = Buffer.concat([Buffer.alloc(8), type, sshString(publicPart), secret, sshString('')]);
  const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7].slice(0, -inner.length & 7));
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...['none', 'none', ''].map((word) => sshString(word)),
    Buffer.from([0, 0, 0, 1]),
    sshString(Buffer.concat([type, sshString(publicPart)])),
    sshString(Buffer.concat([inner, padding])),
  ]);
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${blob.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The public key that an encrypted OpenSSH key file carries in the clear. */
function outerPublic(text: string): ParsedKey | null {
  const base64 = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text)?.[1];
  const blob = Buffer.from(base64 ?? '', 'base64');
  let at = 'openssh-key-v1\0'.length;
  const next = () => {
    const start = at + 4;
    at = start + (start <= blob.length ? blob.readUInt32BE(at) : 0);
    return blob.subarray(start, at);
  };
  for (let field = 0; field < 3; field++) next();
  at += 4;
  return asPublic(next());
}

function asPublic(data: string | Buffer | null): ParsedKey | null {
  if (data === null || data.length === 0) return null;
  const parsed = first(ssh2.utils.parseKey(data));
  return parsed instanceof Error || parsed.isPrivateKey() ? null : parsed;
}

function first(parsed: ParsedKey | ParsedKey[] | Error): ParsedKey | Error {
  return Array.isArray(parsed) ? (parsed[0] ?? new Error('Unsupported key format')) : parsed;
}

interface SmallFile {
  readonly text: string;
  /** Why it was not read: an error code or words; null when it was. */
  readonly code: string | null;
  readonly mode: number;
  readonly uid: number;
}

async function readSmall(path: string): Promise<SmallFile> {
  try {
    const info = await stat(path);
    const { mode, uid } = info;
    if (!info.isFile()) return { text: '', code: 'not a file', mode, uid };
    if (info.size > MAX_BYTES) return { text: '', code: 'too large', mode, uid };
    return { text: await readFile(path, 'utf8'), code: null, mode, uid };
  } catch (error) {
    return { text: '', code: (error as NodeJS.ErrnoException).code ?? 'EIO', mode: 0, uid: -1 };
  }
}
