import { createHmac } from 'node:crypto';

/** One key line of a known_hosts file. */
export interface KnownKey {
  readonly file: string;
  readonly line: number;
  readonly marker: 'plain' | 'revoked' | 'cert-authority';
  /** The key's own type, `ssh-ed25519`. */
  readonly type: string;
  readonly key: Buffer;
}

/** A known_hosts file, ready for look-ups. */
export interface KnownHosts {
  readonly file: string;
  /** Size of the text that was read; tells whether somebody else has written since. */
  bytes: number;
  /** Lines whose names are plain words, by name in lower case. */
  readonly byName: Map<string, KnownKey[]>;
  /** Lines that have to be tried: hashed names, wildcards, negations. */
  readonly tried: { readonly names: string; readonly key: KnownKey }[];
  /** What was found among the tried lines, by name: a hashed line costs an HMAC, and each name is looked up often. */
  readonly remembered: Map<string, readonly KnownKey[]>;
}

/** Types under which OpenSSH reads a key of another name: those of its signatures. */
const SIGNATURES: Readonly<Record<string, string>> = { 'rsa-sha2-256': 'ssh-rsa', 'rsa-sha2-512': 'ssh-rsa' };

const CERTIFICATE = '-cert-v01@openssh.com';

/**
 * Reads the format of sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". Like OpenSSH it passes over lines that it cannot
 * read, and takes a key only when its base64 carries the type that the line names. Source: hostfile.c, sshkey_read.
 */
export function parseKnownHosts(file: string, text: string): KnownHosts {
  const known: KnownHosts = {
    file,
    bytes: Buffer.byteLength(text),
    byName: new Map(),
    tried: [],
    remembered: new Map(),
  };
  for (const [index, line] of text.split('\n').entries()) addLine(known, index + 1, line.replace(/^[ \t]+/, ''));
  return known;
}

function addLine(known: KnownHosts, lineNumber: number, line: string): void {
  if (line === '' || line.startsWith('#')) return;
  const words = line.split(/[ \t]+/);
  const marker = markerOf(words[0] ?? '');
  if (marker === null) return;
  const [names, type, base64] = marker === 'plain' ? words : words.slice(1);
  if (names === undefined || type === undefined || base64 === undefined) return;
  // A line of a certificate names no key that a host could offer here, but revokes one.
  if (marker !== 'revoked' && type.endsWith(CERTIFICATE)) return;
  const key = readKey(type, base64);
  if (key === null) return;
  addKey(known, names, { file: known.file, line: lineNumber, marker, type: keyType(key) ?? type, key });
}

/**
 * The key that a line writes; of a certificate the key in it, which is what sshkey_equal_public compares. Null for
 * what OpenSSH does not read. Source: sshkey.c, sshkey_read.
 */
export function readKey(type: string, base64: string): Buffer | null {
  const blob = decode(base64);
  if (blob === null || keyType(blob) !== (SIGNATURES[type] ?? type)) return null;
  return type.endsWith(CERTIFICATE) ? keyInCertificate(blob) : blob;
}

/** As strict as OpenSSH's own decoder, which minds blanks of C only; node's passes over what it does not know. */
function decode(base64: string): Buffer | null {
  const text = base64.replace(/[\t-\r]/g, '');
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

/** Source: PROTOCOL.certkeys: type, nonce, the parts of the key. */
function keyInCertificate(blob: Buffer): Buffer {
  const name = keyType(blob)?.slice(0, -CERTIFICATE.length) ?? '';
  const ends = [0];
  let end = 0;
  while (ends.length < 5 && end + 4 <= blob.length) {
    end += 4 + blob.readUInt32BE(end);
    ends.push(end);
  }
  const parts = name === 'ssh-ed25519' ? 1 : 2;
  const type = Buffer.from(name);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, type, blob.subarray(ends[2], ends[2 + parts])]);
}

/** Enters a key as if the file had a line with these names. */
export function addKey(known: KnownHosts, names: string, key: KnownKey): void {
  if (/[|*?!]/.test(names)) {
    known.tried.push({ names, key });
    known.remembered.clear();
    return;
  }
  for (const name of names.toLowerCase().split(',')) {
    const listed = known.byName.get(name);
    if (listed === undefined) known.byName.set(name, [key]);
    else listed.push(key);
  }
}

function markerOf(word: string): KnownKey['marker'] | null {
  if (!word.startsWith('@')) return 'plain';
  if (word === '@revoked') return 'revoked';
  return word === '@cert-authority' ? 'cert-authority' : null;
}

/** The type that a key blob names (RFC 4253 §6.6); null when the blob is cut. */
export function keyType(key: Buffer): string | null {
  if (key.length < 4) return null;
  const length = key.readUInt32BE(0);
  return length > 0 && length <= 64 && key.length > 4 + length ? key.toString('latin1', 4, 4 + length) : null;
}

/** The keys of a host under one of its known_hosts names (`knownHostsName`), in the order of the file. */
export function findKeys(known: KnownHosts, name: string): readonly KnownKey[] {
  const plain = known.byName.get(name.toLowerCase()) ?? [];
  const tried =
    known.remembered.get(name) ?? known.tried.filter((line) => matchesNames(line.names, name)).map(({ key }) => key);
  known.remembered.set(name, tried);
  return tried.length === 0 ? plain : [...plain, ...tried].sort((a, b) => a.line - b.line);
}

/** How known_hosts writes a host: the bare name on port 22, else `[name]:port`. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/**
 * Does the first field of a line cover the name? Hashed (`|1|salt|hash`, HMAC-SHA1) or a list of patterns with
 * `*` and `?`, where one negated match (`!`) rules the line out.
 */
export function matchesNames(names: string, name: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, name);
  let found = false;
  for (const pattern of names.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!');
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, name.toLowerCase())) continue;
    if (negated) return false;
    found = true;
  }
  return found;
}

function matchesHash(field: string, name: string): boolean {
  const salt = Buffer.from(/^\|1\|([^|]+)\|/.exec(field)?.[1] ?? '', 'base64');
  if (salt.length !== 20) return false;
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}` === field;
}

/** `*` is any run of characters, `?` one; linear in time apart from the last star's retries. */
function matchesPattern(pattern: string, name: string): boolean {
  let p = 0;
  let star = -1;
  let resume = 0;
  for (let n = 0; n < name.length; ) {
    if (pattern[p] === '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++;
      n++;
    } else if (star >= 0) {
      p = star + 1;
      n = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(p));
}
