import type { Fact, Unknown } from '../fact.ts';

/** Facts of this subject area: fact name → shape. */
export interface SshFacts {
  sshLogins: SshLogins;
  sshKeys: SshKeys;
  sshCrypto: SshCrypto;
}

/** What sshd lets people do before they are in, context by context. */
export interface SshLogins {
  /** What `sshd -T` says when it refuses the configuration on disk; null when it accepts it. */
  readonly configError: string | null;
  /**
   * First: anybody from an outside address. Then one per combination of Match criteria that changes something.
   * None where sshd reads other files than those that were looked at.
   */
  readonly contexts: readonly SshContext[];
  /** The same for root. First: from an outside address. */
  readonly rootContexts: readonly SshContext[];
  /** SSH servers beside the one that was judged, and whether they take passwords (null: cannot be seen from inside). */
  readonly otherServers: readonly OtherServer[];
  /** How many Match blocks there are. */
  readonly matchBlocks: number;
  /** Why the contexts may not be all, or not what the running daemon does. A pass needs this to be empty. */
  readonly doubts: readonly Unknown[];
}

export interface SshContext {
  /** `user=deploy`, `addr=10.0.0.1`, `user=deploy,addr=10.0.0.1`; absent for the first context. */
  readonly criteria?: string;
  /** For sentences: "anyone", "user deploy", "log-ins from 10.0.0.1". */
  readonly who: string;
  readonly settings: SshSettings;
  /** Keyword (lower case) → what decided it: "/etc/ssh/sshd_config line 57", "the built-in default". */
  readonly origins: Readonly<Record<string, string>>;
}

/** Settings that decide how a log-in can be completed. Source: sshd_config(5). */
export interface SshSettings {
  readonly passwordAuthentication: boolean;
  readonly kbdInteractiveAuthentication: boolean;
  readonly pubkeyAuthentication: boolean;
  readonly hostbasedAuthentication: boolean;
  readonly gssapiAuthentication: boolean;
  readonly permitEmptyPasswords: boolean;
  readonly permitRootLogin: 'yes' | 'no' | 'prohibit-password' | 'forced-commands-only';
  /** `any`, or lists of comma-separated methods of which one must be completed. */
  readonly authenticationMethods: readonly string[];
}

export interface OtherServer {
  /** For sentences: `dropbear (process 812, "dropbear -p 2222")`. */
  readonly what: string;
  readonly passwords: boolean | null;
}

/** Public keys that open accounts, and how their files are kept. Contents never leave the host but for the keys. */
export interface SshKeys {
  /** Accounts with a login shell. */
  readonly accounts: readonly SshAccount[];
  /** `no`: sshd reads key files that others can write. */
  readonly strictModes: boolean;
  /** Other sources of keys: AuthorizedKeysCommand, TrustedUserCAKeys. */
  readonly otherSources: readonly string[];
}

export interface SshAccount {
  readonly name: string;
  readonly keys: readonly SshKey[];
  /** Key files, `.ssh` and home, where another account could change who gets in. */
  readonly unsafePaths: readonly UnsafePath[];
  /** Why some of this account's keys could not be read. */
  readonly doubts: readonly Unknown[];
}

export interface SshKey {
  readonly file: string;
  readonly line: number;
  /** As in the key itself, e.g. `ssh-rsa`. */
  readonly type: string;
  readonly bits: number;
}

export interface UnsafePath {
  readonly path: string;
  /** One sentence: "/home/deploy is writable by everyone (mode 0777)." */
  readonly because: string;
}

/** The algorithms that the configuration allows, and the host keys on disk. Absent parts: this OpenSSH does not say. */
export interface SshCrypto {
  /** Those of Kerberos among them, where they are on: `gss-group14-sha256-`. */
  readonly kex: readonly string[];
  /** All that sshd may use; what it offers depends on its keys. */
  readonly hostKey: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  /** Whether the program on disk knows strict key exchange, the countermeasure against Terrapin (CVE-2023-48795). */
  readonly strictKex: Fact<boolean>;
  /** Public halves of the keys that the configuration names. */
  readonly hostKeys: Fact<readonly HostKeyFile[]>;
}

export interface HostKeyFile {
  readonly file: string;
  /** As in the key itself, e.g. `ssh-rsa`. */
  readonly type: string;
  readonly bits: number;
}
