import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../support/apps.ts';
import { desktop, launchBrowser, phone, screenshot } from '../support/browser.ts';
import { type SampleServer, startSamples } from './sample-server.ts';
import { person } from './steps.ts';

const wanted = process.env['SLUIS_SCREENSHOTS'] === '1';
/** Samples to take, by their names: a change of a few pages needs no picture of all. */
const only = new RegExp(process.env['SLUIS_SCREENSHOTS_ONLY'] ?? '');
const folder = new URL('../../docs/images/', import.meta.url).pathname;

/** Pages of which another scenario takes the picture, in the middle of a story. */
const told =
  /^(?:challenge|recovery|recovery-codes|other-ways|send|text-back|start|start-signed-out|signed-out|gone|hop|hop-to-portal|totp|activation|not-invited|no-send|kinds|kinds-approval|refusal-(?:unreachable|not-found)|(?:help|sms|email|approval|phone|app-login)(?:-.*)?)$/;
/** Another page with a mistake said in it, or in other words only. */
const likeAnother =
  /-(?:wrong|used|malformed|expired|delayed|long|cancelled|unsupported|script|known|personal|too-weak|missing|empty|short|own|again-wrong|rename|refused|one-day|few|none|act-reason|gone-set-up)$/;

describe.skipIf(!wanted || missing('chromium'))('pictures of the pages that no story comes by', () => {
  let samples: SampleServer;
  let browser: Browser;

  beforeAll(async () => {
    [samples, browser] = await Promise.all([startSamples(plain), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    samples?.close();
  });

  it.each([
    ['nl', 'desktop'],
    ['en', 'desktop'],
    ['nl', 'phone'],
    ['en', 'phone'],
  ] as const)(
    'in %s on %s',
    async (language, width) => {
      const viewport = width === 'desktop' ? desktop : phone;
      const { context, page } = await person(browser, { language, viewport });
      await page.route(/example\.org/, route => route.fulfill({ status: 204 }));
      for (const name of samples.names.filter(one => only.test(one) && !told.test(one) && !likeAnother.test(one))) {
        await page.goto(`${samples.origin}/${language}/${name}`);
        await screenshot(page, `${folder}${name}-${language}-${width}.png`);
      }
      await context.close();
      expect(samples.names.length).toBeGreaterThan(0);
    },
    600_000,
  );
});

/** Without the markup that samples hold to show that it is escaped: pictures are for people. */
function plain(html: string): string {
  return html.replaceAll(/\s?&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&amp;amp;/g, '');
}
