import { known } from '../model/fact.ts';
import type { WebFacts } from '../model/facts/web.ts';
import type { Probe } from '../model/probe.ts';
import { isAddress, parseSite, type Site, siteUrl } from '../model/site.ts';
import type { FactSources } from './outputs.ts';
import { LISTENERS, readListeners } from './web/listeners.ts';

export const probes: readonly Probe[] = [];

export const facts: FactSources<WebFacts> = {
  sites: {
    probes: [],
    withoutLogin: true,
    derive: ({ host }) => known({ sites: declaredSites(host), doubts: [] }),
  },
  listeners: { probes: [LISTENERS], derive: (outputs) => known(readListeners(outputs)) },
};

/** What the inventory says; it was validated when it was read, so what does not parse is not there. */
function declaredSites({ sites, source }: { readonly sites: readonly string[]; readonly source: string }): Site[] {
  return sites.flatMap((text): Site[] => {
    const site = parseSite(text);
    if (typeof site === 'string') return [];
    const serverName = isAddress(site.name) ? null : site.name;
    return [{ ...site, url: siteUrl(site), serverName, origin: 'declared', source }];
  });
}
