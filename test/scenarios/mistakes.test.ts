import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import { findings, overflow } from './axe.ts';
import { keepCodes, onPortal, person, postForm, signIn, titleOf } from './steps.ts';

const narrow = { width: 320, height: 640 };

/** Samples show what a page looks like; here she made the mistake herself, on pages as they come. */
describe.skipIf(missing('chromium'))('WCAG 3.3.1 2.4.3: a mistake of hers, in Chromium', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;
  let scripts = true;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo' }]);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
  });

  it.each([
    ['nl', 'anna'],
    ['en', 'bram'],
  ] as const)(
    'R30 R44: is said in %s, has the focus, and loses nothing of what she had filled in',
    async (language, name) => {
      scripts = language === 'nl';
      const { context, page } = await person(browser, { language, viewport: narrow, javaScriptEnabled: scripts });
      const activation = await sluis.invite(name);
      await page.goto(`${sluis.origin('post')}/`);
      await signIn(page, postForm, name);
      await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
      await answer(page, 'K7Q2-9F4M');
      await said(page, language, 'code');
      await answer(page, activation);
      await page.waitForURL(onPortal(sluis, /\/totp$/));

      const secret = (await page.innerText('.sluis-secret')).replaceAll(' ', '');
      await page.fill('#label', 'Werktelefoon');
      await answer(page, codeAt(secret, sluis.clock.now()));
      await said(page, language, 'personal');
      expect(await page.inputValue('#label')).toBe('Werktelefoon');
      await page.check('#personal');
      await answer(page, '12345');
      await said(page, language, 'code');
      // Her word about the device was given: it is not asked for twice.
      expect([await page.isChecked('#personal'), await page.inputValue('#label')]).toEqual([true, 'Werktelefoon']);
      await answer(page, codeAt(secret, sluis.clock.now()));
      await page.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
      await keepCodes(page, sluis, 'post');

      await page.goto(`${sluis.origin('post')}/_sluis/my-security`);
      await page.click('main ul.sluis-list a');
      await page.fill('#label', '');
      await page.click('button[value=rename]');
      await said(page, language, 'label');
      await context.close();
    },
  );

  it('R30: pages of ours on an app’s host have the other language a click away, also without scripts', async () => {
    const { context, page } = await person(browser, { language: 'nl', javaScriptEnabled: false });
    await page.goto(`${sluis.origin('post')}/_sluis/signed-out`);
    expect(await titleOf(page)).toBe('U bent uitgelogd');
    await page.click('header a[hreflang=en]');
    expect([await titleOf(page), page.url()]).toEqual([
      'You are signed out',
      `${sluis.origin('post')}/_sluis/signed-out`,
    ]);
    await page.click('header a[hreflang=nl]');
    expect(await titleOf(page)).toBe('U bent uitgelogd');
    await context.close();
  });

  /** Six digits send themselves where scripts run and no box is left to tick; else by the button. */
  async function answer(page: Page, code: string): Promise<void> {
    const answered = page.waitForEvent('load');
    await page.fill('#code', code);
    const sent = scripts && code.length === 6 && (await page.locator('#personal:not(:checked)').count()) === 0;
    if (!sent) await page.click('main button[type=submit]');
    await answered;
  }

  async function said(page: Page, language: 'nl' | 'en', field: string): Promise<void> {
    await page.waitForSelector('[role=alert]');
    expect(await page.title()).toMatch(language === 'nl' ? /^Fout: / : /^Error: /);
    const focused = page.locator(':focus');
    expect([await focused.getAttribute('id'), await focused.getAttribute('aria-invalid')]).toEqual([field, 'true']);
    const beside = await page.innerText(`#${await focused.getAttribute('aria-describedby')}`);
    expect(await page.innerText('[role=alert]')).toContain(beside);
    // axe waits for timers of the page, which without scripts never come.
    expect([scripts ? await findings(page) : [], await overflow(page)]).toEqual([[], 0]);
  }
});
