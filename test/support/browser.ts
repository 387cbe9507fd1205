import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFailed, TestRunner } from 'vitest';
import { fewerColours } from './png.ts';

/** The system's own; silent towards the world. Names below `.localhost` lead to 127.0.0.1 by themselves. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: [...browserArguments] });
}

export const browserArguments: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const desktop = { width: 1280, height: 800 } as const;
export const phone = { width: 360, height: 740 } as const;

export interface PersonOptions {
  readonly language?: 'nl' | 'en';
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly javaScriptEnabled?: boolean;
}

/** A browser profile of one person: cookies, storage and language of her own. Close the context when done. */
export async function openPerson(
  browser: Browser,
  options: PersonOptions = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const settings: BrowserContextOptions = {
    locale: options.language === 'en' ? 'en-GB' : 'nl-NL',
    viewport: { ...(options.viewport ?? desktop) },
    ignoreHTTPSErrors: true,
    javaScriptEnabled: options.javaScriptEnabled ?? true,
    timezoneId: 'Europe/Amsterdam',
    reducedMotion: 'reduce',
  };
  const context = await browser.newContext(settings);
  const trouble = noted(context);
  if (TestRunner.getCurrentTest() !== undefined) onTestFailed(() => tellState(context, trouble), 30_000);
  return { context, page: await context.newPage() };
}

/** What a browser met that a person would not see on her page. */
function noted(context: BrowserContext): string[] {
  const trouble: string[] = [];
  context.on('requestfailed', request => trouble.push(`${request.failure()?.errorText ?? '?'} ${request.url()}`));
  context.on('response', response => {
    if (response.status() >= 400) trouble.push(`${response.status()} ${response.url()}`);
  });
  context.on('weberror', error => trouble.push(`error: ${error.error().message}`));
  return trouble;
}

/** A test that waited in vain says only for what: this is what stood on the screen then. */
async function tellState(context: BrowserContext, trouble: readonly string[]): Promise<void> {
  for (const page of context.pages()) {
    const text = await page.innerText('body', { timeout: 5000 }).catch((error: Error) => error.message);
    console.error(`On the screen at ${page.url()}:\n${text.slice(0, 1500)}`);
  }
  if (trouble.length > 0) console.error(`Met on the way:\n${trouble.slice(-20).join('\n')}`);
}

/** The whole page as PNG at this path; folders are made. Fonts and pictures have come before it is taken. */
export async function screenshot(page: Page, path: string, viewport?: PersonOptions['viewport']): Promise<void> {
  const before = page.viewportSize();
  if (viewport !== undefined) await page.setViewportSize({ ...viewport });
  await page.evaluate('document.fonts.ready');
  await mkdir(dirname(path), { recursive: true });
  const png = await page.screenshot({ fullPage: true, animations: 'disabled', caret: 'hide' });
  await writeFile(path, fewerColours(png));
  if (viewport !== undefined && before !== null) await page.setViewportSize(before);
}
