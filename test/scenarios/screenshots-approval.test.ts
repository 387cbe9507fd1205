import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { desktop, launchBrowser, phone as phoneSize, screenshot } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { postForm as form, keepCodes, type Name, onPortal, person, signIn } from './steps.ts';

const wanted = process.env['SLUIS_SCREENSHOTS'] === '1';

/** Makes the pictures of approval on a phone in docs/images anew, in the order of their story. */
describe.skipIf(!wanted || missing('chromium'))('pictures of approval on a phone', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    const app = { id: 'post', title: 'Gemeentepost', upstream: demo.url, preset: 'demo' };
    sluis = await startSluis([app], { extra: 'approval: { contact: beheer@gemeente.test }' });
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
    'in %s',
    async (language, name) => {
      const computer = (await person(browser, { language, viewport: desktop })).page;
      const phone = (await person(browser, { language, viewport: phoneSize })).page;
      const shoot = (page: Page, what: string) => take(page, what, language);
      await phone.goto(`${sluis.portalOrigin}/approve/`);
      await part(phone, 'none');
      await shoot(phone, 'phone-none');
      await toSetUp(computer, name, shoot);
      await shoot(computer, 'set-up-approval');
      await phone.goto(`${sluis.portalOrigin}/approve/#${await computer.innerText('.sluis-secret')}`);
      await part(phone, 'join');
      await shoot(phone, 'phone-join');
      await computer.fill('#code', (await phone.innerText('[data-part=join] [data-text=code]')).replace(' ', ''));
      await computer.check('#personal');
      await computer.click('main button[type=submit]');
      await computer.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
      await keepCodes(computer, sluis, 'post');
      await part(phone, 'ready');
      await shoot(phone, 'phone-ready');
      await asked(computer, name);
      await shoot(computer, 'challenge-approval');
      await part(phone, 'asks');
      await shoot(phone, 'phone-ask');
      const number = await computer.innerText('.sluis-number');
      await phone.fill('[data-part=asks] input', number === '10' ? '11' : '10');
      await phone.click('[data-part=asks] button[type=submit]');
      await part(phone, 'wrong');
      await shoot(phone, 'phone-wrong');
      await computer.waitForSelector('[role=alert]');
      await shoot(computer, 'challenge-approval-wrong');
      await computer.click('main button[type=submit]');
      await computer.waitForSelector('.sluis-number');
      await part(phone, 'asks');
      await phone.click('[data-fraud]');
      await part(phone, 'reported');
      await shoot(phone, 'phone-reported');
      await asked(computer, name);
      await shoot(computer, 'challenge-approval-closed');
      for (const page of [computer, phone]) await page.context().close();
      expect(demo.control.seen.length).toBeGreaterThan(0);
    },
    600_000,
  );

  async function toSetUp(page: Page, name: Name, shoot: (page: Page, what: string) => Promise<void>): Promise<void> {
    const code = await sluis.invite(name);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, name);
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
    await page.fill('#code', code);
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    await shoot(page, 'set-up-kinds');
    await page.check('#kind-approval');
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+\/approval$/));
  }

  async function asked(page: Page, name: Name): Promise<void> {
    await page.goto(`${sluis.origin('post')}/uit`);
    await signIn(page, form, name);
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/approval$/));
  }

  async function part(page: Page, name: string): Promise<void> {
    await page.waitForSelector(`[data-part=${name}]:not([hidden])`);
  }

  async function take(page: Page, what: string, language: string): Promise<void> {
    const widths = what.startsWith('phone-') ? { phone: phoneSize } : { desktop, phone: phoneSize };
    for (const [width, viewport] of Object.entries(widths)) {
      const path = new URL(`../../docs/images/${what}-${language}-${width}.png`, import.meta.url).pathname;
      await screenshot(page, path, viewport);
    }
  }
});
