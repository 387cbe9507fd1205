import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { desktop, launchBrowser, phone, screenshot } from '../support/browser.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { wrong } from '../support/sent-codes.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { codeIn, startGateway, type TestGateway } from '../support/sms-gateway.ts';
import { arrive, enterCode, inApp, keepCodes, onPortal, person, postForm, signIn, titleOf } from './steps.ts';

const wanted = process.env['SLUIS_SCREENSHOTS'] === '1';

describe.skipIf(missing('chromium'))('R20 R30: codes by SMS and by mail, in a real browser', () => {
  let app: DemoApp;
  let gateway: TestGateway;
  let mail: MailServer;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    [app, gateway, mail, browser] = await Promise.all([
      startDemoApp(),
      startGateway(),
      startMailServer({ tls: 'none' }),
      launchBrowser(),
    ]);
  });
  beforeEach(async () => {
    sluis = await startSluis(
      [{ id: 'stukken', title: 'Vergaderstukken', upstream: app.url, preset: 'demo', extra: '    level: 1' }],
      {
        extra: `levels: { acceptLevel1: { reason: Alleen stukken die openbaar zijn } }
mail: { host: 127.0.0.1, port: ${mail.port}, tls: none, from: sluis@gemeente.test }
factors:
  sms: { url: "${gateway.url}", json: { to: "{to}", text: "{text}" } }
  email: { mailboxes: { stukken: demands-mfa } }`,
      },
    );
  });
  afterEach(() => sluis.close());
  afterAll(async () => {
    await browser?.close();
    await Promise.all([gateway?.close(), mail?.close(), app?.close()]);
  });

  const last = (kind: 'sms' | 'email') =>
    kind === 'sms' ? gateway.lastCode() : codeIn(mail.taken.at(-1)?.mail.text ?? '');

  const stories = [
    { kind: 'sms', language: 'nl', address: '06 1234 56 78' },
    { kind: 'sms', language: 'en', address: '06 1234 56 78' },
    { kind: 'email', language: 'nl', address: 'anna@thuis.test' },
    { kind: 'email', language: 'en', address: 'anna@thuis.test' },
  ] as const;
  const name = 'anna';

  // The others differ in words only: for their pictures.
  it.each(wanted ? stories : stories.slice(0, 1))(
    'by $kind, in $language: set up, then asked for in another browser, wrong, sent anew, and in',
    async story => {
      const { kind, language, address } = story;
      const shoot = (page: Page, what: string) => take(page, `${kind}${what}`, language);
      const first = await person(browser, { language });
      await setUp(first.page, story, shoot);
      await first.context.close();
      sluis.clock.advance(61 * 60_000);
      const { context, page } = await person(browser, { language });
      await page.goto(`${sluis.origin('stukken')}/bericht/2`);
      await signIn(page, postForm, name);
      await arrive(page, onPortal(sluis, new RegExp(`^/challenge/[^/]+/${kind}$`)));
      expect(await titleOf(page)).toBe(language === 'nl' ? 'Vul de code in' : 'Enter the code');
      expect(await page.innerText('main')).not.toContain(address);
      await shoot(page, '');
      const answered = page.waitForEvent('load');
      await enterCode(page, wrong(last(kind)));
      await answered;
      await page.waitForSelector('[role=alert]');
      await shoot(page, '-wrong');
      await again(page);
      await page.waitForSelector('[role=alert]');
      await shoot(page, '-delayed');
      sluis.clock.advance(60_000);
      await page.locator('main .sluis-actions a').first().click();
      await page.waitForSelector('#code');
      await again(page);
      await page.waitForSelector('#code');
      await shoot(page, '-renewed');
      // Six digits send themselves.
      await enterCode(page, last(kind));
      await inApp(page, sluis, 'stukken');
      expect(new URL(page.url()).pathname).toBe('/bericht/2');
      await context.close();
      if (kind === 'sms') await failing(language);
    },
    120_000,
  );

  /** A gateway that fails: what to do now, and a button. */
  async function failing(language: 'nl' | 'en'): Promise<void> {
    const works = gateway.answer;
    gateway.answer = res => void res.writeHead(401).end();
    const { context, page } = await person(browser, { language });
    await page.goto(`${sluis.origin('stukken')}/`);
    await signIn(page, postForm, name);
    await page.waitForSelector('[role=alert]');
    expect(await page.locator('#code').count()).toBe(0);
    expect(await page.innerText('main')).toContain('14 012');
    await take(page, 'sms-not-sent', language);
    gateway.answer = works;
    sluis.clock.advance(60_000);
    await again(page);
    await page.waitForSelector('#code');
    await enterCode(page, gateway.lastCode());
    await inApp(page, sluis, 'stukken');
    await context.close();
  }

  type Shoot = (page: Page, what: string) => Promise<void>;

  async function setUp(page: Page, { kind, address }: (typeof stories)[number], shoot: Shoot): Promise<void> {
    const activation = await sluis.invite(name);
    await page.goto(`${sluis.origin('stukken')}/`);
    await signIn(page, postForm, name);
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
    await page.fill('#code', activation);
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    await page.check(`#kind-${kind}`);
    await page.click('main button[type=submit]');
    await page.waitForSelector('#address');
    await shoot(page, '-set-up');
    await page.fill('#address', 'info@gemeente.test');
    await page.check('#personal');
    await page.click('main button[type=submit]');
    await page.waitForSelector('[role=alert]');
    await shoot(page, '-set-up-wrong');
    // What was typed stays, to be mended.
    expect(await page.inputValue('#address')).toBe('info@gemeente.test');
    await page.fill('#address', address);
    await page.check('#personal');
    await page.click('main button[type=submit]');
    await page.waitForSelector('#code');
    await shoot(page, '-set-up-code');
    await enterCode(page, last(kind));
    await page.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
    await keepCodes(page, sluis, 'stukken');
  }

  async function again(page: Page): Promise<void> {
    const answered = page.waitForEvent('load');
    await page.locator('main form button[name=to]').first().click();
    await answered;
  }

  async function take(page: Page, what: string, language: string): Promise<void> {
    if (!wanted) return;
    for (const [width, viewport] of Object.entries({ desktop, phone })) {
      const path = new URL(`../../docs/images/${what}-${language}-${width}.png`, import.meta.url).pathname;
      await screenshot(page, path, viewport);
    }
  }
});
