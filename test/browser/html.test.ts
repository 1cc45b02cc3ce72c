import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { html } from '../../reports/html.ts';
import { visible } from '../../reports/safe.ts';
import type { HostResult } from '../../src/model/finding.ts';
import { assessed, entryOf, sourceOf } from '../reports/fixture.ts';
import { hostileFleet, largeFleet, mixedFleet, PAYLOADS } from '../reports/fleets.ts';
import { written } from '../reports/sink.ts';
import { type Browser, hasChromium, startBrowser, type View } from './chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Rules of WCAG 2.0 to 2.2, A and AA, and best practices. The DevTools protocol is not bound by the page's policy. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`${AXE};0`);
  const found = (await page.evaluate('axe.run(document).then((result) => result.violations)')) as readonly AxeResult[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
  );
}

function unfold(page: Page): Promise<void> {
  return page.evaluate('document.querySelectorAll("details").forEach((details) => { details.open = true; })');
}

const VIEWS: readonly [name: string, view: View][] = [
  ['a desktop', { width: 1440 }],
  ['a phone', { width: 390 }],
  ['the dark', { width: 1440, dark: true }],
  ['a dark phone', { width: 390, dark: true }],
  ['forced colours', { width: 1440, forced: true }],
  ['print', { width: 794, print: true }],
];

const FLEETS: readonly [name: string, hosts: () => readonly HostResult[]][] = [
  ['a mixed fleet', mixedFleet],
  ['a hostile fleet', hostileFleet],
  ['a clean host', () => [assessed(entryOf('web-1', '203.0.113.11'))]],
];

describe.runIf(hasChromium)('report.html in Chromium', () => {
  let browser: Browser;
  const reports = new Map<string, string>();

  beforeAll(async () => {
    browser = await startBrowser();
    for (const [name, hosts] of FLEETS) reports.set(name, await written(html, sourceOf(hosts())));
  }, 60_000);
  afterAll(() => browser?.close());

  // Views differ in their style sheet, fleets in their markup: one fleet in every view, every fleet in one.
  const cases = FLEETS.flatMap(([fleet], index) =>
    (index === 0 ? VIEWS : VIEWS.slice(0, 1)).map(([where, view]) => [fleet, where, view] as const),
  );

  // Unfolded shows everything; axe passes over what is hidden.
  test.each(cases)(
    '%s on %s: axe finds nothing',
    async (fleet, _, view) => {
      const { page } = await browser.open(reports.get(fleet) ?? '', view);
      await unfold(page);
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
    120_000,
  );

  test('a large fleet as it opens: axe finds nothing', async () => {
    const { page } = await browser.open(await written(html, sourceOf(largeFleet(60))));
    expect(await violations(page)).toEqual([]);
    await page.close();
  }, 120_000);

  test.each(FLEETS)('%s: no request, no complaint, no script', async (fleet) => {
    const { page, trouble } = await browser.open(reports.get(fleet) ?? '');
    await unfold(page);
    expect(trouble).toEqual([]);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.evaluate('document.scripts.length')).toBe(0);
    await page.close();
  });

  test('the policy stops what templates would let through', async () => {
    const spoilt = (reports.get('a mixed fleet') ?? '').replace(
      '<main',
      '<img src="https://attacker.example/x"><p style="color:red" onclick="x()"></p><script>window.pwned=1</script><main',
    );
    const { page, trouble } = await browser.open(spoilt);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(trouble.join('\n')).toMatch(/script/i);
    expect(trouble.join('\n')).toMatch(/img-src/);
    expect(trouble.join('\n')).toMatch(/style/);
    await page.close();
  });

  test('its style sheet is in force', async () => {
    const { page } = await browser.open(reports.get('a mixed fleet') ?? '');
    expect(await page.evaluate('getComputedStyle(document.querySelector(".masthead")).backgroundColor')).toBe(
      'rgb(22, 39, 59)',
    );
    await page.close();
  });

  test.each(FLEETS.flatMap(([fleet]) => [390, 320].map((width) => [fleet, width] as const)))(
    '%s at %i px: the page never scrolls sideways, wide tables do in their own frame',
    async (fleet, width) => {
      const { page } = await browser.open(reports.get(fleet) ?? '', { width });
      await unfold(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      const frames = await page.evaluate(
        '[...document.querySelectorAll("table")].map((table) => table.closest("[role=region][tabindex=\\"0\\"][aria-label]") !== null)',
      );
      expect(frames).not.toContain(false);
      await page.close();
    },
  );

  test('payloads are text, letter for letter, and reorder nothing', async () => {
    const { page } = await browser.open(reports.get('a hostile fleet') ?? '');
    await unfold(page);
    const excerpts = (await page.evaluate(
      '[...document.querySelectorAll("pre.excerpt")].map((pre) => pre.textContent)',
    )) as string[];
    for (const payload of PAYLOADS) expect(excerpts).toContain(visible(payload));
    const isolated = 'getComputedStyle(document.querySelector("bdi.host")).unicodeBidi';
    expect(await page.evaluate(isolated)).toMatch(/isolate/);
    await page.close();
  });

  test('evidence is quoted letter for letter', async () => {
    const { page } = await browser.open(reports.get('a mixed fleet') ?? '');
    const excerpts = (await page.evaluate(
      '[...document.querySelectorAll(".evidence:not(.commands) pre.excerpt")].map((pre) => pre.textContent)',
    )) as string[];
    const recorded = mixedFleet().flatMap(({ evidence }) =>
      evidence.map(({ stdout }) => stdout.excerpt.replace(/\n$/, '')),
    );
    expect(excerpts.length).toBeGreaterThan(20);
    for (const excerpt of excerpts) expect(recorded).toContain(excerpt);
    await page.close();
  });

  test('a record leads to its command, and snippets are quoted letter for letter', async () => {
    const { page } = await browser.open(reports.get('a mixed fleet') ?? '');
    const scripts = await page.evaluate(
      '[...document.querySelectorAll(".commands pre.excerpt")].map((pre) => pre.textContent)',
    );
    const { commands } = sourceOf(mixedFleet()).head;
    expect(scripts).toEqual(commands.flatMap(({ snippet, items }) => snippet ?? items?.snippet ?? []));
    await page.evaluate('document.querySelector("a.probe").closest("details").open = true');
    const command = page.locator('a.probe').first();
    const target = await command.getAttribute('href');
    await command.click();
    await page.waitForFunction(`document.querySelector('[id="${target?.slice(1)}"]').closest("details").open`);
    await page.close();
  });

  test('a failed cell of the matrix leads to its finding, and a link to folded evidence unfolds it', async () => {
    const { page } = await browser.open(reports.get('a mixed fleet') ?? '');
    await page.locator('.matrix td.fail a').first().click();
    expect(await page.evaluate('location.hash')).toBe('#fail-firewall-active');
    const reference = page.locator('a.number').first();
    await page.evaluate('document.querySelector("a.number").closest("details").open = true');
    const target = await reference.getAttribute('href');
    await reference.click();
    await page.waitForFunction(`document.querySelector('[id="${target?.slice(1)}"]').closest("details").open`);
    await page.close();
  });

  test('all that can be clicked is large enough, or inline in text', async () => {
    const { page } = await browser.open(reports.get('a mixed fleet') ?? '', { width: 390 });
    const small = (await page.evaluate(
      `[...document.querySelectorAll('summary, nav a, .matrix a')].map((e) => [e.textContent.trim(), e.getBoundingClientRect().width, e.getBoundingClientRect().height]).filter(([, w, h]) => w > 0 && (w < 24 || h < 24))`,
    )) as unknown[];
    expect(small).toEqual([]);
    await page.close();
  });

  test('paper has the evidence of what failed, and says where that of a pass and the commands are', async () => {
    const { page } = await browser.open(reports.get('a mixed fleet') ?? '', { width: 794, print: true });
    const shown = (selector: string) =>
      page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.checkVisibility() && e.getBoundingClientRect().height > 0)`,
      ) as Promise<boolean[]>;
    for (const [selector, expected] of [
      ['#failed .evidence .record', true],
      ['#passed .evidence', false],
      ['#passed .because', true],
      ['#method .commands', false],
      ['.paper', true],
    ] as const)
      expect([selector, new Set(await shown(selector))]).toEqual([selector, new Set([expected])]);
    await page.close();
  });

  test('on paper everything else that is folded is shown', async ({ skip }) => {
    if (!existsSync('/usr/bin/pdftotext')) {
      console.warn('\n!!! THE PRINT TEST IS SKIPPED: no pdftotext (apt-get install poppler-utils).\n');
      skip();
    }
    const { page } = await browser.open(reports.get('a mixed fleet') ?? '');
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    const { stdout } = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });
    const text = stdout.replace(/\s+/g, ' ');
    expect(await page.evaluate('document.querySelectorAll("details[open]").length')).toBe(0);
    // Evidence of a failure, and the text of a check: inside closed details.
    for (const folded of ['Status: inactive', 'Every service that starts to listen is reachable'])
      expect(text).toContain(folded);
    expect(text).toMatch(/ 1 \/ \d+/);
    await page.close();
  }, 60_000);
});
