import type { Fact } from '../fact.ts';

/** Facts of this subject area: fact name → shape. */
export interface UpdatesFacts {
  /** The package unattended-upgrades. Absent: not installed. */
  unattendedUpgrades: { readonly version: string };
  updateSettings: UpdateSettings;
  updateSchedule: UpdateSchedule;
  updateStarts: UpdateStarts;
  updateCalendars: readonly TimerCalendar[];
  packageLists: PackageLists;
  pendingUpdates: PendingUpdates;
  updateRuns: UpdateRuns;
  rebootState: RebootState;
}

/** `apt-config dump`: all files of apt.conf.d, merged in apt's order. */
export interface UpdateSettings {
  /** `APT::Periodic::Enable`: "0" switches everything off. */
  readonly periodic: boolean;
  /** Days between refreshes of the package lists; 0: at every run; null: never. */
  readonly refreshDays: number | null;
  /** Days between runs of unattended-upgrade; 0: at every run; null: never. */
  readonly upgradeDays: number | null;
  /** `Origins-Pattern` as written and `Allowed-Origins` in the same form; `${distro_…}` is not yet replaced. */
  readonly origins: readonly string[];
  /** Entries of these two lists on which unattended-upgrade ends with an exception, whatever else is allowed. */
  readonly brokenOrigins: readonly { readonly key: OriginsKey; readonly entry: string }[];
  /** Python regular expressions, matched at the start of a package's name. */
  readonly blacklist: readonly string[];
  readonly whitelist: readonly string[];
  /** `Update-Days`, e.g. `Mon`; empty: every day. */
  readonly days: readonly string[];
  /** `InstallOnShutdown`: the daily run downloads, and installs nothing. */
  readonly onShutdown: boolean;
}

export type OriginsKey = 'Allowed-Origins' | 'Origins-Pattern';

/** systemd's view of apt's timers and the services that they start. */
export interface UpdateSchedule {
  readonly timers: readonly ScheduleUnit[];
  readonly services: readonly ScheduleUnit[];
}

export interface ScheduleUnit {
  readonly name: string;
  /** LoadState, e.g. `loaded`, `masked`, `not-found`. */
  readonly load: string;
  /** ActiveState. */
  readonly active: string;
  /** UnitFileState. */
  readonly file: string;
}

/** What apt's timers start, and what that runs; units that are not loaded are left out. */
export interface UpdateStarts {
  readonly timers: readonly {
    readonly name: string;
    /** The unit that the timer starts. */
    readonly starts: string;
    /** By how much systemd may put an elapsed timer off; null: not to be seen. */
    readonly accuracySeconds: number | null;
  }[];
  readonly services: readonly {
    readonly name: string;
    /** Command lines, as systemd shows them. */
    readonly commands: readonly string[];
    /** Commands that may forbid a start. */
    readonly conditions: readonly string[];
    /** A condition of the unit did not hold when it was to start last. */
    readonly skipped: boolean;
  }[];
}

/** When one of apt's timers elapses. */
export interface TimerCalendar {
  readonly name: string;
  /** Calendar expressions as systemd spells them out, e.g. `*-*-* 06,18:00:00`; other triggers as `OnBootUSec=1h`. */
  readonly elapses: readonly string[];
  /** By how much a run may be put off, at random; null: not to be seen. */
  readonly delaySeconds: number | null;
}

/** The heads of the Release files that the last refresh left. */
export interface PackageLists {
  readonly archives: readonly Archive[];
}

export interface Archive {
  /** Host name of the mirror; empty where the name of the list does not show it. */
  readonly site: string;
  /** The distribution as sources.list names it, e.g. `bookworm-security`. */
  readonly distribution: string;
  readonly origin: string;
  readonly label: string;
  readonly suite: string;
  readonly codename: string;
  readonly components: readonly string[];
  /** It brings security updates of the distribution, or extended ones after the end of its support. */
  readonly security: boolean;
  /** Epoch seconds; null where the file has none. */
  readonly date: number | null;
  /** Epoch seconds after which apt distrusts the list; null where the archive sets no end. */
  readonly validUntil: number | null;
}

/** Installed packages for which the security archives have a newer version. */
export interface PendingUpdates {
  readonly security: readonly PendingPackage[];
  /** Other packages with a newer version. */
  readonly others: number;
  /** How many installed packages were compared. */
  readonly compared: number;
  /** Priority of the security archives in apt's eyes; below 100 it takes nothing from them. */
  readonly priorities: readonly number[];
  /** Priority of every archive that has one of the installed packages; of versions alike apt takes the highest. */
  readonly preferences: readonly ArchivePriority[];
  /** Epoch seconds: every pending version was public by then. */
  readonly publishedBy: number;
}

export interface ArchivePriority {
  /** Host name of the mirror, with its port where the address has one; empty for a folder. */
  readonly site: string;
  /** As sources.list names it. */
  readonly distribution: string;
  readonly priority: number;
}

export interface PendingPackage {
  readonly name: string;
  readonly installed: string;
  /** The newest version in a security archive. */
  readonly fixed: string;
  /** `apt-mark hold`. */
  readonly held: boolean;
  /** A priority below 100: apt never upgrades to this version. */
  readonly pinned: boolean;
  /** Epoch seconds: not public before; null where the package is not in apt's download cache. */
  readonly uploadedAt: number | null;
  /** Epoch seconds: known to this host since then at the latest; null where it is not in the cache. */
  readonly downloadedAt: number | null;
}

export interface UpdateRuns {
  /**
   * Epoch seconds of the newest `apt-get update` that left a stamp; null: never. apt's timer leaves one always, also
   * of one that failed; others only where update-notifier is installed.
   */
  readonly listsRefreshed: number | null;
  /** Epoch seconds of the newest end of an unattended-upgrade run, also of one that failed; null: never. */
  readonly lastRun: number | null;
  /** Epoch seconds of the host's first boot, by its machine id; null: not to be seen. */
  readonly hostSince: number | null;
  /** The last runs as unattended-upgrades logged them, newest first. Absent: there is no log. */
  readonly log: Fact<readonly LoggedRun[]>;
}

export interface LoggedRun {
  /** Epoch seconds if the host's clock shows UTC: the log names no time zone. */
  readonly startedAt: number;
  /** `none`: downloads only, or cut off in the middle. */
  readonly outcome: 'upgraded' | 'nothing-to-do' | 'failed' | 'none';
  /** Messages of level ERROR. */
  readonly errors: readonly string[];
  /** Packages it left alone: on the blacklist, kept back, or with a configuration file that somebody changed. */
  readonly left: readonly string[];
}

export interface RebootState {
  /** `/run/reboot-required`, and since when at the latest: each package that asks writes it anew. Null: not there. */
  readonly required: { readonly since: number; readonly packages: readonly string[] } | null;
  /** `uname -r`. */
  readonly running: string;
  /** The kernels in /boot, newest first, and since when each is there (epoch seconds). */
  readonly kernels: readonly InstalledKernel[];
  /**
   * A newer build of the running release that is installed but not running, and since when; null: none.
   * Only Debian's kernels say which build they are.
   */
  readonly rebuilt: { readonly version: string; readonly since: number } | null;
}

export interface InstalledKernel {
  readonly release: string;
  readonly since: number;
}
