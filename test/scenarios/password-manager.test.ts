import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing, passwords, roundcube } from '../support/apps.ts';
import { browserArguments } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { codeAt, roomInStep } from '../vectors/code-at.ts';
import { inApp, keepCodes, type Name, onPortal, postForm, roundcubeForm, signIn } from './steps.ts';

const extension = fileURLToPath(new URL('./filler', import.meta.url));

/** With an extension that fills as password managers do, in a real browser: post. and sluis.gemeente.localhost are one site. */
describe.skipIf(missing('chromium', 'roundcube'))('R30: a password manager', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let context: BrowserContext;
  let page: Page;
  let profile = '';

  beforeAll(async () => {
    const webmail = await roundcube({ patient: true });
    [demo, profile] = await Promise.all([startDemoApp(), mkdtemp(join(tmpdir(), 'sluis-profile-'))]);
    sluis = await startSluis(
      [
        { id: 'post', upstream: demo.url, preset: 'demo' },
        { id: 'webmail', upstream: webmail, preset: 'roundcube' },
      ],
      { domain: 'gemeente.localhost' },
    );
    context = await chromium.launchPersistentContext(profile, {
      executablePath: '/usr/bin/chromium',
      args: [...browserArguments, `--disable-extensions-except=${extension}`, `--load-extension=${extension}`],
      ignoreDefaultArgs: ['--disable-extensions'],
      locale: 'nl-NL',
    });
    context.setDefaultTimeout(45_000);
    page = await context.newPage();
  });
  afterAll(async () => {
    await context?.close();
    await sluis?.close();
    await demo?.close();
    await rm(profile, { recursive: true, force: true });
  });

  it('keeps name, password and key while two people set up, then fills all three for the one who signs in', async () => {
    for (const name of ['bram', 'anna'] as const) await setUpWithManager(name);

    await page.goto(`${sluis.origin('post')}/wie`);
    await ready(page);
    await page.fill(postForm.user, 'anna');
    await page.press(postForm.user, 'Tab');
    await page.waitForFunction(`document.querySelector('#wachtwoord').value !== ''`);
    await page.click(postForm.button);
    // Nobody types here: the filled code sends itself.
    await inApp(page, sluis, 'post');
    expect(await page.innerText('#wie')).toBe('anna');
  });

  it('finds the fields of Roundcube too, and the code for it on the same portal', async () => {
    await page.goto(`${sluis.origin('post')}/uit`);
    await page.goto(`${sluis.origin('webmail')}/?_task=settings`);
    await page.waitForSelector(roundcubeForm.password);
    await ready(page);
    await page.fill(roundcubeForm.user, 'bram');
    await page.press(roundcubeForm.user, 'Tab');
    await page.waitForFunction(`document.querySelector('#rcmloginpwd').value !== ''`);
    await page.click(roundcubeForm.button);
    await inApp(page, sluis, 'webmail');
    await page.waitForSelector('#settings-menu');
  });

  it('what it goes by: the own fields of the app, and on the portal the name and one field for the code', async () => {
    const other = await context.browser()?.newContext();
    const anonymous = other === undefined ? page : await other.newPage();
    await anonymous.goto(`${demo.url}/login`);
    const direct = await fieldsOf(anonymous);
    await anonymous.goto(`${sluis.origin('post')}/login`);
    expect(await fieldsOf(anonymous)).toEqual(direct);
    expect(direct).toHaveLength(2);
    await signIn(anonymous, postForm, 'anna');
    await anonymous.waitForURL(onPortal(sluis, /^\/challenge\//));
    const name = anonymous.locator('input[autocomplete=username]');
    expect([await name.inputValue(), await name.isEditable(), await name.isVisible()]).toEqual(['anna', false, true]);
    const code = anonymous.locator('input[autocomplete=one-time-code]');
    expect([await code.count(), await code.getAttribute('inputmode'), await code.getAttribute('type')]).toEqual([
      1,
      'numeric',
      'text',
    ]);
    expect(await anonymous.locator('input[type=password]').count()).toBe(0);
    await other?.close();
  });

  async function setUpWithManager(name: Name): Promise<void> {
    const activation = await sluis.invite(name);
    await page.goto(`${sluis.origin('post')}/wie`);
    await ready(page);
    await signIn(page, postForm, name, passwords[name]);
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
    await page.fill('#code', activation);
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/totp$/));
    await ready(page);
    const secret = (await page.innerText('.sluis-secret')).replaceAll(' ', '');
    await page.check('#personal');
    // The step before, which counts too: so that the code of this one is still good at the challenge.
    await roomInStep(sluis.clock);
    await page.fill('#code', codeAt(secret, sluis.clock.now() - 30_000));
    await page.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
    await keepCodes(page, sluis, 'post');
    await page.goto(`${sluis.origin('post')}/uit`);
  }

  function fieldsOf(where: Page): Promise<string[]> {
    return where
      .locator('form input:not([type=hidden])')
      .evaluateAll(all => all.map(one => (one as { outerHTML: string }).outerHTML));
  }

  async function ready(where: Page): Promise<void> {
    await where.waitForSelector('html[data-filler=ready]', { state: 'attached' });
  }
});
