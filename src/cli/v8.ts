import { setFlagsFromString } from 'node:v8';

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
  if (Number.parseInt(process.versions.v8, 10) < 12) setFlagsFromString('--interrupt-budget=300000');
}
