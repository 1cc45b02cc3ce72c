import type { Console } from './console.ts';
import { EXIT } from './exit.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  dispose(): void;
}

/**
 * Ctrl-C (and SIGTERM, SIGHUP) once: no new connections, the open ones are closed, what is there is written.
 * Twice: at once. After `seconds` the same happens, but the run counts as ended, not as interrupted.
 */
export function onInterrupt(console: Console, seconds: number | undefined): Interrupt {
  const control = new AbortController();
  let asked = false;
  const stop = () => {
    if (asked) process.exit(EXIT.interrupted);
    asked = true;
    console.err('\nfleetproof: stopping; what was collected is written. Once more to stop at once.\n');
    control.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, stop);
  const timer = seconds === undefined ? undefined : setTimeout(() => control.abort(runDeadline()), seconds * 1000);
  return {
    signal: control.signal,
    dispose() {
      clearTimeout(timer);
      for (const name of signals) process.off(name, stop);
    },
  };
}

function runDeadline(): Error {
  const reason = new Error('The time limit of the whole run was reached.');
  reason.name = 'RunDeadline';
  return reason;
}
