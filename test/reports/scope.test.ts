import { describe, expect, test } from 'vitest';
import { html } from '../../reports/html.ts';
import { terminalSummary } from '../../reports/terminal.ts';
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
});

test('a host that no check said anything of is not shown as clean', async () => {
  const nothing = { host: entryOf('web-9', '203.0.113.19'), findings: [], evidence: [] };
  const text = await terminalSummary(sourceOf([nothing]));
  expect(text).toContain('? web-9  nothing was evaluated');
});
