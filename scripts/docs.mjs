// npm run docs: writes docs/checks/ from the catalogue. A test fails when it is stale.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, install, root } from './setup.mjs';

install();
build();
const { checkPages } = await import(join(root, 'dist/src/cli/pages.js'));
const folder = join(root, 'docs/checks');
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) rmSync(join(folder, name));
for (const [name, text] of checkPages()) writeFileSync(join(folder, name), text);
