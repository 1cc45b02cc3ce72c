import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { onCommandLine } from '../../src/inputs/asked.ts';
import { catalogueOf } from '../../src/inputs/catalogue.ts';
import { type Inventory, type InventoryRequest, loadInventory } from '../../src/inputs/inventory.ts';
import { decodeInput } from '../../src/inputs/text.ts';
import { DURATION } from '../../src/model/units.ts';

/** A home directory with keys and an ssh_config; removed after the tests that import this. */
export const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-inventory-'));
afterAll(() => rmSync(folder, { recursive: true }));

write('.ssh/id_fleet', 'key');
write('.ssh/id_ops', 'key');
write('keys/id_web', 'key');
write('.ssh/only_public.pub', 'key');
write(
  '.ssh/config',
  `Host alias
  HostName alias.example.org
  Port 2200
  User aliased
  IdentityFile ~/.ssh/id_ops
Host bastion
  HostName bastion.example.org
  User jumper
  ProxyJump outer:2222
Host old
  ProxyCommand ssh -W %h:%p gate
Host 203.0.113.*
  User by-address
Host looped
  ProxyJump looped
Host ring-a
  ProxyJump ring-b
Host ring-b
  ProxyJump ring-a
`,
);

export function write(name: string, text: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text, { mode: 0o600 });
}

const catalogue = catalogueOf([
  {
    id: 'updates-reboot',
    severity: 'medium',
    params: { maxAge: { schema: DURATION, default: '14d', description: 'Longest wait.' } },
  },
]);

type Options = Partial<Pick<InventoryRequest, 'hosts' | 'sshConfig'>> & { readonly limit?: readonly string[] };

export function load(text: string | undefined, options: Options = {}): Inventory {
  return loadInventory({
    ...(text === undefined ? {} : { inventory: decodeInput('fleet.yaml', Buffer.from(text)) }),
    hosts: [],
    catalogue,
    folders: { cwd: folder, home: folder },
    localUser: 'me',
    ...options,
    limit: onCommandLine(options.limit ?? []),
  });
}

export const FLEET = `defaults: { user: audit, identity: ~/.ssh/id_fleet, tags: [all-hosts] }
groups:
  web: { tags: [prod], sites: ["https://example.org"], port: 2222, identity: keys/id_web }
  db: { params: { updates-reboot: { maxAge: 3d } } }
hosts:
  - name: web-1
    address: 203.0.113.10
    groups: [web]
  - name: db-1
    address: "2001:db8::7"
    user: ops
    jump: [bastion, web-1]
    provider: hetzner
    groups: [db]
    tags: [critical]
  - name: alias
    jump: []
`;
