// npm run lint: types, style, dead code, shell scripts, and that nothing generated is stale.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { install, must, root } from './setup.mjs';

install();
must(process.execPath, ['node_modules/typescript/bin/tsc']);
must(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']);
must(process.execPath, ['node_modules/knip/bin/knip.js']);
if (existsSync('/usr/bin/shellcheck')) must('shellcheck', ['.ci/run', 'test/fleet/fleet', ...shell('test/fleet')]);
else console.error('!!! shellcheck is not installed: the shell scripts were not checked.');

function shell(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => name.endsWith('.sh'));
}
