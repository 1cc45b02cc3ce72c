import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { checks } from '../../checks/index.ts';
import { onCommandLine } from '../../src/inputs/asked.ts';
import { readBuiltins, resolveBaseline } from '../../src/inputs/baseline.ts';
import { catalogueOf } from '../../src/inputs/catalogue.ts';
import { loadInventory } from '../../src/inputs/inventory.ts';
import { schema } from '../../src/inputs/schema.ts';
import { decodeInput } from '../../src/inputs/text.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(path.join(root, 'docs/inputs.md'), 'utf8');
const [inventory = '', baseline = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

const home = mkdtempSync(path.join(tmpdir(), 'fleetproof-docs-'));
afterAll(() => rmSync(home, { recursive: true }));
mkdirSync(path.join(home, '.ssh'));
writeFileSync(path.join(home, '.ssh/id_audit'), 'key');
const folders = { cwd: home, home };
const catalogue = catalogueOf(checks);

it('the inventory of docs/inputs.md works', () => {
  const request = { hosts: [], limit: onCommandLine(['tag:prod', 'db-*']), catalogue, folders, localUser: 'me' };
  const { hosts } = loadInventory({ ...request, inventory: decodeInput('fleet.yaml', Buffer.from(inventory)) });
  expect(hosts.map(({ name, jump }) => [name, jump.map((hop) => hop.name)])).toEqual([
    ['web-1', []],
    ['db-1', ['bastion.example.org']],
  ]);
});

it('the baseline of docs/inputs.md works', () => {
  const builtins = readBuiltins(path.join(root, 'checks/baselines'), ['cleavr']);
  const context = { builtins, catalogue, folders };
  const { controls } = resolveBaseline(decodeInput('acme.yaml', Buffer.from(baseline)), context);
  expect(controls).toHaveLength(10);
});

it('docs/inputs.md names every key of the configuration file', () => {
  const { properties } = schema('config') as { properties: object };
  for (const key of Object.keys(properties)) expect(page).toContain(`\`${key}\``);
});
