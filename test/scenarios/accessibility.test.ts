import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assetHeaders, loadAssets } from '../../src/ui/assets.ts';
import { pageHeaders } from '../../src/ui/page-headers.ts';
import { samplePages } from '../../src/ui/samples.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { findings, overflow } from './axe.ts';
import { person } from './steps.ts';

const assets = loadAssets({ css: undefined, logo: undefined });
const samples = { nl: samplePages('nl', assets.names), en: samplePages('en', assets.names) };
const names = [...samples.nl.keys()];
const views = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 360, height: 740 },
  narrow: { width: 320, height: 640 },
};

/** Each language light and dark, and at each width. */
const looks = [
  { language: 'nl', colorScheme: 'light', view: 'desktop', also: 'phone' },
  { language: 'nl', colorScheme: 'dark', view: 'narrow', also: undefined },
  { language: 'en', colorScheme: 'light', view: 'phone', also: undefined },
  { language: 'en', colorScheme: 'dark', view: 'desktop', also: 'narrow' },
] as const;

/** What differs from another page in its words only is looked at by axe in one look, and measured in all. */
function isDue(name: string, look: (typeof looks)[number]): boolean {
  return (
    !/^(?:refusal|help)-|-(?:used|malformed|expired|long)$/.test(name) ||
    names.indexOf(name) % looks.length === looks.indexOf(look)
  );
}

describe.skipIf(missing('chromium'))('R44: pages and accessibility', () => {
  let browser: Browser;
  let server: Server;
  let origin = '';

  beforeAll(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const [, language = '', name = ''] = url.pathname.split('/');
      const html = samples[language === 'en' ? 'en' : 'nl'].get(name);
      const asset = url.pathname === '/_sluis/help.css' ? assets.names.help : url.pathname.replace('/assets/', '');
      const file = assets.find(asset);
      if (file !== undefined)
        return void response.writeHead(200, { ...assetHeaders, 'content-type': file.type }).end(file.body);
      if (html === undefined) return void response.writeHead(404).end();
      response
        .writeHead(200, { ...pageHeaders({ https: false }), 'content-type': 'text/html; charset=utf-8' })
        .end(html);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  it.each(looks)(
    '$language $colorScheme $view: axe finds nothing on any page, and none is too wide',
    async look => {
      const found = await onEachPage(look);
      expect(found).toEqual([]);
    },
    240_000,
  );

  it('finds what is wrong, where something is', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${origin}/nl/challenge`);
    await page.evaluate(`document.querySelector('label[for=code]').remove(); document.querySelector('#code').style.width = '4000px';
      document.querySelector('#code').style.maxInlineSize = 'none'`);
    expect((await findings(page)).join('\n')).toMatch(/^label: /m);
    expect(await overflow(page)).toBeGreaterThan(0);
    await context.close();
  });

  it('without scripts nothing is shown that only a script could do', async () => {
    const { context, page } = await person(browser, { javaScriptEnabled: false });
    await page.goto(`${origin}/nl/recovery-codes`);
    expect(await page.locator('main button:visible').allInnerTexts()).toEqual(['Ik heb ze bewaard']);
    await context.close();
  });

  async function onEachPage(look: (typeof looks)[number]): Promise<string[]> {
    const halves = [0, 1].map(async half => {
      const { context, page } = await person(browser, { language: look.language, viewport: views[look.view] });
      await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: 'reduce' });
      // A hop goes on by itself: an answer without content leaves it where it is.
      await page.route(/example\.org/, route => route.fulfill({ status: 204 }));
      const found: string[] = [];
      for (const name of names.filter((_, index) => index % 2 === half)) {
        await page.goto(`${origin}/${look.language}/${name}`);
        const by = [...(isDue(name, look) ? await findings(page) : []), ...(await tooWide(page, look))];
        found.push(...by.map(finding => `${name}: ${finding}`));
      }
      await context.close();
      return found;
    });
    return (await Promise.all(halves)).flat();
  }

  async function tooWide(page: Page, look: (typeof looks)[number]): Promise<string[]> {
    const by: string[] = [];
    for (const view of [look.view, look.also]) {
      if (view === undefined) continue;
      if (view !== look.view) await page.setViewportSize(views[view]);
      const pixels = await overflow(page);
      if (pixels > 0) by.push(`${pixels} pixels too wide on ${view}`);
      if (view !== look.view) await page.setViewportSize(views[look.view]);
    }
    return by;
  }
});
