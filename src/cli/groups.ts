/**
 * Does work on several things in one go: as soon as `size` of them wait, or the first has waited `waitMs`. Resolves for
 * each thing when its group is done, and rejects for all of a group when the work on it does.
 *
 * What one host brings back is worked on by much code, which the encryption of the others has displaced from the
 * processor's caches by then: one by one, the scan of a fleet takes an eighth more CPU than in groups of eight.
 */
export function inGroups<T>(
  size: number,
  waitMs: number,
  work: (things: readonly T[]) => Promise<void>,
): (thing: T) => Promise<void> {
  let waiting: Waiting<T>[] = [];
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const group = waiting;
    waiting = [];
    work(group.map(({ thing }) => thing)).then(
      () => {
        for (const { resolve } of group) resolve();
      },
      (cause: unknown) => {
        for (const { reject } of group) reject(cause);
      },
    );
  };
  return (thing) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ thing, resolve, reject }) >= size) start();
      else timer ??= setTimeout(start, waitMs);
    });
}

interface Waiting<T> {
  readonly thing: T;
  readonly resolve: () => void;
  readonly reject: (cause: unknown) => void;
}
