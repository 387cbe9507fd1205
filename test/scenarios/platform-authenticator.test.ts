import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { plugIn } from '../support/virtual-key.ts';
import { inApp, keepCodes, type Name, onPortal, person, postForm, signIn } from './steps.ts';

describe.skipIf(missing('chromium'))('R11: trust by a built-in passkey only, in Chromium', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    const extra = 'webauthn: {}\ntrust: { platformAuthenticator: true }';
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo' }], { extra });
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
  });

  /** She sets this key up, and signs in by it once more. */
  async function backWith(page: Page, name: Name, kind: 'passkey' | 'security-key'): Promise<void> {
    await plugIn(page, kind);
    const code = await sluis.invite(name);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, postForm, name);
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
    await page.fill('#code', code);
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    await page.check('#kind-webauthn');
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/webauthn$/));
    await page.fill('#label', 'Sleutel');
    await page.check('#personal');
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
    await keepCodes(page, sluis, 'post');
    await page.goto(`${sluis.origin('post')}/_sluis/sign-out`);
    await page.click('main form button');
    await page.waitForURL(/\/_sluis\/signed-out$/);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, postForm, name);
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/webauthn$/));
    await page.click('main button[type=submit]');
  }

  it('is offered after the passkey of this device, and not after a key on USB', async () => {
    const anna = await person(browser);
    await backWith(anna.page, 'anna', 'passkey');
    await anna.page.waitForURL(onPortal(sluis, /^\/trust\/[^/]+$/));
    await anna.context.close();

    const bram = await person(browser);
    await backWith(bram.page, 'bram', 'security-key');
    // Straight in: no page came between that asks.
    await inApp(bram.page, sluis, 'post');
    await bram.context.close();
  });
});
