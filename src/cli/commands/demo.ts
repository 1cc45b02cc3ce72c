import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { sshOptions } from '../../collect/ssh/session.ts';
import { demoClock, loadDemoCaptures, recordedExchanges, startDemoFleet } from '../../demo/fleet.ts';
import { expandPath } from '../../inputs/text.ts';
import { baselinesNamed } from '../builtin.ts';
import type { Command, Context } from '../context.ts';
import { EXIT } from '../exit.ts';
import { onInterrupt } from '../interrupt.ts';
import { farewell, say } from '../outcome.ts';
import { outsideOptionsOf, outsideView } from '../outside.ts';
import { liveProgress } from '../progress.ts';
import { scan } from '../scan.ts';

/** `fleetproof demo`: an embedded fleet over real SSH, scanned like any other: the two-minute tour. */
export const demoCommand: Command = (cli, about, context, run) =>
  cli.command(
    about.usage,
    about.summary,
    (args) =>
      args.option('out', { alias: 'o', type: 'string', default: 'runs', describe: 'Folder that keeps the run' }),
    (args) => run(() => demo(expandPath(args.out, context.folders), context))(),
  );

async function demo(out: string, context: Context): Promise<number> {
  const { console, folders, uid } = context;
  const captures = await loadDemoCaptures();
  const interrupt = onInterrupt(console, undefined);
  const fleet = await startDemoFleet(captures);
  process.once('exit', fleet.cleanUp);
  const outside = outsideOptionsOf({}, {}, { trust: [fleet.trust], hostSeconds: 60, signal: interrupt.signal });
  const progress = liveProgress(console, fleet.hosts.length);
  try {
    console.err(
      `Scanning ${fleet.hosts.length} embedded hosts over SSH on 127.0.0.0/8; they replay recordings of real ones.\n\n`,
    );
    const ended = await scan({
      hosts: fleet.hosts,
      excluded: [],
      // The embedded hosts get new ports every time; their names are the inventory.
      inventorySha256: createHash('sha256')
        .update(JSON.stringify(fleet.hosts.map(({ name }) => name)))
        .digest('hex'),
      baselines: baselinesNamed([], folders),
      out,
      formats: ['json', 'html'],
      clock: demoClock(captures),
      fleet: {
        concurrency: 8,
        perJumpHost: 8,
        jitterMs: 0,
        ssh: sshOptions({ home: null, uid, agentSocket: null, signal: interrupt.signal }),
      },
      view: 'both',
      // The sites are looked at for real; a recorded host has recorded ports and a recorded sshd.
      lookFromOutside: async (capture, families) => {
        const live = families.filter((family) => family === 'tls' || family === 'http');
        const seen = await outsideView(outside, [])(capture, live);
        const recorded = recordedExchanges(captures, capture.host.name);
        const exchanges = [...(seen.outside?.exchanges ?? []), ...recorded];
        return { ...seen, outside: { taken: true, because: '', exchanges } };
      },
      onProgress: progress.onEvent,
      tell: (conclusion) =>
        farewell(console, { ...conclusion, gate: { failOn: 'any', allowUnknown: false }, json: false }),
    });
    progress.end();
    const code = say(console, ended);
    if (code === EXIT.interrupted) return code;
    console.out(
      `\nThe scan itself ended with exit code ${code}, as a scan of such a fleet must; the demo ends with 0.\n`,
    );
    console.out(`Open the report: ${join(out, ended.runId, 'report.html')}\n`);
    return 0;
  } finally {
    progress.end();
    interrupt.dispose();
    await fleet.stop();
    process.off('exit', fleet.cleanUp);
  }
}
