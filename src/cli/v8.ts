import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * What V8 does beside the program's own work, set for what a scan is: much code that runs once per host, and little that
 * stays alive. The flags are V8's own; one that does not know a flag says so on stderr and goes on, so that each is set
 * only where it exists.
 */
export function tuneV8(): void {
  // The heap may grow to half as much again as is alive before the garbage is collected; V8 waits for up to four times.
  setFlagsFromString('--heap-growing-percent=50');
  // Only what is hot for long is compiled again with every optimization. V8's own budget is less than a quarter of this:
  // then the compiler takes a tenth of the CPU of a scan of thousands of hosts, most of it for code that seldom runs. From
  // V8 12 on (Node 22) the flag is gone, and a cheaper compiler is asked first.
  const version = Number.parseInt(process.versions.v8, 10);
  if (version < 12) setFlagsFromString('--interrupt-budget=300000');
  if (version >= 13) boundYoungGeneration();
}

/** What V8 itself stopped at before version 13 (Node 24), which goes to four times as much: 16 MiB in use, 16 to copy to. */
const YOUNG_GENERATION = 32 * 1024 * 1024;

/**
 * V8 takes the size to stop at on node's command line only, but asks before it grows by how much. Loading the program makes
 * it grow fastest and leaves nothing to look in between, so that it does not grow until there are events to be handled.
 */
function boundYoungGeneration(): void {
  let growing = false;
  setFlagsFromString('--semi-space-growth-factor=1');
  setInterval(() => {
    if (growing === youngGeneration() < YOUNG_GENERATION) return;
    growing = !growing;
    setFlagsFromString(`--semi-space-growth-factor=${growing ? 2 : 1}`);
  }, 20).unref();
}

/** Bytes. */
function youngGeneration(): number {
  return getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')?.space_size ?? YOUNG_GENERATION;
}
