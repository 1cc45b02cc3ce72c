import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { type BaselineContext, resolveBaseline } from '../../src/inputs/baseline.ts';
import { type CatalogueEntry, catalogueOf } from '../../src/inputs/catalogue.ts';
import { decodeInput } from '../../src/inputs/text.ts';
import { DURATION, PORT } from '../../src/model/units.ts';

/** Holds baselines that others extend; removed after the tests that import this. */
export const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-baseline-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CATALOGUE: readonly CatalogueEntry[] = [
  { id: 'firewall-active', severity: 'critical', params: {} },
  {
    id: 'firewall-allowed-ports',
    severity: 'high',
    params: {
      allowed: { schema: { type: 'array', items: PORT }, default: ['22/tcp', '80/tcp'], description: 'Open ports.' },
      required: { schema: { type: 'array', items: PORT }, default: [], description: 'Ports that must be open.' },
    },
  },
  {
    id: 'updates-reboot',
    severity: 'medium',
    params: { maxAge: { schema: DURATION, default: '14d', description: 'Longest wait.' } },
  },
  {
    id: 'firewall-logging',
    severity: 'medium',
    params: { levelAtLeast: { schema: { enum: ['low', 'medium', 'high'] }, default: 'low', description: 'Level.' } },
  },
];

export const UNTITLED: readonly CatalogueEntry[] = [
  {
    id: 'untitled',
    severity: 'low',
    params: {
      flag: { schema: { type: 'boolean' }, default: true, description: '' },
      count: { schema: { type: 'integer', minimum: 1 }, default: 1, description: '' },
      names: { schema: { type: 'array', minItems: 1, items: { type: 'string' } }, default: ['a'], description: '' },
      either: { schema: { type: ['string', 'null'] }, default: null, description: '' },
    },
  },
];

export const BASE = `id: base
title: Base
version: 1
source: The book
controls:
  base-1:
    title: Firewall
    requirement: Ports are closed.
    checks:
      firewall-active:
      firewall-allowed-ports: { required: [22/tcp] }
  base-2:
    title: Updates
    requirement: Updates come.
    source: Another book
    checks: { updates-reboot: { severity: low } }
  base-3:
    title: Data
    requirement: Data is encrypted.
    method: attestation
    checks: {}
`;

export const context: BaselineContext = {
  builtins: new Map([['base', decodeInput('built-in base.yaml', Buffer.from(BASE))]]),
  catalogue: catalogueOf(CATALOGUE),
  folders: { cwd: folder, home: folder },
};

export const resolve = (text: string) => resolveBaseline(decodeInput('own.yaml', Buffer.from(text)), context);

export const OWN = 'id: own\ntitle: Own\nversion: 2026.10\n';

export const NEW = `${OWN}controls:\n  own-1:\n    title: T\n    requirement: R\n`;
