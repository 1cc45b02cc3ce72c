// npm run demo: everything a fresh clone needs, then the two-minute tour.
import { build, install, must, root } from './setup.mjs';

install();
build();
must(process.execPath, ['bin/fleetproof.js', 'demo', '-o', 'runs'], { cwd: root });
