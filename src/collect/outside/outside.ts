import type { Exchange, NameExchange, Outside, OutsidePlan } from '../../model/exchange.ts';
import type { Host } from '../../model/host.ts';
import { isAddress, type Site } from '../../model/site.ts';
import { probeHttp } from './http.ts';
import { resolveHost, resolveSite } from './names.ts';
import { probePorts } from './ports.ts';
import { probeSsh } from './ssh.ts';
import { probeTls } from './tls.ts';
import { LIMITS, leftOut, pause, type TrustFile, type Visit } from './visit.ts';

export interface OutsideOptions {
  readonly agent: string;
  readonly trust: readonly TrustFile[];
  readonly tlsFull: boolean;
  /** For one host with up to ten sites; more sites get more time. */
  readonly hostSeconds: number;
  readonly signal: AbortSignal;
}

/** Of a name with more addresses the first ones are looked at; the rest is said to be unknown. */
export const MOST_ADDRESSES = 4;

/**
 * Looks at one host from outside. Never throws: what could not be asked is in the records as such. One exchange at a
 * time per site; sshd, which wants pauses, is asked meanwhile.
 */
export async function collectOutside(host: Host, plan: OutsidePlan, options: OutsideOptions): Promise<Outside> {
  const hop = host.jump.at(-1);
  if (hop !== undefined) {
    const because = `${host.name} is reached through ${hop.name}; seen from the scanner, ${host.address} may be another machine.`;
    return { taken: false, because, exchanges: [] };
  }
  const rounds = Math.max(1, Math.ceil(plan.sites.length / 10));
  const deadline = AbortSignal.timeout(options.hostSeconds * 1000 * rounds);
  const signal = AbortSignal.any([options.signal, deadline]);
  const visit: Visit = { signal, agent: options.agent, limits: LIMITS, trust: options.trust, tlsFull: options.tlsFull };
  const own = await resolveHost(host.address, visit);
  const doors = doorsOf(host, own, visit);
  const exchanges = [...(own === null ? [] : [own])] as Exchange[];
  const [first] = doors;
  const ssh =
    first !== undefined && plan.families.includes('ssh') ? probeSsh(host, first.address, visit) : Promise.resolve([]);
  const names = plan.families.includes('dns') ? lookUp(plan.sites, own, visit) : Promise.resolve([]);
  for (const site of plan.sites)
    exchanges.push(...(await visitSite(site, isAddress(site.name) ? [{ address: site.name, visit }] : doors, plan)));
  exchanges.push(...(await names), ...(await ssh));
  if (plan.families.includes('tcp')) {
    for (const { address, visit: own } of doors)
      exchanges.push(...(await probePorts(address, host.port, plan.ports, own)));
  }
  return { taken: true, because: '', exchanges };
}

/** One address of a host, and how it is looked at. */
interface Door {
  readonly address: string;
  readonly visit: Visit;
}

/**
 * The addresses of a host to look at. Where there are more than that, the next one stands for the rest, as one of which
 * nothing is asked: so nothing passes on the addresses that were looked at alone.
 */
export function doorsOf(host: Pick<Host, 'address'>, own: NameExchange | null, visit: Visit): readonly Door[] {
  if (own === null) return [{ address: host.address, visit }];
  const { addresses } = own;
  const looked = addresses.slice(0, MOST_ADDRESSES).map((address) => ({ address, visit }));
  const rest = addresses[MOST_ADDRESSES];
  if (rest === undefined) return looked;
  const because = `${host.address} has ${addresses.length} addresses, and ${rest} is none of those that are looked at.`;
  return [...looked, { address: rest, visit: leftOut(visit, because) }];
}

/** Where the names of the sites lead, all at once: a resolver that is slow costs its time once. */
function lookUp(sites: readonly Site[], own: NameExchange | null, visit: Visit): Promise<readonly NameExchange[]> {
  const named = sites.flatMap(({ serverName, url, unobservable }) =>
    serverName === null || unobservable !== undefined || serverName === own?.address ? [] : [{ serverName, url }],
  );
  return Promise.all(named.map(({ serverName, url }) => resolveSite(serverName, url, visit)));
}

async function visitSite(site: Site, doors: readonly Door[], plan: OutsidePlan): Promise<readonly Exchange[]> {
  if (site.unobservable !== undefined) return [];
  const exchanges: Exchange[] = [];
  for (const { address, visit } of doors) {
    if (plan.families.includes('tls') && site.scheme !== 'http') {
      exchanges.push(...(await probeTls({ site, address }, visit)));
      await pause(visit.limits.gap, visit);
    }
    if (plan.families.includes('http') && site.scheme !== 'tls') {
      exchanges.push(...(await probeHttp({ site, address }, visit)));
      await pause(visit.limits.gap, visit);
    }
  }
  return exchanges;
}
