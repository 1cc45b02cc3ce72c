import type { HttpExchange } from '../../model/exchange.ts';
import { type Unknown, unknown } from '../../model/fact.ts';
import type { Reason } from '../../model/verdict.ts';

/** The exchanges with one site at one address. */
export interface Records {
  readonly site: string;
  readonly address: string;
  readonly all: readonly HttpExchange[];
  readonly byKind: ReadonlyMap<string, HttpExchange>;
  /** The first record of each URL; of `/` over TLS not the control at the end. */
  readonly byUrl: ReadonlyMap<string, HttpExchange>;
}

export function recordsOf(exchanges: readonly HttpExchange[]): readonly Records[] {
  const groups = new Map<string, HttpExchange[]>();
  for (const exchange of exchanges) {
    const key = `${exchange.site} ${exchange.address}`;
    groups.set(key, [...(groups.get(key) ?? []), exchange]);
  }
  return [...groups.values()].flatMap((all) => {
    const [first] = all;
    if (first?.site == null) return [];
    return {
      site: first.site,
      address: first.address,
      all,
      byKind: new Map(all.map((record) => [record.kind, record])),
      byUrl: new Map([...all].reverse().map((record) => [record.url, record])),
    };
  });
}

const REASONS: Readonly<Record<Exclude<HttpExchange['state'], 'answered'>, Reason>> = {
  refused: 'unreachable',
  reset: 'unreachable',
  closed: 'unreachable',
  timeout: 'timeout',
  unreachable: 'unreachable',
  'too-much': 'truncated',
  garbled: 'unparseable',
  'not-run': 'not-observable',
};

/** Why an exchange brought no response. */
export function troubleOf(record: HttpExchange): Unknown {
  const reason = record.state === 'answered' ? 'internal' : REASONS[record.state];
  const tried = record.attempts > 1 ? `${record.error} It was tried twice.` : record.error;
  return unknown(reason, `${record.url} could not be read. ${tried}`);
}
