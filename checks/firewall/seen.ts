import type { Problem } from '../../src/model/check.ts';
import { attempt, seenFrom } from '../outside.ts';
import { answersOf, type ExposedFacts, insideOf, listenerText } from './exposed.ts';

/**
 * Ports that answer from outside although the firewall's own rules deny them. Nothing when the outside view was not
 * taken: then the rules alone are judged.
 */
export function seenProblems(facts: ExposedFacts): readonly Problem[] {
  const looked = attempt(() => facts.get('exposure'));
  if (!('value' in looked) || looked.value === undefined) return [];
  return answersOf(facts).flatMap((answer): Problem[] => {
    const { filter, openings, published, listeners } = insideOf(answer, facts);
    if (filter === undefined || !filter.denies || openings.length > 0) return [];
    const [sent] = published ?? [];
    if (sent?.byUfw === true) return [];
    // Where the host neither listens nor sends it on, its firewall is not what was passed.
    const listener = listenerText(listeners);
    if (sent === undefined && listener === '') return [];
    const inside = sent === undefined ? listener : `"${sent.rule}" sends it to ${sent.to}`;
    const because = `${seenFrom(facts)}${answer.text}, although the ${answer.at.family} rules of the firewall let nobody in there: ${inside}.`;
    return [{ because, actual: `${answer.text}, denied by the firewall` }];
  });
}
