import { known } from '../model/fact.ts';
import type { WebFacts } from '../model/facts/web.ts';
import type { Probe } from '../model/probe.ts';
import { KERNEL_PROBES } from './firewall/kernel.ts';
import { ADDRESSES } from './firewall/network.ts';
import type { FactSources } from './outputs.ts';
import { apacheProbes } from './web/apache-probe.ts';
import { caddyProbes } from './web/caddy-probe.ts';
import { readWebConfig } from './web/config.ts';
import { CONFIGURED_PROBES } from './web/configured.ts';
import { LISTENER_PROBES, listenerProbes, readListeners } from './web/listeners.ts';
import { nginxProbes } from './web/nginx-probe.ts';
import { serverProbes, WEB_CERTIFICATES } from './web/server-probes.ts';
import { readSites } from './web/sites.ts';

export const probes: readonly Probe[] = [
  ...listenerProbes,
  ...nginxProbes,
  ...apacheProbes,
  ...caddyProbes,
  ...serverProbes,
];

export const facts: FactSources<WebFacts> = {
  sites: {
    probes: [...CONFIGURED_PROBES, ...LISTENER_PROBES, ...KERNEL_PROBES],
    rare: [ADDRESSES],
    withoutLogin: true,
    own: true,
    derive: (outputs) => known(readSites(outputs)),
  },
  listeners: { probes: LISTENER_PROBES, derive: (outputs) => known(readListeners(outputs)) },
  webConfig: {
    probes: [...CONFIGURED_PROBES, ...LISTENER_PROBES, ...KERNEL_PROBES, WEB_CERTIFICATES],
    rare: [ADDRESSES],
    own: true,
    derive: readWebConfig,
  },
};
