// Compiles to dist/ and puts the files beside the code that reads them at run time.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
const tsc = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.build.json')],
  {
    stdio: 'inherit',
  },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 70);

const data = [
  ['checks/baselines', '.yaml'],
  ['reports/html', '.hbs'],
  ['reports/html', '.css'],
  ['src/demo/captures', '.json'],
];
for (const [folder, ending] of data) {
  if (!existsSync(join(root, folder))) continue;
  mkdirSync(join(dist, folder), { recursive: true });
  for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith(ending))) {
    cpSync(join(root, folder, name), join(dist, folder, name));
  }
}
