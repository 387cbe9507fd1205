import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { adminInvite } from '../../src/cli/admin.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { password } from '../support/operator.ts';
import { signInFully } from '../support/person.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import { findings, overflow } from './axe.ts';
import { person } from './steps.ts';

const email = 'eva@gemeente.test';

/** The first admin and her morning: in a real browser, by keyboard, and with scripts switched off. */
describe.skipIf(missing('chromium'))('R52: an operator at the console', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;
  let origin = '';
  let secret = '';

  beforeAll(async () => {
    demo = await startDemoApp();
    sluis = await startSluis([{ id: 'demo', title: 'Gemeentepost', upstream: demo.url, preset: 'demo' }], {
      console: 'own',
    });
    origin = sluis.core.settings.console?.origin ?? '';
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
  });

  const title = (page: Page) => page.locator('h1').innerText();
  const fresh = () => {
    sluis.clock.advance(30_000);
    return codeAt(secret, sluis.clock.now());
  };

  it('comes in by the invitation of the terminal, by keyboard alone', async () => {
    let shown = '';
    const deps = { ...sluis.core, console: sluis.core.settings.console, by: 'root', endSessionsOf: async () => 0 };
    const request = { email, name: 'Eva', mandate: 90 * 24 * 3_600_000, reason: undefined };
    await adminInvite(deps, request, text => {
      shown += text;
    });
    const { context, page } = await person(browser);
    await page.goto(/address: (\S+)/.exec(shown)?.[1] ?? '');
    await page.keyboard.type(email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(/code: +(\S+)/.exec(shown)?.[1] ?? '');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/new-password');
    await page.locator('#password').focus();
    await page.keyboard.type(password);
    await page.keyboard.press('Tab');
    await page.keyboard.type(password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/set-up');
    await page.locator('input[name=kind]').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/set-up/totp');
    secret = (await page.locator('.sluis-secret').innerText()).replaceAll(' ', '');
    await page.locator('#code').focus();
    await page.keyboard.type(codeAt(secret, sluis.clock.now()));
    await page.waitForURL(`${origin}/`);
    expect(await title(page)).toBe('Vandaag');
    expect(await findings(page)).toEqual([]);
    await context.close();
  });

  it('signs in, finds somebody, ends her sessions and takes tokens into stock, without a script', async () => {
    const anna = await signInFully(sluis, 'demo', 'demo', { name: 'anna', password: 'Anna-Test-2026' });
    const { context, page } = await person(browser, {
      javaScriptEnabled: false,
      viewport: { width: 320, height: 640 },
    });
    await page.goto(`${origin}/people?search=ann`);
    await page.fill('#email', email);
    await page.fill('#password', password);
    await page.click('main button');
    await page.fill('#code', fresh());
    await page.click('main button');
    await page.waitForURL(`${origin}/people`);
    await page.fill('#search', 'ann');
    await page.click('.sluis-filter button');
    expect(await overflow(page)).toBe(0);
    await page.click('#content table a[href$="/anna"]');
    expect(await overflow(page)).toBe(0);
    await page.click('a[href$="/end-sessions"]');
    expect(await page.locator('main').innerText()).toContain('anna wordt overal uitgelogd');
    await page.fill('#reason', 'telefoon gestolen, melding 77');
    await page.click('main form button');
    expect(await page.locator('[role=status]').innerText()).toBe('De sessies zijn beëindigd.');
    expect((await anna.app.get('/wie')).text).not.toContain('anna');
    await page.goto(`${origin}/import-tokens`);
    await page.setInputFiles('#list', {
      name: 'kastjes.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('serial,seed\nSN0042,3132333435363738393031323334353637383930\n'),
    });
    await page.click('main form button');
    expect(await page.locator('table').innerText()).toContain('SN0042');
    // Older than five minutes: asked again before the next act, and on to where she was going.
    sluis.clock.advance(6 * 60_000);
    await page.goto(`${origin}/people/gemeente/anna/close`);
    expect(await title(page)).toBe('Vul de code in');
    await page.fill('#code', fresh());
    await page.click('main button');
    expect(await title(page)).toBe('Account sluiten: anna');
    await page.click('header form button');
    expect(await title(page)).toBe('Inloggen bij het beheer');
    await context.close();
  });
});
