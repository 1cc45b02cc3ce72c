import type { Fact } from '../fact.ts';
import type { PortRange } from '../port-range.ts';

/** Facts of this subject area: fact name → shape. */
export interface FirewallFacts {
  /** Absent: ufw is not installed. */
  ufw: Ufw;
  firewallUnits: FirewallUnits;
  forwarding: Forwarding;
  /** What the kernel does with incoming IPv4 now. */
  packetFilter4: PacketFilter;
  /** The same for IPv6. Absent: IPv6 is off on this host. */
  packetFilter6: PacketFilter;
  /** What ufw's files make of incoming IPv4 at the next boot or reload. Absent: ufw is not installed. */
  ufwStored4: PacketFilter;
  /** The same for IPv6. Absent: ufw is not installed. */
  ufwStored6: PacketFilter;
  /** Whether the files of other back ends deny incoming connections when they are loaded at boot. */
  storedAlternatives: StoredAlternatives;
}

export type Family = 'IPv4' | 'IPv6';

export const BACKENDS = ['ufw', 'nftables', 'firewalld', 'iptables'] as const;
/** Who put a filter into the kernel. */
export type Backend = (typeof BACKENDS)[number];

export const LOG_LEVELS = ['off', 'low', 'medium', 'high', 'full'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `/etc/ufw/ufw.conf` and `/etc/default/ufw`, which everybody may read. */
export interface Ufw {
  /** ufw's boot script starts only on exactly `yes` or `YES`. */
  readonly enabled: boolean;
  /** As written; empty when it is not there. */
  readonly enabledText: string;
  /** Null when the file names no level that ufw knows. */
  readonly logLevel: LogLevel | null;
  readonly logLevelText: string;
  readonly ipv6: boolean;
  /** `DROP`, `REJECT`, `ACCEPT` as written; empty when it is not there. */
  readonly inputPolicy: string;
  readonly forwardPolicy: string;
}

/** What systemd knows of one unit. Source: systemctl(1), "show". */
export interface Unit {
  readonly load: string;
  readonly active: string;
  /** `enabled`, `disabled`, `masked`, …; empty when there is no unit file. */
  readonly file: string;
}

/** By full unit name, e.g. `ufw.service`. */
export type FirewallUnits = Readonly<Record<string, Unit>>;

/** Interfaces (or `all`, `default`) that forward packets; empty when forwarding is off. */
export interface Forwarding {
  readonly IPv4: readonly string[];
  readonly IPv6: readonly string[];
}

/** A set of new connections, as a rule describes it. */
export interface Traffic {
  readonly family: Family;
  /** `tcp`, `udp`, `gre`, …; `any` when the rule does not say. */
  readonly protocol: string;
  /** Null: every port. */
  readonly ports: PortRange | null;
  /** Canonical CIDR; null: from anywhere. */
  readonly source: string | null;
  /** Canonical CIDR; null: every address of the host. */
  readonly destination: string | null;
  /** `eth0`, `not docker0`; null: every interface but loopback. */
  readonly interface: string | null;
  /** Conditions of the rule that we do not read; the rule may let through less than what stands here. */
  readonly unread: readonly string[];
}

/** Incoming traffic that some rule lets through. */
export interface Opening extends Traffic {
  /** The rule that says which traffic, as `iptables-save` or `nft` print it. */
  readonly rule: string;
  readonly chain: string;
  /** `iptables filter`, `nftables inet filter`. */
  readonly table: string;
  /** True when the rule stands where ufw puts the operator's own rules. */
  readonly byUfw: boolean;
}

/** Incoming traffic that is sent elsewhere before the input chains see it: published containers, port forwards. */
export interface Published extends Traffic {
  /** `172.17.0.2:5432`, or `:443` for a redirection to the host itself. */
  readonly to: string;
  /** The rule that sends it there, as `iptables-save` or `nft` print it. */
  readonly rule: string;
  readonly chain: string;
  /** `iptables nat`, `nftables ip nat`. */
  readonly table: string;
  /**
   * `accepted`: a rule lets it through. `policy`: only a default policy stops it.
   * `dropped`: a rule stops it, the input chains do not let the rewritten port in, or it is for inner networks only.
   */
  readonly fate: 'accepted' | 'policy' | 'dropped';
  /** The rule behind `accepted`; null otherwise. */
  readonly acceptedBy: string | null;
  /** True when ufw's own rules (`ufw route allow`) let it through. */
  readonly byUfw: boolean;
}

/** One base chain that every incoming packet meets. */
export interface InputChain {
  /** `iptables filter INPUT`, `nftables inet filter input`. */
  readonly name: string;
  readonly backend: Backend;
  readonly policy: 'accept' | 'drop';
  /** Whatever no rule allows is dropped or rejected. */
  readonly denies: boolean;
}

/** The evaluated rules of one address family. */
export interface PacketFilter {
  readonly family: Family;
  readonly chains: readonly InputChain[];
  /** At least one chain denies what no rule allows; otherwise everything comes in. */
  readonly denies: boolean;
  /**
   * An over-approximation of what comes in: what every denying chain lets through. Loopback, replies,
   * ICMP, DHCP client, mDNS and SSDP are left out. Empty when nothing denies.
   */
  readonly openings: readonly Opening[];
  /** `unhooked`: ufw's chains exist, but the input chain does not lead to them. */
  readonly ufw: 'hooked' | 'unhooked' | 'absent';
  readonly forwardDenies: boolean;
  /** Interfaces by which strangers come in: of the default route, or all that are not the host's own. */
  readonly outside: readonly string[];
  readonly published: Fact<readonly Published[]>;
  readonly logs: readonly LogRule[];
}

/** A log rule that incoming traffic can meet. */
export interface LogRule {
  readonly chain: string;
  /** Empty where the rule has none or hides it. */
  readonly prefix: string;
  /** False when it logs only what is let in. */
  readonly denied: boolean;
}

export interface StoredAlternatives {
  /** Absent: no such file. */
  readonly nftables4: Fact<{ readonly path: string; readonly denies: boolean }>;
  readonly nftables6: Fact<{ readonly path: string; readonly denies: boolean }>;
  readonly iptables4: Fact<{ readonly path: string; readonly denies: boolean }>;
  readonly iptables6: Fact<{ readonly path: string; readonly denies: boolean }>;
}
