import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { checks } from '../../checks/index.ts';
import { type BaselineContext, readBuiltins, resolveBaseline, resolveBaselines } from '../../src/inputs/baseline.ts';
import { type CatalogueEntry, catalogueOf } from '../../src/inputs/catalogue.ts';
import { InputError } from '../../src/inputs/error.ts';
import { decodeInput } from '../../src/inputs/text.ts';
import { DURATION, PORT } from '../../src/model/units.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fleetproof-baseline-'));
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

const UNTITLED: readonly CatalogueEntry[] = [
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

const BASE = `id: base
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

const context: BaselineContext = {
  builtins: new Map([['base', decodeInput('built-in base.yaml', Buffer.from(BASE))]]),
  catalogue: catalogueOf(CATALOGUE),
  folders: { cwd: folder, home: folder },
};

const resolve = (text: string) => resolveBaseline(decodeInput('own.yaml', Buffer.from(text)), context);

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return `${error.exitCode} ${error.message}`;
    throw error;
  }
  return 'no error';
}

const OWN = 'id: own\ntitle: Own\nversion: 2026.10\n';

describe('resolveBaseline', () => {
  it('fills in the defaults of every parameter', () => {
    const { controls, ...head } = resolve(BASE);
    expect(head).toMatchObject({
      id: 'base',
      title: 'Base',
      version: '1',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(controls).toEqual([
      {
        id: 'base-1',
        title: 'Firewall',
        requirement: 'Ports are closed.',
        source: 'The book',
        method: 'test',
        checks: [
          { check: 'firewall-active', params: {} },
          { check: 'firewall-allowed-ports', params: { allowed: ['22/tcp', '80/tcp'], required: ['22/tcp'] } },
        ],
      },
      {
        id: 'base-2',
        title: 'Updates',
        requirement: 'Updates come.',
        source: 'Another book',
        method: 'test',
        checks: [{ check: 'updates-reboot', params: { maxAge: '14d' }, severity: 'low' }],
      },
      {
        id: 'base-3',
        title: 'Data',
        requirement: 'Data is encrypted.',
        source: 'The book',
        method: 'attestation',
        checks: [],
      },
    ]);
  });

  it('merges checks by id and parameters one by one, adds and drops controls', () => {
    const { controls, version } = resolve(`${OWN}extends: [base]
controls:
  base-1:
    title: Our firewall
    checks:
      firewall-allowed-ports: { allowed: [443/tcp from 198.51.100.0/24] }
      firewall-logging: { levelAtLeast: high, severity: critical }
  own-1:
    title: New
    requirement: Something of ours.
    checks: { updates-reboot: { maxAge: 3d } }
drop: [base-2, base-3]
`);
    expect(version).toBe('2026.10');
    expect(controls.map(({ id, title, source }) => [id, title, source])).toEqual([
      ['base-1', 'Our firewall', 'The book'],
      ['own-1', 'New', 'Own'],
    ]);
    expect(controls[0]?.checks).toEqual([
      { check: 'firewall-active', params: {} },
      { check: 'firewall-allowed-ports', params: { allowed: ['443/tcp from 198.51.100.0/24'], required: ['22/tcp'] } },
      { check: 'firewall-logging', params: { levelAtLeast: 'high' }, severity: 'critical' },
    ]);
  });

  it('has a hash that depends on the resolved content only', () => {
    const plain = resolve(BASE).sha256;
    expect(resolve(`# a comment\n${BASE}`).sha256).toBe(plain);
    expect(
      resolve(BASE.replace('{ required: [22/tcp] }', '{ required: [22/tcp], allowed: [22/tcp, 80/tcp] }')).sha256,
    ).toBe(plain);
    expect(resolve(BASE.replace('severity: low', 'severity: high')).sha256).not.toBe(plain);
  });

  it('takes the same control from two baselines when it is the same', () => {
    writeFileSync(path.join(folder, 'mid.yaml'), 'id: mid\ntitle: Mid\nversion: 1\nextends: [base]\n');
    expect(resolve(`${OWN}extends: [base, ./mid.yaml]\n`).controls).toHaveLength(3);
  });
});

const NEW = `${OWN}controls:\n  own-1:\n    title: T\n    requirement: R\n`;

describe('what a baseline may not hold', () => {
  it.each([
    [
      'unknown key',
      `${OWN}control: {}\n`,
      'own.yaml:4:1: "control" is not a key of this file.',
      'Did you mean "controls"?',
    ],
    ['no id', 'title: T\nversion: 1\n', 'own.yaml:1:1: This file has no "id".'],
    ['bad id', 'id: Own_1\ntitle: T\nversion: 1\n', 'own.yaml:1:5: id is "Own_1". Expected an id of lower-case'],
    [
      'unknown check',
      `${NEW}    checks:\n      firewall-activ:\n`,
      'own.yaml:9:7: There is no check "firewall-activ". Did you mean "firewall-active"?',
    ],
    [
      'far-off check',
      `${NEW}    checks: { zzz: }\n`,
      'own.yaml:8:15: There is no check "zzz". "fleetproof checks" lists them.',
    ],
    [
      'unknown parameter',
      `${NEW}    checks:\n      updates-reboot: { maxage: 3d }\n`,
      'own.yaml:9:25: "maxage" is not a key of controls.own-1.checks.updates-reboot. Expected one of maxAge. Did you mean "maxAge"?',
    ],
    [
      'parameter where there is none',
      `${NEW}    checks: { firewall-active: { x: 1 } }\n`,
      'No keys are expected here.',
    ],
    [
      'bad duration',
      `${NEW}    checks:\n      updates-reboot: { maxAge: 2 weeks }\n`,
      'own.yaml:9:33: controls.own-1.checks.updates-reboot.maxAge is "2 weeks". Expected a duration such as 30s, 10m, 26h or 14d.',
    ],
    [
      'bad port',
      `${NEW}    checks:\n      firewall-allowed-ports:\n        allowed:\n          - 22/tcp\n          - 22/tcp from 10.0.0.1/8\n`,
      'own.yaml:12:13: controls.own-1.checks.firewall-allowed-ports.allowed[1] is "22/tcp from 10.0.0.1/8". Expected a port such as',
    ],
    [
      'bad choice',
      `${NEW}    checks: { firewall-logging: { levelAtLeast: hihg } }\n`,
      'Expected low, medium or high. Did you mean "high"?',
    ],
    [
      'bad severity',
      `${NEW}    checks: { firewall-active: { severity: severe } }\n`,
      'Expected critical, high, medium, low or info.',
    ],
    ['prototype key', `${NEW}    checks: { __proto__: { x: 1 } }\n`, 'There is no check "__proto__".'],
    [
      'prototype parameter',
      `${NEW}    checks: { updates-reboot: { __proto__: { x: 1 } } }\n`,
      '"__proto__" is not a key of',
    ],
    [
      'prototype control',
      `${OWN}controls: { __proto__: {} }\n`,
      'own.yaml:4:13: "__proto__" cannot be a key of controls.',
    ],
    [
      'half a control',
      `${OWN}extends: [base]\ncontrols:\n  base-11:\n    title: T\n`,
      'own.yaml:6:3: The control "base-11" is not an inherited one, and has no requirement or checks. Did you mean "base-1"',
    ],
    [
      'duplicate control',
      `${NEW}    checks: {}\n  own-1: {}\n`,
      'own.yaml:9:3: The key "own-1" stands twice in one mapping.',
    ],
    [
      'unknown drop',
      `${OWN}extends: [base]\ndrop: [base-2, base-9]\n`,
      'own.yaml:5:16: There is no control "base-9" to drop',
      'Did you mean "base-1", "base-2" or "base-3"?',
    ],
    [
      'dropped and declared',
      `${OWN}extends: [base]\ndrop: [base-2]\ncontrols:\n  base-2: { title: T }\n`,
      'own.yaml:5:8: The control "base-2" is both dropped and declared.',
    ],
    [
      'unknown parent',
      `${OWN}extends: [bose]\n`,
      'own.yaml:4:11: There is no built-in baseline "bose". Expected base or a file such as ./base.yaml. Did you mean "base"?',
    ],
    ['missing parent', `${OWN}extends: [./nope.yaml]\n`, 'nope.yaml: The file does not exist.'],
    [
      'nothing left',
      `${OWN}extends: [base]\ndrop: [base-1, base-2]\n`,
      'own.yaml:1:5: The baseline "own" selects no check.',
    ],
    ['no controls', OWN, 'The baseline "own" selects no check.'],
    [
      'one check twice',
      `${NEW}    checks:\n      updates-reboot: { maxAge: 3d }\n  own-2:\n    title: T\n    requirement: R\n    checks:\n      updates-reboot:\n`,
      'own.yaml:14:7: own-2 selects updates-reboot otherwise than own-1 does (own.yaml:9:7). Expected the same parameters',
    ],
    [
      'one check twice through a parent',
      `${OWN}extends: [base]\ncontrols:\n  own-1:\n    title: T\n    requirement: R\n    checks: { updates-reboot: { maxAge: 3d } }\n`,
      'own.yaml:9:15: own-1 selects updates-reboot otherwise than base-2 does (built-in base.yaml:16:15).',
    ],
  ])('%s', (_, text, ...messages) => {
    const said = messageOf(() => resolve(text));
    for (const message of messages) expect(said).toContain(message);
  });

  it('reports all problems at once, in the order of the lines', () => {
    const said = messageOf(() => resolve(`${NEW}    checks: { nope: , updates-reboot: { maxAge: 1 } }\ndrop: [x]\n`));
    expect(said.split('\n').map((line) => /own\.yaml:\d+/.exec(line)?.[0])).toEqual([
      'own.yaml:8',
      'own.yaml:8',
      'own.yaml:9',
    ]);
  });
});

describe('parameters whose schema has no words of its own', () => {
  it.each([
    ['flag: 1', 'flag is 1. Expected true or false.'],
    ['flag: ', 'flag is empty. Expected true or false.'],
    ['count: [1]', 'count is a list. Expected a whole number.'],
    ['count: 0', 'count is 0. It must be >= 1.'],
    ['names: {}', 'names is a mapping. Expected a list.'],
    ['names: []', 'names is an empty list. It must not have fewer than 1 items.'],
    ['names: [a, 1]', 'names[1] is 1. Expected text.'],
    ['either: 1', 'either is 1. Expected text or nothing.'],
  ])('%s', (param, message) => {
    const own = decodeInput('own.yaml', Buffer.from(`${NEW}    checks: { untitled: { ${param} } }\n`));
    const untitled = { ...context, catalogue: catalogueOf(UNTITLED) };
    expect(messageOf(() => resolveBaseline(own, untitled))).toContain(`controls.own-1.checks.untitled.${message}`);
  });
});

describe('files that extend each other', () => {
  beforeEach(() => {
    writeFileSync(path.join(folder, 'a.yaml'), 'id: a\ntitle: A\nversion: 1\nextends: [./b.yaml]\n');
    writeFileSync(path.join(folder, 'b.yaml'), 'id: b\ntitle: B\nversion: 1\nextends: [a.yaml]\n');
    writeFileSync(
      path.join(folder, 'low.yaml'),
      'id: low\ntitle: L\nversion: 1\nextends: [base]\ncontrols: { base-1: { title: Mine } }\n',
    );
  });

  it('end in an error that shows the circle', () => {
    expect(messageOf(() => resolveBaselines(['./a.yaml'], context))).toBe(
      '65 b.yaml:4:11: The baselines extend each other: ./a.yaml → b.yaml → a.yaml.',
    );
  });

  it('may not bring two versions of one control', () => {
    expect(messageOf(() => resolve(`${OWN}extends: [low.yaml, base]\n`))).toContain(
      'own.yaml:4:21: The control "base-1" comes from two of the extended baselines, with different content.',
    );
  });
});

describe('resolveBaselines', () => {
  it('takes ids and files', () => {
    writeFileSync(path.join(folder, 'own.yaml'), `${NEW}    checks: { firewall-active: }\n`);
    expect(resolveBaselines(['base', 'own.yaml'], context).map(({ id }) => id)).toEqual(['base', 'own']);
  });

  it.each([
    [['bsae'], '64 There is no baseline "bsae". Expected a file, or one of base. Did you mean "base"?'],
    [['base', 'base'], '65 built-in base.yaml:1:5: The baseline "base" is given twice.'],
    [['missing.yaml'], '66 missing.yaml: The file does not exist.'],
  ])('%j', (names, message) => {
    expect(messageOf(() => resolveBaselines(names, context))).toBe(message);
  });

  it('refuses two baselines that judge one check differently', () => {
    writeFileSync(path.join(folder, 'other.yaml'), `${NEW}    checks: { updates-reboot: { severity: high } }\n`);
    expect(messageOf(() => resolveBaselines(['base', 'other.yaml'], context))).toContain(
      'other.yaml:8:15: own-1 selects updates-reboot otherwise than base-2 does (built-in base.yaml:16:15).',
    );
  });
});

it.each(checks.map((check) => [check.id, check] as const))('the defaults of %s are valid', (id, { params }) => {
  const defaults = Object.fromEntries(Object.entries(params).map(([name, param]) => [name, param.default]));
  const given = {
    id: 'own',
    title: 'Own',
    version: 1,
    controls: { 'own-1': { title: 'T', requirement: 'R', checks: { [id]: defaults } } },
  };
  const own = decodeInput('own.yaml', Buffer.from(JSON.stringify(given)));
  const { controls } = resolveBaseline(own, { ...context, catalogue: catalogueOf(checks) });
  expect(controls[0]?.checks).toEqual([{ check: id, params: defaults }]);
});

describe('the built-in baseline', () => {
  it('cleavr lists ten controls with the checks of the host view', () => {
    const ids = `fail2ban-active fail2ban-sshd-jail firewall-active firewall-default-deny firewall-allowed-ports
      firewall-logging firewall-effective ssh-key-only ssh-root-login ssh-authorized-keys updates-automatic
      updates-security-origin updates-recent updates-pending updates-reboot os-supported secrets-permissions
      provider-known`.split(/\s+/);
    const catalogue = catalogueOf(checks);
    const builtins = readBuiltins(fileURLToPath(new URL('../../checks/baselines', import.meta.url)), ['cleavr']);
    const [cleavr] = resolveBaselines(['cleavr'], { ...context, builtins, catalogue });
    expect(cleavr?.controls.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, index) => `cleavr-${index + 1}`),
    );
    expect(cleavr?.controls.flatMap(({ checks }) => checks.map(({ check }) => check))).toEqual(ids);
    expect(cleavr?.controls.filter(({ checks }) => checks.length === 0).map(({ id, method }) => [id, method])).toEqual([
      ['cleavr-5', 'test'],
      ['cleavr-6', 'test'],
      ['cleavr-8', 'test'],
      ['cleavr-9', 'attestation'],
    ]);
  });
});
