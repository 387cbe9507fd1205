import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { findings, overflow } from './axe.ts';
import { type SampleServer, startSamples } from './sample-server.ts';
import { person } from './steps.ts';

const views = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 360, height: 740 },
  narrow: { width: 320, height: 640 },
  half: { width: 640, height: 800 },
};

/**
 * What axe finds hangs on the colours, the words or the room, hardly on two of them together. So it looks at each page
 * twice, in looks that differ in all three; half of the pages meet the first pair, the other half the second. Every
 * page is measured at 320 pixels in both languages, and with letters of twice their size (WCAG 1.4.4) in half a window.
 */
const looks = [
  { language: 'nl', colorScheme: 'light', view: 'narrow', also: 'phone', half: 0 },
  { language: 'en', colorScheme: 'dark', view: 'desktop', also: 'narrow', half: 0 },
  { language: 'nl', colorScheme: 'dark', view: 'desktop', also: 'narrow', half: 1 },
  { language: 'en', colorScheme: 'light', view: 'narrow', also: 'phone', half: 1 },
] as const;

/** What differs from another page in its words only is looked at by axe in one look. */
function isDue(name: string, look: (typeof looks)[number]): boolean {
  return look.view === 'narrow' || !/^(?:refusal|help)-|-(?:used|malformed|expired|long)$/.test(name);
}

describe.skipIf(missing('chromium'))('R44: pages and accessibility', () => {
  let browser: Browser;
  let samples: SampleServer;

  beforeAll(async () => {
    [samples, browser] = await Promise.all([startSamples(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    samples?.close();
  });

  it('axe finds nothing on any page, light or dark, wide or narrow, and none is too wide', async () => {
    const found = await Promise.all(looks.map(onEachPage));
    expect(found.flat()).toEqual([]);
  }, 480_000);

  it('finds what is wrong, where something is', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${samples.origin}/nl/challenge`);
    await page.evaluate(`document.querySelector('label[for=code]').remove(); document.querySelector('#code').style.width = '4000px';
      document.querySelector('#code').style.maxInlineSize = 'none'`);
    expect((await findings(page)).join('\n')).toMatch(/^label: /m);
    expect(await overflow(page)).toBeGreaterThan(0);
    await context.close();
  });

  it('the places of the console stand in one line on a wide screen, and each is reached by keyboard on a narrow one', async () => {
    for (const language of ['nl', 'en'] as const) {
      const { context, page } = await person(browser, { language, viewport: views.desktop });
      await page.goto(`${samples.origin}/${language}/console-people`);
      const places = page.locator('.sluis-nav a');
      const tops = async () =>
        new Set((await Promise.all((await places.all()).map(at => at.boundingBox()))).map(box => box?.y));
      expect([language, (await tops()).size]).toEqual([language, 1]);
      await page.setViewportSize(views.narrow);
      expect([language, (await tops()).size > 1]).toEqual([language, true]);
      await places.first().focus();
      for (const place of await places.all()) {
        const focused = await page.evaluate(`document.activeElement.getAttribute('href')`);
        expect(focused).toBe(await place.getAttribute('href'));
        await page.keyboard.press('Tab');
      }
      await context.close();
    }
  });

  it('without scripts nothing is shown that only a script could do', async () => {
    const { context, page } = await person(browser, { javaScriptEnabled: false });
    await page.goto(`${samples.origin}/nl/recovery-codes`);
    expect(await page.locator('main button:visible').allInnerTexts()).toEqual(['Ik heb ze bewaard']);
    await context.close();
  });

  async function onEachPage(look: (typeof looks)[number]): Promise<string[]> {
    const { context, page } = await person(browser, { language: look.language, viewport: views[look.view] });
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: 'reduce' });
    // A hop goes on by itself: an answer without content leaves it where it is.
    await page.route(/example\.org/, route => route.fulfill({ status: 204 }));
    const found: string[] = [];
    for (const name of samples.names.filter((_, index) => index % 2 === look.half)) {
      await page.goto(`${samples.origin}/${look.language}/${name}`);
      const by = [...(isDue(name, look) ? await findings(page) : []), ...(await tooWide(page, look))];
      found.push(...by.map(finding => `${name}, ${look.language} ${look.colorScheme} ${look.view}: ${finding}`));
    }
    await context.close();
    return found;
  }

  async function tooWide(page: Page, look: (typeof looks)[number]): Promise<string[]> {
    const by: string[] = [];
    for (const view of [look.view, look.also]) {
      if (view !== look.view) await page.setViewportSize(views[view]);
      const pixels = await overflow(page);
      if (pixels > 0) by.push(`${pixels} pixels too wide on ${view}`);
    }
    if (look.view === 'narrow') by.push(...(await withLargeLetters(page)));
    await page.setViewportSize(views[look.view]);
    return by;
  }

  async function withLargeLetters(page: Page): Promise<string[]> {
    await page.setViewportSize(views.half);
    await page.evaluate(`document.documentElement.style.fontSize = '200%'`);
    const pixels = await overflow(page);
    return pixels > 0 ? [`${pixels} pixels too wide with letters of twice their size`] : [];
  }
});
