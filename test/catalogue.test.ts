import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { checks } from '../checks/index.ts';
import { builtinBaselines } from '../src/cli/builtin.ts';
import { checkPages } from '../src/cli/pages.ts';
import { factSources, probes } from '../src/facts/index.ts';
import { grantsOf } from '../src/facts/sudoers.ts';
import { compileMapping } from '../src/inputs/schema.ts';
import { SEVERITIES } from '../src/model/verdict.ts';
import { variants } from './real/variants.ts';

/** One name per framework, whoever writes a check. */
const FRAMEWORKS = [
  'cis-debian-12',
  'cis-debian-13',
  'cis-ubuntu-22.04',
  'cis-ubuntu-24.04',
  'iso-27001-2022',
  'nist-800-53r5',
  'pci-dss-4.0.1',
  'soc2-tsc-2017',
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));

describe.each(checks.map((check) => [check.id, check] as const))('%s', (id, check) => {
  test('is named after its file, in a family folder', () => {
    const files = readdirSync(join(root, 'checks'), { recursive: true }).map(String);
    expect(files.filter((file) => file.endsWith(`/${id}.ts`))).toHaveLength(1);
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test('says what, why, and how to fix it', () => {
    expect(check.title).toMatch(/^(?:[A-Z]|fail2ban|unattended-upgrades).*[^.]$/);
    expect(check.rationale).toMatch(/\.$/);
    expect(check.remediation.length).toBeGreaterThan(10);
    expect(SEVERITIES).toContain(check.severity);
    expect(Object.keys(check.mappings)).toContain('nist-800-53r5');
    for (const framework of Object.keys(check.mappings)) expect(FRAMEWORKS).toContain(framework);
  });

  test('has parameters whose defaults fit their schemas', () => {
    for (const param of Object.values(check.params)) {
      const fits = compileMapping({ value: param.schema });
      expect(fits({ value: param.default }), JSON.stringify(param)).toBe(true);
      expect(param.description).toMatch(/\.$/);
    }
  });

  test('reads facts that exist and have probes or exchanges', () => {
    expect(check.needs.length).toBeGreaterThan(0);
    for (const name of check.needs) {
      const { probes: own, exchanges = [] } = factSources[name];
      expect(own.length + exchanges.length, name).toBeGreaterThan(0);
    }
  });

  test('has a table with a pass, a fail, an unknown and the absent tool', () => {
    const text = readFileSync(join(root, 'test/checks', `${id}.test.ts`), 'utf8');
    for (const verdict of ['pass', 'fail', 'unknown']) expect(text, `no row with ${verdict}`).toContain(`'${verdict}`);
  });

  test('has a page that is fresh ("npm run docs" writes it)', () => {
    const page = readFileSync(join(root, 'docs/checks', `${id}.md`), 'utf8');
    expect(page).toBe(checkPages().get(`${id}.md`));
  });
});

describe('the catalogue', () => {
  test('has unique ids, and no page without a check', () => {
    const ids = checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(readdirSync(join(root, 'docs/checks')).sort()).toEqual([...checkPages().keys()].sort());
    expect(readFileSync(join(root, 'docs/checks/README.md'), 'utf8')).toBe(checkPages().get('README.md'));
  });

  test('every check is selected by a built-in baseline, and every fact is read by a check', () => {
    const selected = new Set(
      builtinBaselines().flatMap(({ controls }) =>
        controls.flatMap((control) => control.checks.map((item) => item.check)),
      ),
    );
    expect(checks.map(({ id }) => id).filter((id) => !selected.has(id))).toEqual([]);
    // Which sites there are is read by the engine.
    const read = new Set(['sites', ...checks.flatMap(({ needs }) => needs)]);
    expect(Object.keys(factSources).filter((name) => !read.has(name))).toEqual([]);
  });

  test('every check can fail on a real host', () => {
    const failing = new Set(
      Object.values(variants).flatMap(({ expect: expected }) =>
        Object.entries(expected('bookworm'))
          .filter(([, verdict]) => verdict === 'fail')
          .map(([check]) => check),
      ),
    );
    // Support dates and the provider cannot be put wrong on a host; their tables of recorded outputs do it. Algorithms are
    // put wrong on a real sshd by test/checks/ssh-crypto.test.ts.
    const elsewhere = ['os-supported', 'provider-known', 'ssh-crypto'];
    // The checks of web sites fail on real web servers in test/collect/outside/webservers.test.ts; those of SSH's face and of
    // ports on real ones in test/checks.
    const inside = checks.filter(({ view, per }) => view !== 'network' && per !== 'site').map(({ id }) => id);
    expect(inside.filter((id) => !failing.has(id) && !elsewhere.includes(id))).toEqual([]);
  });
});

describe('the closed command set', () => {
  test('has unique probes, and every probe feeds a fact', () => {
    const ids = probes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const used = new Set(Object.values(factSources).flatMap(({ probes: always, rare = [] }) => [...always, ...rare]));
    expect(ids.filter((id) => !used.has(id))).toEqual([]);
    expect([...used].filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('uses no word that changes a host', () => {
    const forbidden =
      /\b(apt-get (update|install)|unattended-upgrade(?![sd-])|ufw (show|reload|enable|disable|allow|deny)|iptables-restore|nft (-f|add|delete|flush)|fail2ban-client (set|reload|unban|start|stop)|fail2ban-regex|ssh-keygen -[yp]|nginx -T|systemctl (start|stop|restart|reload|enable|disable|mask|daemon-reload)|sysctl -w|modprobe|tee|mktemp|rm|mv|cp|dd|chmod|chown|-exec|-delete|-fprint)\b/;
    const texts = probes.map(
      (probe) => [probe.id, JSON.stringify([probe.argv, probe.snippet ?? '', probe.each?.snippet ?? ''])] as const,
    );
    expect(texts.filter(([, text]) => forbidden.test(text)).map(([id]) => id)).toEqual([]);
    const writes = texts.filter(([, text]) =>
      />(?!&|\s*\/dev\/null|=)/.test(text.replaceAll('->', '').replaceAll('=>', '')),
    );
    expect(writes.map(([id, text]) => `${id}: ${text}`)).toEqual([]);
  });

  test('every privileged argv can be granted', () => {
    const granted = new Set(grantsOf(probes).flatMap(({ commands }) => commands));
    expect(granted.size).toBeGreaterThan(0);
    for (const probe of probes.filter(({ as }) => as === 'root')) {
      if (probe.each !== undefined && probe.each.grant === undefined) continue;
      expect(
        [...granted].some((command) => command.includes(`/${probe.argv[0]} `)),
        probe.id,
      ).toBe(true);
    }
  });
});
