import { widthOf } from './text.ts';
import { thousands } from './words.ts';

export interface ProgressState {
  readonly total: number;
  readonly done: number;
  readonly running: number;
  /** Hosts on which something failed. */
  readonly failed: number;
  readonly unreachable: number;
  readonly elapsedMs: number;
}

/** The live line: hosts done, running, failed, elapsed and remaining time; never wider than `width` columns. */
export function progressLine(state: ProgressState, width = 80): string {
  const { total, done, running, failed, unreachable, elapsedMs } = state;
  const share = total === 0 ? 1 : done / total;
  const remaining = done === 0 || done >= total ? undefined : (elapsedMs / done) * (total - done);
  const times = `${clock(elapsedMs)} elapsed${remaining === undefined ? '' : `, about ${clock(remaining)} left`}`;
  const hosts = `${thousands(done)}/${thousands(total)} hosts`;
  const parts = [
    `${running} running`,
    `${thousands(failed)} failed`,
    ...(unreachable > 0 ? [`${thousands(unreachable)} not reached`] : []),
  ];
  const fullest = [`${bar(share)} ${hosts}`, ...parts, times].join(' · ');
  const candidates = [
    fullest,
    [hosts, ...parts, times].join(' · '),
    [hosts, ...parts, clock(elapsedMs)].join(' · '),
    [hosts, ...parts.slice(1)].join(' · '),
  ];
  return candidates.find((line) => widthOf(line) <= width) ?? hosts.slice(0, width);
}

const CELLS = 12;

function bar(share: number): string {
  const full = Math.min(CELLS, Math.floor(share * CELLS));
  return `[${'#'.repeat(full)}${'.'.repeat(CELLS - full)}]`;
}

/** `0:09`, `12:30`, `1:02:03`. */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}
