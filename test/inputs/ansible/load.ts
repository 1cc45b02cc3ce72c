import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { onCommandLine } from '../../../src/inputs/asked.ts';
import { catalogueOf } from '../../../src/inputs/catalogue.ts';
import { type Inventory, loadInventory } from '../../../src/inputs/inventory.ts';
import { decodeInput } from '../../../src/inputs/text.ts';

/** The working directory and the home; removed after the tests that import this. */
export const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-ansible-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(path.join(folder, 'keys'));
for (const name of ['id', 'id2']) writeFileSync(path.join(folder, 'keys', name), 'key');

/** An inventory of this text, named `hosts`. */
export function load(text: string, limit: readonly string[] = []): Inventory {
  const inventory = decodeInput('hosts', Buffer.from(text));
  const folders = { cwd: folder, home: folder };
  return loadInventory({
    inventory,
    hosts: [],
    limit: onCommandLine(limit),
    catalogue: catalogueOf([]),
    folders,
    localUser: 'me',
  });
}
