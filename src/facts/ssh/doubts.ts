import { Ignorance, type Unknown } from '../../model/fact.ts';

/** Gathers what could not be looked at, for facts of which a part may be missing while the rest stands. */
export interface Doubts {
  readonly list: Unknown[];
  /** What `from` gives; when it ends in ignorance, that is noted and `otherwise` stands in. */
  attempt<T>(from: () => T, otherwise: () => T): T;
}

export function gatherDoubts(): Doubts {
  const list: Unknown[] = [];
  return {
    list,
    attempt(from, otherwise) {
      try {
        return from();
      } catch (error) {
        if (!(error instanceof Ignorance)) throw error;
        list.push(error.fact);
        return otherwise();
      }
    },
  };
}
