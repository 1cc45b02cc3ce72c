import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { checks } from '../../checks/index.ts';
import { onCommandLine } from '../../src/inputs/asked.ts';
import { readBuiltins, resolveBaseline, resolveBaselines } from '../../src/inputs/baseline.ts';
import { catalogueOf } from '../../src/inputs/catalogue.ts';
import { decodeInput } from '../../src/inputs/text.ts';
import { BASE, context, folder, NEW, OWN, resolve } from './baselines.ts';
import { messageOf } from './message.ts';

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
    const own = BASE.replace('id: base', 'id: own');
    const plain = resolve(own).sha256;
    expect(resolve(`# a comment\n${own}`).sha256).toBe(plain);
    expect(
      resolve(own.replace('{ required: [22/tcp] }', '{ required: [22/tcp], allowed: [22/tcp, 80/tcp] }')).sha256,
    ).toBe(plain);
    expect(resolve(own.replace('severity: low', 'severity: high')).sha256).not.toBe(plain);
  });

  it('takes the same control from two baselines when it is the same', () => {
    writeFileSync(path.join(folder, 'mid.yaml'), 'id: mid\ntitle: Mid\nversion: 1\nextends: [base]\n');
    expect(resolve(`${OWN}extends: [base, ./mid.yaml]\n`).controls).toHaveLength(3);
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
    expect(messageOf(() => resolveBaselines(onCommandLine(['./a.yaml']), context))).toBe(
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
    expect(resolveBaselines(onCommandLine(['base', 'own.yaml']), context).map(({ id }) => id)).toEqual(['base', 'own']);
  });

  it.each([
    [['bsae'], '64 There is no baseline "bsae". Expected a file, or one of base. Did you mean "base"?'],
    [['base', 'base'], '65 built-in base.yaml:1:5: The baseline "base" is given twice.'],
    [['missing.yaml'], '66 missing.yaml: The file does not exist.'],
  ])('%j', (names, message) => {
    expect(messageOf(() => resolveBaselines(onCommandLine(names), context))).toBe(message);
  });

  it('refuses two baselines that judge one check differently', () => {
    writeFileSync(path.join(folder, 'other.yaml'), `${NEW}    checks: { updates-reboot: { severity: high } }\n`);
    expect(messageOf(() => resolveBaselines(onCommandLine(['base', 'other.yaml']), context))).toContain(
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
  it('cleavr lists ten controls with their checks', () => {
    const ids = `fail2ban-active fail2ban-sshd-jail firewall-active firewall-default-deny firewall-allowed-ports
      firewall-logging firewall-effective ports-exposed ssh-key-only ssh-root-login ssh-authorized-keys ssh-crypto
      ssh-offered-auth updates-automatic updates-security-origin updates-recent updates-pending updates-reboot
      os-supported tls-certificate tls-protocols tls-ciphers https-redirect https-hsts secrets-permissions
      http-disclosure provider-known`.split(/\s+/);
    const catalogue = catalogueOf(checks);
    const builtins = readBuiltins(fileURLToPath(new URL('../../checks/baselines', import.meta.url)), ['cleavr']);
    const [cleavr] = resolveBaselines(onCommandLine(['cleavr']), { ...context, builtins, catalogue });
    expect(cleavr?.controls.map(({ id }) => id)).toEqual(
      Array.from({ length: 10 }, (_, index) => `cleavr-${index + 1}`),
    );
    expect(cleavr?.controls.flatMap(({ checks }) => checks.map(({ check }) => check))).toEqual(ids);
    expect(cleavr?.controls.filter(({ checks }) => checks.length === 0).map(({ id, method }) => [id, method])).toEqual([
      ['cleavr-9', 'attestation'],
    ]);
  });
});
