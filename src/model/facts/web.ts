import type { Unknown } from '../fact.ts';
import type { Site } from '../site.ts';

/** Facts about what the host serves to the web. */
export interface WebFacts {
  sites: Sites;
  /** Sorted by port; each address and port once. */
  listeners: readonly Listener[];
}

/** What there is to look at from outside. */
export interface Sites {
  /** Sorted by URL, each once. */
  readonly sites: readonly Site[];
  /** Where sites may hide that could not be listed, e.g. a configuration that may not be read. */
  readonly doubts: readonly Unknown[];
}

/** A TCP socket of the host that takes connections. */
export interface Listener {
  /** Without brackets and interface: `0.0.0.0`, `::`, `10.0.0.7`; `*` for all addresses of both families. */
  readonly address: string;
  readonly port: number;
  /** Only the host itself can connect. */
  readonly isLoopback: boolean;
  /** Names of the processes that hold it, sorted; empty when the kernel itself does, or when ss may not tell. */
  readonly processes: readonly string[];
}
