import type { CommandEntry } from '../model/finding.ts';
import type { Probe } from '../model/probe.ts';

/** The commands behind these probes, as a report defines them: once, with the whole text of every snippet. */
export function commandsOf(probes: readonly Probe[]): CommandEntry[] {
  return probes.map(({ id, purpose, as, argv, snippet, each }) => ({
    id,
    purpose,
    as,
    argv:
      snippet === undefined
        ? argv.map((word) => (typeof word === 'string' ? word : word.glob))
        : ['sh', '-c', `(snippet ${id})`],
    ...(snippet === undefined ? {} : { snippet }),
    ...(each === undefined
      ? {}
      : { items: { snippet: each.snippet.trim(), limit: each.limit, together: each.together === true } }),
  }));
}
