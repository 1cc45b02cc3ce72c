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
  /** `systemd-detect-virt` says that this is a container, so kernel and DMI are not its own. */
  readonly container: string | null;
}

/** What the machine shows of where it runs. Evidence, not proof: whoever controls the hypervisor sets it. */
export interface Provider {
  readonly placeholder?: never;
}
