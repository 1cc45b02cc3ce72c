/** One list of an SSH server; RFC 4253 §7.1 negotiates each by itself. */
export type AlgorithmList = 'kex' | 'hostKey' | 'ciphers' | 'macs';

/** Name → what is wrong with it. A `*` at the end stands for the OID that follows. */
type Table = Readonly<Record<AlgorithmList, Readonly<Record<string, string>>>>;

/**
 * Broken, or below 112 bits. Informed by ssh-audit's database (MIT); unlike it, NIST's curves are not in it, which some
 * regimes require. A name that is in no table is nothing to complain about.
 */
export const WEAK: Table = {
  kex: {
    'diffie-hellman-group1-sha1': '1024-bit group',
    'gss-group1-sha1-*': '1024-bit group',
    'rsa1024-sha1': '1024-bit group',
    'diffie-hellman-group1-sha256': '1024-bit group',
    'diffie-hellman-group14-sha1': 'SHA-1',
    'diffie-hellman-group-exchange-sha1': 'SHA-1',
    'gss-gex-sha1-*': 'SHA-1',
    'gss-group14-sha1-*': 'SHA-1',
    'ecdh-sha2-nistp192': 'curve below 112-bit strength',
    'ecdh-sha2-nistk163': 'curve below 112-bit strength',
    'ecdh-sha2-1.3.132.0.1': 'curve below 112-bit strength',
    'ecdh-sha2-1.2.840.10045.3.1.1': 'curve below 112-bit strength',
  },
  hostKey: {
    'ssh-dss': 'DSA',
    'ssh-dss-cert-v01@openssh.com': 'DSA',
    'ssh-dss-cert-v00@openssh.com': 'DSA',
    'x509v3-sign-dss': 'DSA',
    'ssh-rsa': 'signatures with SHA-1',
    'ssh-rsa-cert-v01@openssh.com': 'signatures with SHA-1',
    'ssh-rsa-cert-v00@openssh.com': 'signatures with SHA-1',
    'x509v3-sign-rsa-sha1': 'signatures with SHA-1',
    'x509v3-ssh-rsa': 'signatures with SHA-1',
  },
  ciphers: {
    none: 'no encryption',
    arcfour: 'RC4',
    arcfour128: 'RC4',
    arcfour256: 'RC4',
    'des-cbc': 'DES',
    'des-cbc@ssh.com': 'DES',
    '3des-cbc': '3DES',
    '3des-ctr': '3DES',
    'blowfish-cbc': '64-bit blocks',
    'cast128-cbc': '64-bit blocks',
    'idea-cbc': '64-bit blocks',
    'rijndael-cbc@lysator.liu.se': 'not AES as standardised',
  },
  macs: {
    none: 'no integrity',
    'hmac-md5': 'MD5',
    'hmac-md5-96': 'MD5',
    'hmac-md5-etm@openssh.com': 'MD5',
    'hmac-md5-96-etm@openssh.com': 'MD5',
    'hmac-ripemd160': 'RIPEMD-160',
    'hmac-ripemd160@openssh.com': 'RIPEMD-160',
    'hmac-ripemd160-etm@openssh.com': 'RIPEMD-160',
    'hmac-sha1-96': 'truncated SHA-1',
    'hmac-sha1-96-etm@openssh.com': 'truncated SHA-1',
  },
};

/** Not broken, but on the way out: many policies forbid them. */
export const DISCOURAGED: Table = {
  kex: {
    'sntrup4591761x25519-sha512@tinyssh.org': 'withdrawn',
    'diffie-hellman-group14-sha256': '2048-bit group',
    'rsa2048-sha256': '2048-bit group',
  },
  hostKey: {},
  ciphers: {
    'aes128-cbc': 'CBC mode',
    'aes192-cbc': 'CBC mode',
    'aes256-cbc': 'CBC mode',
  },
  macs: {
    'hmac-sha1': 'HMAC with SHA-1',
    'hmac-sha1-etm@openssh.com': 'HMAC with SHA-1',
    'umac-64@openssh.com': '64-bit tag',
    'umac-64-etm@openssh.com': '64-bit tag',
  },
};

/** What the table says of an algorithm; undefined when nothing. */
export function flaw(table: Table, list: AlgorithmList, name: string): string | undefined {
  const rows = table[list];
  const generic = name.replace(/^(gss-[a-z0-9]+-sha[0-9]+-).*$/, '$1*');
  return Object.hasOwn(rows, generic) ? rows[generic] : undefined;
}

/**
 * Terrapin (CVE-2023-48795): a man in the middle can drop packets unnoticed when these are negotiated without strict
 * key exchange. Decided by what is offered, never by the version: distributions have added the countermeasure to old ones.
 */
export function isOpenToTerrapin(ciphers: readonly string[], macs: readonly string[]): boolean {
  const encryptThenMac = macs.some((name) => name.endsWith('-etm@openssh.com'));
  return (
    ciphers.some((name) => name.startsWith('chacha20-poly1305')) ||
    (encryptThenMac && ciphers.some((name) => /-cbc(@|$)/.test(name)))
  );
}
