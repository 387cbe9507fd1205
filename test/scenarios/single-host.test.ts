import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { enrol, enter, postForm as form, person } from './steps.ts';

describe.skipIf(missing('chromium'))('R30: the portal on the name of its one app', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo' }], { singleHost: true });
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
  });

  it('sets up, comes back by code and reads first aid, while scripts of the app get none of its pages', async () => {
    const { context, page } = await person(browser);
    const anna = await enrol(page, sluis, 'post', form, 'anna', '/wie');
    expect(page.url()).toBe(`${sluis.origin('post')}/wie`);
    await page.click('text=Afmelden');
    await page.locator('.sluis-help a').click();
    await page.waitForURL(`${sluis.origin('post')}/_sluis/portal/help`);
    await page.getByRole('link', { name: 'English' }).click();
    await page.waitForSelector('html[lang=en]');
    await page.goto(`${sluis.origin('post')}/wie`);
    await enter(page, sluis, 'post', form, anna);
    const seen = await page.evaluate(
      `fetch('/_sluis/portal/').then(async answer => [answer.status, await answer.text()])`,
    );
    expect(seen).toEqual([403, expect.not.stringContaining('sign-out')]);
    await context.close();
  });
});
