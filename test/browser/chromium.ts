import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const hasChromium = existsSync(EXECUTABLE);
if (!hasChromium)
  console.warn(`\n!!! THE BROWSER TESTS ARE SKIPPED: no Chromium at ${EXECUTABLE} (apt-get install chromium).\n`);

export interface Browser {
  /** Opens the text as a file and watches it: requests, policy violations, script errors. */
  open(html: string, view?: View): Promise<Opened>;
  close(): Promise<void>;
}

export interface View {
  readonly width?: number;
  readonly dark?: boolean;
  readonly forced?: boolean;
  readonly print?: boolean;
}

interface Opened {
  readonly page: Page;
  /** Everything the page asked for besides itself, and everything it complained of. */
  readonly trouble: string[];
}

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A real browser with a fresh profile. */
export async function startBrowser(): Promise<Browser> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetproof-browser-'));
  const context: BrowserContext = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: EXECUTABLE,
    headless: true,
    args: ARGS,
  });
  let files = 0;
  return {
    async open(html, { width = 1440, dark = false, forced = false, print = false } = {}) {
      files += 1;
      const file = join(folder, `${files}.html`);
      writeFileSync(file, html);
      const page = await context.newPage();
      const trouble: string[] = [];
      page.on('request', (request) => {
        if (request.url() !== `file://${file}` && !request.url().startsWith('data:')) trouble.push(request.url());
      });
      page.on('console', (message) => trouble.push(message.text()));
      page.on('pageerror', (error) => trouble.push(error.message));
      page.on('dialog', (dialog) => void trouble.push(dialog.message()));
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({
        colorScheme: dark ? 'dark' : 'light',
        forcedColors: forced ? 'active' : 'none',
        media: print ? 'print' : null,
      });
      await page.goto(`file://${file}`);
      return { page, trouble };
    },
    async close() {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
