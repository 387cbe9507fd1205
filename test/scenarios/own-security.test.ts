import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { plugIn, unplug } from '../support/virtual-key.ts';
import { codeAt } from '../vectors/code-at.ts';
import { findings, overflow } from './axe.ts';
import { enrol, nextCode, onPortal, person, postForm, titleOf } from './steps.ts';

const narrow = { width: 320, height: 640 };

describe.skipIf(missing('chromium'))('My security in Chromium', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo' }], { extra: 'webauthn: {}' });
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
  });

  it('R31 R38 R44: a second app and two keys, a name, a removal, by keyboard at 320 pixels; then signed out everywhere', async () => {
    const { context, page } = await person(browser, { viewport: narrow });
    const holder = await enrol(page, sluis, 'post', postForm, 'anna');
    await page.goto(`${sluis.origin('post')}/_sluis/my-security`);
    expect(await titleOf(page)).toBe('Mijn beveiliging');

    await press(page, 'button[value=add]');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    // The field has the focus, and six digits send themselves.
    await page.keyboard.type(nextCode(sluis, holder));
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    await page.focus('#kind-webauthn');
    await page.keyboard.press('ArrowDown');
    expect(await page.isChecked('#kind-totp')).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForURL(onPortal(sluis, /\/totp$/));
    await well(page);
    const secret = (await page.innerText('.sluis-secret')).replaceAll(' ', '');
    await rename(page, 'Tablet');
    // Six digits alone do not send the form while the box is not ticked.
    await page.fill('#code', codeAt(secret, sluis.clock.now()));
    expect(page.url()).toMatch(/\/totp$/);
    await page.focus('#personal');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await home(page);
    expect(await labels()).toEqual(['', 'Tablet']);

    const passkey = await plugIn(page, 'passkey');
    await press(page, 'button[value=add]');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await page.keyboard.type(nextCode(sluis, { secret }));
    await setKeyUp(page, 'Laptop');

    await press(page, 'button[value=add]');
    await useKey(page);
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    await unplug(passkey);
    await plugIn(page, 'security-key');
    await setKeyUp(page, 'Sleutel');

    await page.click('text=Wijzig of verwijder Sleutel');
    await well(page);
    await rename(page, 'Blauwe sleutel');
    await page.keyboard.press('Enter');
    await useKey(page);
    await home(page);
    await page.click('text=Wijzig of verwijder Tablet');
    await press(page, 'button[value=remove]');
    await useKey(page);
    await home(page);
    expect(await labels()).toEqual(['', 'Laptop', 'Blauwe sleutel']);
    await well(page);

    await press(page, 'button[value=all]');
    await page.waitForURL(onPortal(sluis, /^\/signed-out$/));
    await page.goto(`${sluis.portalOrigin}/my-security`);
    expect(await titleOf(page)).toBe('Log eerst in');
    await page.goto(`${sluis.origin('post')}/wie`);
    expect(new URL(page.url()).pathname).toBe('/login');
    await context.close();
  });

  it('R31: without scripts all but keys works the same', async () => {
    const { context, page } = await person(browser, { viewport: narrow });
    const holder = await enrol(page, sluis, 'post', postForm, 'bram');
    const cookies = await context.cookies();
    const { context: plain, page: bare } = await person(browser, { javaScriptEnabled: false, language: 'en' });
    await plain.addCookies(cookies);
    await bare.goto(`${sluis.portalOrigin}/my-security?lang=en`);
    expect(await titleOf(bare)).toBe('My security');
    await bare.click('button[value=codes]');
    await bare.fill('#code', nextCode(sluis, holder));
    await bare.click('main button[type=submit]');
    const codes = await bare.locator('#codes code').allInnerTexts();
    expect([codes.length, codes.includes(holder.codes[0] ?? '')]).toEqual([10, false]);
    await bare.click('main form button[type=submit]');
    expect(await titleOf(bare)).toBe('My security');
    await plain.close();
    await context.close();
  });

  /** As who has no mouse. */
  async function press(page: Page, button: string): Promise<void> {
    await page.focus(button);
    await page.keyboard.press('Enter');
  }

  async function rename(page: Page, label: string): Promise<void> {
    await page.focus('#label');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type(label);
  }

  /** From the choice of a kind back to "My security". */
  async function setKeyUp(page: Page, label: string): Promise<void> {
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    await page.check('#kind-webauthn');
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/webauthn$/));
    await rename(page, label);
    await page.check('#personal');
    await page.click('main button[type=submit]');
    await home(page);
  }

  async function useKey(page: Page): Promise<void> {
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/webauthn$/));
    await page.click('main button[type=submit]');
  }

  /** From the page that says how it ended. */
  async function home(page: Page): Promise<void> {
    await page.waitForURL(onPortal(sluis, /^\/my-security\/done\//));
    expect(await titleOf(page)).toBe('Het is gelukt');
    await press(page, 'main a.utrecht-button');
    await page.waitForURL(onPortal(sluis, /^\/my-security$/));
  }

  async function well(page: Page): Promise<void> {
    expect([await findings(page), await overflow(page)]).toEqual([[], 0]);
  }

  async function labels(): Promise<string[]> {
    return ((await sluis.core.people.byName('gemeente', 'anna'))?.factors ?? []).map(({ label }) => label);
  }
});
