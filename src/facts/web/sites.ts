import { Ignorance, read, type Unknown, unknown } from '../../model/fact.ts';
import type { Listener, Sites } from '../../model/facts/web.ts';
import { isAddress, parseSite, type Site, siteUrl } from '../../model/site.ts';
import { readKernel } from '../firewall/kernel.ts';
import { type Outputs, type OwnOutputs, settle } from '../outputs.ts';
import { readConfigured, SERVER_PROCESSES } from './configured.ts';
import { readListeners } from './listeners.ts';
import type { Configured } from './nginx.ts';
import { isLocal, kindOf, type Listen, type Served, standsFor } from './served.ts';

/** Declared and discovered sites, each once, and what may hide more. */
export function readSites(outputs: OwnOutputs): Sites {
  const declared = declaredSites(outputs.host);
  // The host was not logged in to: there is no configuration to read, and that is said of every check of its own.
  if (outputs.now === 0) return { sites: sorted(declared), doubts: [] };
  const configured = readConfigured(outputs);
  const found = discoveredSites(declared, configured.served, outputs.host.address);
  return { sites: merged(declared, found), doubts: [...configured.doubts, ...hidden(outputs, configured, declared)] };
}

/** What the inventory says; it was validated when it was read, so what does not parse is not there. */
function declaredSites({ sites, source }: { readonly sites: readonly string[]; readonly source: string }): Site[] {
  return sites.flatMap((text): Site[] => {
    const site = parseSite(text);
    if (typeof site === 'string') return [];
    const serverName = isAddress(site.name) ? null : site.name;
    return [{ ...site, url: siteUrl(site), serverName, origin: 'declared', source }];
  });
}

/**
 * A server without a name that only sends visitors on to HTTPS has nothing of its own: it is the plain side of the
 * sites with TLS, and is asked with each of their names.
 */
function discoveredSites(declared: readonly Site[], all: readonly Served[], address: string): Site[] {
  const isDoor = ({ onlyRedirects, names }: Served): boolean =>
    onlyRedirects && names.every((name) => kindOf(name) === 'none');
  const found = all.filter((served) => !isDoor(served)).flatMap((served) => discovered(served, address));
  const leadsSomewhere = [...declared, ...found].some(({ scheme }) => scheme === 'https');
  return leadsSomewhere ? found : [...found, ...all.filter(isDoor).flatMap((served) => discovered(served, address))];
}

/** The sites of one server block: per name each of its ports. */
function discovered(served: Served, address: string): Site[] {
  const open = served.listens.filter((listen) => !isLocal(listen) && listen.refuses !== true);
  if (served.isSilent) return [];
  const names = served.names.length === 0 ? [''] : served.names;
  return names.flatMap(plainNames).flatMap((name) => open.map((listen) => siteOf(served, name, listen, address)));
}

/** `.example.org` stands for the name itself and for every name below it. */
function plainNames(name: string): string[] {
  return name.startsWith('.') ? [name.slice(1), `*${name}`] : [name];
}

function siteOf({ place, software }: Served, name: string, listen: Listen, address: string): Site {
  const kind = kindOf(name);
  const site = {
    scheme: listen.tls ? 'https' : 'http',
    name: kind === 'none' ? address : name,
    port: listen.port,
  } as const;
  const common = { ...site, url: siteUrl(site), origin: 'discovered', source: `${place.path}:${place.line}` } as const;
  if (kind === 'name') return { ...common, serverName: name };
  if (kind === 'none') return { ...common, serverName: null };
  const example = siteUrl({ ...site, name: 'name.example.org' });
  const unobservable =
    `${software} serves every name that fits ${name} (${common.source}), and no such name is declared: ` +
    `declare one in the inventory, e.g. sites: [${example}].`;
  return { ...common, serverName: null, unobservable };
}

function merged(declared: readonly Site[], found: readonly Site[]): readonly Site[] {
  const all = new Map(declared.map((site) => [site.url, site]));
  const secured = [...declared, ...found].filter(({ scheme, port }) => scheme === 'https' && port === 443);
  const withTwin = new Set(secured.map(({ name }) => name));
  for (const site of found) {
    const known = all.get(site.url);
    if (known !== undefined) {
      if (known.origin === 'declared') all.set(site.url, { ...known, origin: 'both' });
    } else if (site.scheme === 'http' && site.port === 80 && withTwin.has(site.name)) {
      // The plain side of a site on 443, and asked with it.
    } else if (site.unobservable !== undefined) {
      const isNamed = declared.some(({ name, port }) => port === site.port && standsFor(site.name, name));
      if (!isNamed) all.set(site.url, site);
    } else all.set(site.url, site);
  }
  return sorted([...all.values()]);
}

function sorted(sites: readonly Site[]): readonly Site[] {
  const unique = new Map([...sites].reverse().map((site) => [site.url, site]));
  return [...unique.values()].sort((a, b) => (a.url < b.url ? -1 : 1));
}

/** Web ports on which something answers that neither the inventory nor a configuration that was read accounts for. */
function hidden(outputs: Outputs, { served, passedOn, doubts }: Configured, declared: readonly Site[]): Unknown[] {
  const isDeclared = (port: number): boolean => declared.some((site) => site.port === port);
  const passed = passedOn.flatMap(({ port, place }) =>
    isDeclared(port)
      ? []
      : [
          unknown(
            'not-observable',
            `nginx passes port ${port} on to others (${place.path}:${place.line}), and no site on that port is declared.`,
            DECLARE,
          ),
        ],
  );
  let listeners: readonly Listener[];
  try {
    listeners = readListeners(outputs);
  } catch (error) {
    if (!(error instanceof Ignorance)) throw error;
    return [...passed, error.fact];
  }
  const configured = new Set(served.flatMap(({ listens }) => listens.map(({ port }) => port)));
  const ports = [80, 443].filter((port) => !isDeclared(port) && !passedOn.some((one) => one.port === port));
  const strange = ports.flatMap((port): Unknown[] => {
    const here = listeners.filter((listener) => listener.port === port && !listener.isLoopback);
    const processes = [...new Set(here.flatMap((listener) => listener.processes))].sort();
    const others = processes.filter((name) => !SERVER_PROCESSES.some((known) => name.startsWith(known)));
    const isExplained = configured.has(port) && others.length === 0;
    // A server whose configuration could not be read has said so already.
    const isSaid = doubts.length > 0 && processes.length > 0 && others.length === 0;
    const sent = here.length === 0 ? sentOn(outputs, port) : undefined;
    if (sent !== undefined && !configured.has(port)) {
      const message = `The host sends port ${port} on to ${sent} (as Docker does), and no site on that port is declared.`;
      return [unknown('not-observable', message, DECLARE)];
    }
    if (here.length === 0 || isExplained || isSaid) return [];
    const who = others.length > 0 ? others.join(' and ') : (processes[0] ?? 'A process that could not be seen');
    return [
      unknown(
        'not-observable',
        `${who} listens on port ${port}, and which sites it serves there is not known.`,
        DECLARE,
      ),
    ];
  });
  return [...passed, ...strange];
}

/** Where the packet filter sends a port on to, without anything that listens; what cannot be read says nothing here. */
function sentOn(outputs: Outputs, port: number): string | undefined {
  const published = (['IPv4', 'IPv6'] as const).flatMap((family) => {
    const all = settle(() => {
      const filter = read(readKernel(outputs, family));
      return filter === undefined ? undefined : read(filter.published);
    });
    return (all.state === 'known' ? all.value : undefined) ?? [];
  });
  return published.find(({ protocol, ports, fate, to }) => {
    const isTcp = protocol === 'tcp' || protocol === 'any';
    const isIt = ports !== null && ports.from <= port && port <= ports.to;
    // To another port of the host itself is where its own servers are.
    return isTcp && isIt && fate !== 'dropped' && !to.startsWith(':');
  })?.to;
}

const DECLARE = 'Declare the sites of this host in the inventory.';
