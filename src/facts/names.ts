import { known, unknown } from '../model/fact.ts';
import type { NamesFacts, SiteName } from '../model/facts/names.ts';
import type { FactSources, OwnOutputs } from './outputs.ts';

export const facts: FactSources<NamesFacts> = {
  names: { probes: [], exchanges: ['dns'], own: true, derive: (outputs) => known(namesOf(outputs)) },
};

function namesOf(outputs: OwnOutputs): readonly SiteName[] {
  const lookups = outputs.exchanges('dns');
  const own = new Set([
    outputs.host.address,
    ...lookups.filter(({ site }) => site === null).flatMap(({ addresses }) => addresses),
  ]);
  return lookups.flatMap(({ site, address, state, error, addresses }): SiteName[] => {
    if (site === null) return [];
    const answered = state === 'answered';
    return [
      {
        site,
        name: address,
        addresses: answered ? known(addresses) : unknown(state === 'timeout' ? 'timeout' : 'not-observable', error),
        elsewhere: answered ? addresses.filter((one) => !own.has(one)) : [],
      },
    ];
  });
}
