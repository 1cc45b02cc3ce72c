import type { SshFailure } from './outcome.ts';

/**
 * A promise with a deadline: rejects with `late()` after `ms` milliseconds (0: never), or with the reason of `stop`
 * as soon as it aborts. Leaves neither a timer nor a listener behind; what `start` set in motion is the caller's to end.
 */
export function within<T>(
  ms: number,
  late: () => SshFailure,
  stop: AbortSignal | null,
  start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (stop?.aborted) {
      reject(stop.reason);
      return;
    }
    const timer = ms > 0 ? setTimeout(() => settle(() => reject(late())), ms) : undefined;
    const onStop = () => settle(() => reject(stop?.reason));
    const settle = (end: () => void) => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', onStop);
      end();
    };
    stop?.addEventListener('abort', onStop);
    try {
      start(
        (value) => settle(() => resolve(value)),
        (error) => settle(() => reject(error)),
      );
    } catch (error) {
      settle(() => reject(error));
    }
  });
}
