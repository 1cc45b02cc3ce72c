/** Facts of the machine itself. */
export interface HostFacts {
  os: Os;
  provider: Provider;
}

/** `/etc/os-release`. */
export interface Os {
  readonly id: string;
  /** `ID_LIKE`, split. */
  readonly idLike: readonly string[];
  readonly versionId: string;
  readonly codename: string;
  readonly prettyName: string;
  /** The kind of container that this is (`lxc`, `docker`, …), so kernel and DMI are not its own; null: none. */
  readonly container: string | null;
}

/** What the machine shows of where it runs. Evidence, not proof: whoever controls the hypervisor sets it. */
export interface Provider {
  /** `aws`, `digitalocean`, `hetzner`, `linode`, `vultr`, …; null when nothing, or more than one, matches. */
  readonly detected: string | null;
  /** What was seen, as a full sentence without the final full stop. */
  readonly because: string;
}
