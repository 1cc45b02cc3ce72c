import type { Facts, Judgement } from '../../src/model/check.ts';
import type { Site } from '../../src/model/site.ts';
import { withSentences } from './agreement.ts';

/** A finding with what DNS says beside it: visitors may be answered by something else than this host. Changes no verdict. */
export function elsewhere(facts: Facts<'names'>, site: Site, judgement: Judgement): Judgement {
  const found = facts.get('names')?.find((each) => each.site === site.url);
  if (found === undefined || found.elsewhere.length === 0) return judgement;
  const { name, elsewhere: others, addresses } = found;
  const all = addresses.state === 'known' && addresses.value.length === others.length;
  const shown = others.slice(0, 4).join(', ');
  return withSentences(judgement, [
    `DNS sends ${all ? 'the visitors' : 'some visitors'} of ${name} to ${shown}, not to this host's address: a CDN or another server may answer them otherwise.`,
  ]);
}
