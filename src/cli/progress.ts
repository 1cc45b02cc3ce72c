import { progressLine } from '../../reports/progress.ts';
import type { Capture } from '../model/host.ts';
import type { Console } from './console.ts';

export interface ProgressEvent {
  readonly kind: 'start' | 'end';
  readonly host: string;
  readonly outcome?: Capture['outcome'];
  /** True when a finding of it failed. */
  readonly fails?: boolean;
}

export interface Progress {
  onEvent(event: ProgressEvent): void;
  /** Takes the live line away. */
  end(): void;
}

const EVERY_MS = 200;

/** A live line on stderr, drawn over itself, on terminals only. */
export function liveProgress(console: Console, total: number): Progress {
  const startedAt = Date.now();
  const state = { total, done: 0, running: 0, failed: 0, unreachable: 0 };
  if (!console.live) return { onEvent: (event) => count(state, event), end: () => undefined };
  const draw = () =>
    console.err(`\r\x1b[K${progressLine({ ...state, elapsedMs: Date.now() - startedAt }, console.width)}`);
  const timer = setInterval(draw, EVERY_MS);
  timer.unref();
  return {
    onEvent: (event) => count(state, event),
    end() {
      clearInterval(timer);
      console.err('\r\x1b[K');
    },
  };
}

function count(
  state: { done: number; running: number; failed: number; unreachable: number },
  event: ProgressEvent,
): void {
  if (event.kind === 'start') {
    state.running += 1;
    return;
  }
  state.done += 1;
  state.running = Math.max(0, state.running - 1);
  if (event.outcome === 'unreachable') state.unreachable += 1;
  else if (event.fails === true) state.failed += 1;
}
