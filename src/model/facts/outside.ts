import type { Fact, Unknown } from '../fact.ts';

/** Facts of this subject area: what SSH and the TCP ports of a host look like from where the scanner stands. */
export interface OutsideFacts {
  sshOffer: SshOffer;
  exposure: Exposure;
  vantage: Vantage;
}

/** What sshd shows to somebody who does not log in. */
export interface SshOffer {
  /** What was dialled: `203.0.113.10:22`, `[2001:db8::7]:22`. */
  readonly where: string;
  /** The line that the server introduces itself with. */
  readonly identification: Fact<SshIdentification>;
  /** What its KEXINIT lists (RFC 4253 §7.1). */
  readonly algorithms: Fact<SshAlgorithms>;
  /** Host keys that it proved to have, of the types whose size their name does not tell. */
  readonly hostKeys: Fact<readonly SshHostKey[]>;
  /** What it offers to the user who scans, before anything is proved. Valid for that user and this address only. */
  readonly methods: Fact<SshMethods>;
}

export interface SshIdentification {
  readonly line: string;
  /** `2.0`, `1.99`, `1.5`. */
  readonly protocol: string;
}

/** Lists in order of preference; markers that are no algorithms are left out. */
export interface SshAlgorithms {
  readonly kex: readonly string[];
  readonly hostKey: readonly string[];
  readonly ciphers: SshDirections;
  readonly macs: SshDirections;
  /** The countermeasure against Terrapin (CVE-2023-48795), `kex-strict-s-v00@openssh.com`. */
  readonly strictKex: boolean;
}

/** From the client to the server, and back; servers may treat the two differently. */
export interface SshDirections {
  readonly in: readonly string[];
  readonly out: readonly string[];
}

export interface SshHostKey {
  /** As in the key itself: `ssh-rsa`, `ssh-dss`, `ssh-ed25519`. */
  readonly type: string;
  readonly bits: number;
}

export interface SshMethods {
  readonly user: string;
  readonly methods: readonly string[];
  /** True: the server let the user in without any proof. */
  readonly letIn: boolean;
}

/** Which TCP ports answer. One entry per address that was tried. */
export type Exposure = readonly AddressExposure[];

export interface AddressExposure {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  /** Why nothing can be concluded from ports that did not answer; null when the controls held. */
  readonly doubt: Unknown | null;
  /** False: not even an open port proves anything, because something in between answers for the host. */
  readonly openCounts: boolean;
  /** The SSH port, and every port that was tried. Sorted. */
  readonly ports: readonly PortSeen[];
}

export interface PortSeen {
  readonly port: number;
  /**
   * `open`: a connection came about. `closed`: refused, by the host or by a firewall. `filtered`: dropped, or an ICMP
   * error. `reset`: taken and reset at once, as something in between does. `not-tried`: the time was up.
   */
  readonly state: 'open' | 'closed' | 'filtered' | 'reset' | 'not-tried';
}

/** Where the scanner stands, as the host sees it (SSH_CONNECTION, sshd(8)). */
export interface Vantage {
  /** The address that connections come from. */
  readonly scanner: string;
  /** The address of the host that they reach; another one than was dialled where addresses are translated. */
  readonly host: string;
}
