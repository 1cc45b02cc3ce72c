import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { NameExchange } from '../../model/exchange.ts';
import { begin, notRun, type Visit } from './visit.ts';

/** What a name resolves to here, A and AAAA. Null for an IP address: there is nothing to ask. */
export async function resolveName(name: string, site: string | null, visit: Visit): Promise<NameExchange | null> {
  if (isIP(name) !== 0) return null;
  const done = begin();
  const record = (state: NameExchange['state'], error: string, addresses: readonly string[]): NameExchange => ({
    id: `dns/${name}`,
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
  const limit = new Promise<'late'>((resolve) => setTimeout(resolve, visit.limits.connect, 'late').unref());
  try {
    const found = await Promise.race([lookup(name, { all: true, order: 'ipv4first' }), limit]);
    if (found === 'late') return record('timeout', `Looking up ${name} took too long.`, []);
    return record('answered', '', [...new Set(found.map(({ address }) => address))]);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return record('answered', '', []);
    return record('unreachable', `Looking up ${name} failed (${code ?? 'no answer'}).`, []);
  }
}
