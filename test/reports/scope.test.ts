import { describe, expect, test } from 'vitest';
import { html } from '../../reports/html.ts';
import { terminalSummary } from '../../reports/terminal.ts';
import type { HostResult } from '../../src/model/finding.ts';
import { assessed, entryOf, fails, sourceOf } from './fixture.ts';
import { written } from './sink.ts';

const web = assessed(
  entryOf('web-1', '203.0.113.11', { outside: { taken: true, because: '', exchanges: 42, ms: 900 } }),
  {
    'ssh-key-only': [
      fails('It is too weak.', 'strong', 'weak', { subject: 'site:https://shop.example:443' }),
      { verdict: 'pass', status: 'pass', subject: 'site:https://blog.example:443' },
    ],
  },
);

describe('sites', () => {
  test('stand under their host in the terminal, with their own numbers', async () => {
    const lines = (await terminalSummary(sourceOf([web]))).split('\n');
    const at = lines.findIndex((line) => line.includes(' web-1 '));
    expect(lines[at + 1]).toBe('      ✗ https://shop.example: 1 failed, worst: critical');
    expect(lines[at + 2]).toBe('      ✓ https://blog.example: 1 passed');
    expect(lines.join('\n')).toMatch(/outside +42 exchanges/);
  });

  test('stand under their host in both tables of the page', async () => {
    const page = await written(html, sourceOf([web]));
    for (const table of ['hosts', 'matrix']) {
      const rows = page.slice(page.indexOf(`<section id="${table}"`)).split('</section>')[0] ?? '';
      const order = ['>web-1<', '>https://shop.example<', '>https://blog.example<'].map((text) => rows.indexOf(text));
      expect(order.every((position) => position > 0)).toBe(true);
      expect([...order].sort((a, b) => a - b)).toEqual(order);
    }
    expect(page).toContain('42 exchanges from outside');
  });
});

describe('what was left out on purpose', () => {
  const source = sourceOf([web], {
    view: 'inside',
    checksLeftOut: ['https-hsts', 'tls-ciphers'],
    excludedHosts: Array.from({ length: 10 }, (_, at) => `old-${at}`),
  });

  test('is said in the terminal', async () => {
    const text = (await terminalSummary(source)).replace(/\s+/g, ' ');
    expect(text).toContain('hosts from inside only; 2 checks of the baselines left out: https-hsts, tls-ciphers');
    expect(text).toContain('10 hosts of the inventory left out on purpose: old-0, old-1');
    expect(text).toContain('and 2 more.');
  });

  test('is said on the page', async () => {
    const page = await written(html, source);
    expect(page).toContain('2 checks of the baselines left out: https-hsts, tls-ciphers');
    expect(page).toMatch(/10 hosts of the inventory left out on purpose: old-0, .*old-9\./);
  });

  test('hosts that were left out keep the page from calling the run complete, or all of it met', async () => {
    const clean = sourceOf([assessed(entryOf('a', '203.0.113.1'))], { excludedHosts: ['b', 'c'] });
    const [one] = clean.head.controls;
    const page = await written(html, { ...clean, head: { ...clean.head, controls: one === undefined ? [] : [one] } });
    expect(page).toContain(
      '<p class="complete">In part: 1 of 1 host reached; 1 of 3 hosts of the inventory selected</p>',
    );
    expect(page).toContain(
      '<strong>Met in part.</strong> The one control is satisfied. This says nothing of the rest: 1 of 3 hosts of the inventory selected.',
    );
  });

  test('a check that was left out is no link that leads nowhere', async () => {
    const bare = sourceOf([web], { checksLeftOut: ['ssh-key-only'] });
    const checks = bare.head.checks.filter(({ id }) => id !== 'ssh-key-only');
    const other = assessed(entryOf('web-2', '203.0.113.12'));
    const findings = other.findings.filter(({ check }) => check !== 'ssh-key-only');
    const source = { head: { ...bare.head, checks }, hosts: () => once({ ...other, findings }) };
    const page = await written(html, source);
    const ids = new Set([...page.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]));
    const dead = [...page.matchAll(/href="#([^"]*)"/g)].map((match) => match[1]).filter((id) => !ids.has(id));
    expect(dead).toEqual([]);
    expect(page).toContain('<code>ssh-key-only</code> <span class="scope">left out: this run did not look');
  });
});

async function* once(result: HostResult): AsyncGenerator<HostResult> {
  yield result;
}

describe('a control none of whose checks applies', () => {
  test('says so in the terminal', async () => {
    const idle = { verdict: 'not-applicable', status: 'not-applicable', rule: 'no-site' } as const;
    const host = assessed(entryOf('web-3', '203.0.113.13'), { 'secrets-permissions': idle });
    const source = sourceOf([host]);
    const controls = source.head.controls.map((control) =>
      control.checks.includes('secrets-permissions') ? { ...control, result: 'undetermined' as const } : control,
    );
    const text = await terminalSummary({ ...source, head: { ...source.head, controls } });
    expect(text.replace(/\s+/g, ' ')).toContain('undetermined (not applicable on any host)');
  });
});

test('steps stand behind the case that they are for', async () => {
  const own = fails('It has its own.', 'a', 'b', { remediation: 'Use its own steps.' });
  const general = fails('It has none.', 'a', 'b');
  const hosts = [general, own].map((deviation, at) =>
    assessed(entryOf(`h-${at}`, `203.0.113.${at + 1}`), { 'firewall-active': deviation }),
  );
  const text = (await terminalSummary(sourceOf(hosts))).replace(/\s+/g, ' ');
  const order = ['It has none.', 'ufw enable', 'It has its own.', 'Use its own steps.'].map((part) =>
    text.indexOf(part),
  );
  expect(order.every((at) => at > 0)).toBe(true);
  expect([...order].sort((a, b) => a - b)).toEqual(order);
});

test('a host that no check said anything of is not shown as clean', async () => {
  const nothing = { host: entryOf('web-9', '203.0.113.19'), findings: [], evidence: [] };
  const text = await terminalSummary(sourceOf([nothing]));
  expect(text).toContain('? web-9  nothing was evaluated');
});

test('a line of a file is never continued like a command', async () => {
  const line = `journalmatch = ${'_COMM=sshd + '.repeat(12)}end`;
  const bad = fails('It is too short.', 'long', 'short', { remediation: `Write it:\n  ${line}\nThen: ufw reload` });
  const text = await terminalSummary(sourceOf([assessed(entryOf('h', '203.0.113.1'), { 'firewall-active': bad })]));
  expect(text).toContain(line);
  expect(text).not.toMatch(/\\$/m);
});
