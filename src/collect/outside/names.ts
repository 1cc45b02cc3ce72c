import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { NameExchange } from '../../model/exchange.ts';
import { begin, notRun, type Visit } from './visit.ts';

/** Milliseconds for one server of the resolver; a resolver that is not there must not hold up a host. */
const PER_SERVER = 2_000;

/**
 * Where the host's own name leads from here, as a connection would go, hosts file and all. Null for an IP address: there
 * is nothing to ask.
 */
export async function resolveHost(name: string, visit: Visit): Promise<NameExchange | null> {
  if (isIP(name) !== 0) return null;
  return resolve({ name, site: null, id: `dns/${name}` }, visit, async () => {
    const found = await lookup(name, { all: true, order: 'ipv4first' });
    return found.map(({ address }) => address);
  });
}

/** Where DNS sends the public that asks for this name: A and AAAA records, whatever the hosts file of this machine says. */
export function resolveSite(name: string, site: string, visit: Visit): Promise<NameExchange> {
  const resolver = new Resolver({ timeout: PER_SERVER, tries: 1 });
  return resolve({ name, site, id: `dns/${site}` }, visit, async () => {
    const both = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    const found = both.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    const failed = both.find((each) => each.status === 'rejected' && !isEmpty(each.reason));
    if (found.length === 0 && failed?.status === 'rejected') throw failed.reason;
    return found;
  });
}

/** No such name, or no record of this type: that is an answer. */
function isEmpty(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ENOTFOUND' || error.code === 'ENODATA';
}

async function resolve(
  { name, site, id }: { readonly name: string; readonly site: string | null; readonly id: string },
  visit: Visit,
  ask: () => Promise<readonly string[]>,
): Promise<NameExchange> {
  const done = begin();
  const record = (state: NameExchange['state'], error: string, addresses: readonly string[]): NameExchange => ({
    id,
    family: 'dns',
    kind: 'addresses',
    site,
    address: name,
    port: 53,
    state,
    error,
    bytesOut: 0,
    bytesIn: 0,
    addresses,
    ...done(),
  });
  if (visit.signal.aborted) return record('not-run', notRun(visit.signal).error, []);
  const limit = new Promise<'late'>((late) => setTimeout(late, visit.limits.connect, 'late').unref());
  try {
    const found = await Promise.race([ask(), limit]);
    if (found === 'late') return record('timeout', `Looking up ${name} took too long.`, []);
    return record('answered', '', [...new Set(found)]);
  } catch (error) {
    if (isEmpty(error as NodeJS.ErrnoException)) return record('answered', '', []);
    const { code } = error as NodeJS.ErrnoException;
    const state = code === 'ETIMEOUT' ? 'timeout' : 'unreachable';
    return record(state, `Looking up ${name} failed (${code ?? 'no answer'}).`, []);
  }
}
