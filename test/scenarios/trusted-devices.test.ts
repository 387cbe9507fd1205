import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { randomId, systemRandom } from '../../src/kernel/random.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { enrol, type Holder, inApp, onPortal, passChallenge, person, postForm, signIn, titleOf } from './steps.ts';

const minute = 60_000;

describe.skipIf(missing('chromium'))('R10 R13 R14: trusted devices in Chromium', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo' }], { extra: 'trust: {}' });
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
  });

  async function signOut(page: Page): Promise<void> {
    await page.goto(`${sluis.origin('post')}/_sluis/sign-out`);
    await page.click('main form button');
    await page.waitForURL(/\/_sluis\/signed-out$/);
    sluis.clock.advance(2 * minute);
  }

  async function comeBack(page: Page, name: Holder['name'] = 'anna'): Promise<void> {
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, postForm, name);
  }

  /** To the page that asks whose device it is. */
  async function toOffer(page: Page, holder: Holder): Promise<void> {
    await comeBack(page, holder.name);
    await passChallenge(page, sluis, holder);
    await page.waitForURL(onPortal(sluis, /^\/trust\/[^/]+$/));
  }

  it('she trusts her laptop, signs in with her password alone, and is asked again once it is removed; the sixth asks which one goes', async () => {
    const { context, page } = await person(browser);
    const holder = await enrol(page, sluis, 'post', postForm, 'anna');
    await signOut(page);

    await toOffer(page, holder);
    expect(await titleOf(page)).toBe('Is dit uw eigen apparaat?');
    await page.getByRole('button', { name: 'Ja, dit is mijn eigen apparaat, niet gedeeld' }).click();
    await inApp(page, sluis, 'post');
    await signOut(page);

    await comeBack(page);
    await inApp(page, sluis, 'post');
    const anna = await sluis.core.people.byName('gemeente', 'anna');
    if (anna === undefined) throw new Error('anna is not there');
    const [laptop] = await sluis.core.devices.list(anna);
    expect(laptop?.agent).toEqual({ browser: 'Chrome', platform: 'linux' });

    await sluis.core.devices.remove(anna, laptop?.id ?? '', 'by-owner', 'test');
    await comeBack(page);
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));

    // Five others, each from a sign-in of its own.
    const { core, clock } = sluis;
    const factor = anna.factors[0]?.id ?? '';
    for (const platform of ['windows', 'macos', 'android', 'ios', 'chromeos'] as const) {
      const signed = { signIn: randomId(systemRandom), factor, factorAt: clock.now(), source: 'test' };
      await core.devices.trust({ person: anna, agent: { browser: 'Firefox', platform }, ...signed });
    }
    await passChallenge(page, sluis, holder);
    await page.waitForURL(onPortal(sluis, /^\/trust\/[^/]+$/));
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: /^Ja/ }).press('Enter');
    await page.waitForURL(onPortal(sluis, /^\/trust\/[^/]+\/full$/));
    await page.getByRole('button', { name: 'Vervang dat apparaat door dit apparaat' }).click();
    expect(await page.innerText('[role=alert]')).toContain('Kies welk apparaat weg mag');
    await page.getByLabel('Firefox op Android').check();
    await page.getByRole('button', { name: 'Vervang dat apparaat door dit apparaat' }).click();
    await inApp(page, sluis, 'post');
    const now = await core.devices.list(anna);
    expect(now.map(({ agent }) => agent.platform)).toEqual(['windows', 'macos', 'ios', 'chromeos', 'linux']);
    await context.close();
  });

  it('a no is not asked again, and R44: on a tablet that somebody called shared nobody is asked at all', async () => {
    const { context, page } = await person(browser);
    const holder = await enrol(page, sluis, 'post', postForm, 'bram');
    await signOut(page);
    await toOffer(page, holder);
    await page.getByRole('link', { name: 'Meer mensen gebruiken dit apparaat' }).waitFor();
    await page.getByRole('button', { name: 'Nee, vraag steeds een code' }).click();
    await inApp(page, sluis, 'post');
    for (const shared of [false, true]) {
      await signOut(page);
      if (shared) {
        await page.goto(`${sluis.portalOrigin}/shared-device`);
        await page.getByRole('button', { name: 'Ja, dit apparaat is gedeeld' }).click();
        await page.getByRole('heading', { name: 'Dit apparaat is gedeeld' }).waitFor();
        await context.clearCookies({ name: '__Host-sluis-no-trust' });
      }
      await comeBack(page, holder.name);
      await passChallenge(page, sluis, holder);
      await inApp(page, sluis, 'post');
    }
    await context.close();
  });
});
