// Preloaded with --import: leaves what this process used in the file that FLEETPROOF_BENCH_USAGE names.
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env.FLEETPROOF_BENCH_USAGE;
if (file !== undefined) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    writeFileSync(file, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakRssMiB: peakRss() / 1024 }));
  });
}

/** KiB. `maxRSS` counts what the parent had at the fork, too; /proc does not, where there is one. */
function peakRss() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
