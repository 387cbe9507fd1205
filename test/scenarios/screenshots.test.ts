import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing, roundcube } from '../support/apps.ts';
import { desktop, launchBrowser, phone, screenshot } from '../support/browser.ts';
import { freePort, startSluis, type TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import {
  couple,
  type Holder,
  keepCodes,
  type Name,
  onPortal,
  passChallenge,
  person,
  postForm,
  roundcubeForm,
  signIn,
} from './steps.ts';

const troubles = ['lost-phone', 'new-phone', 'code-refused', 'no-phone', 'shared-tablet'];
const wanted = process.env['SLUIS_SCREENSHOTS'] === '1';

/** Makes the pictures in docs/images anew; pages as people meet them, in the order of their story. */
describe.skipIf(!wanted || missing('chromium', 'roundcube'))('pictures of every page', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    const [webmail, closed] = await Promise.all([roundcube({ patient: true }), freePort()]);
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    sluis = await startSluis([
      {
        id: 'post',
        title: 'Gemeentepost',
        upstream: demo.url,
        preset: 'demo',
        extra: '    routes: [{ path: /opstellen, methods: [POST], level: 2, maxAge: 5m }]',
      },
      { id: 'webmail', title: 'Webmail', upstream: webmail, preset: 'roundcube' },
      { id: 'agenda', title: 'Agenda', upstream: `http://127.0.0.1:${closed}`, preset: 'demo' },
    ]);
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
      const { context, page } = await person(browser, { language, viewport: desktop });
      const shoot = (what: string) => take(page, what, language);
      await generalPages(page, shoot);
      await loginPages(page, shoot);
      await story(page, shoot, name);
      await context.close();
      expect(demo.control.seen.length).toBeGreaterThan(0);
    },
    600_000,
  );

  type Shoot = (what: string) => Promise<void>;

  async function generalPages(page: Page, shoot: Shoot): Promise<void> {
    await page.goto(`${sluis.portalOrigin}/`);
    await shoot('start');
    await page.goto(`${sluis.portalOrigin}/help`);
    await shoot('help');
    for (const trouble of troubles) {
      await page.goto(`${sluis.portalOrigin}/help/${trouble}`);
      await shoot(`help-${trouble}`);
    }
    await page.goto(`${sluis.portalOrigin}/nergens`);
    await shoot('not-found');
    await page.goto(`${sluis.origin('agenda')}/login`);
    await shoot('app-unreachable');
    await page.goto(`${sluis.origin('post')}/_sluis/signed-out`);
    await shoot('signed-out');
    await page.goto(`${sluis.portalOrigin}/challenge/gone`);
    await shoot('gone');
  }

  async function loginPages(page: Page, shoot: Shoot): Promise<void> {
    await page.goto(`${sluis.origin('webmail')}/`);
    await page.waitForSelector(roundcubeForm.password);
    await shoot('app-login-roundcube');
    await page.goto(`${sluis.origin('post')}/`);
    await shoot('app-login');
    sluis.clock.advance(2 * 60 * 60_000);
    await signIn(page, postForm, 'carla');
    await page.waitForSelector('.sluis-help [role=alert]');
    await shoot('app-login-expired');
  }

  async function story(page: Page, shoot: Shoot, name: Name): Promise<void> {
    const origin = sluis.origin('post');
    await page.goto(`${origin}/`);
    // Where the way on answers nothing, the page between two hosts stays.
    await page.route(`${sluis.portalOrigin}/p/**`, route => route.fulfill({ status: 204 }));
    await signIn(page, postForm, name);
    await page.waitForURL(`${origin}/_sluis/next`);
    await shoot('hop');
    await page.unroute(`${sluis.portalOrigin}/p/**`);
    await page.goto(`${origin}/_sluis/next`);
    await page.waitForURL(onPortal(sluis, /^\/set-up\//));
    await shoot('set-up-not-invited');
    const activation = await sluis.invite(name);
    await page.reload();
    await shoot('set-up');
    await page.fill('#code', 'K7Q2-9F4M');
    await page.click('main button[type=submit]');
    await page.waitForSelector('[role=alert]');
    await shoot('set-up-wrong');
    await page.fill('#code', activation);
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/totp$/));
    await shoot('set-up-totp');
    const holder = await couple(page, sluis, name);
    await shoot('recovery-codes');
    await keepCodes(page, sluis, 'post');
    await kept(page, shoot, holder);
    await page.goto(`${origin}/uit`);
    await signIn(page, postForm, name);
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await shoot('challenge');
    await page.locator('main .sluis-actions a').click();
    await page.waitForURL(onPortal(sluis, /^\/other-ways\//));
    await shoot('other-ways');
    await page.locator('main li a').first().click();
    await page.waitForURL(onPortal(sluis, /^\/recovery\//));
    await shoot('recovery');
    await page.goBack();
    await page.goBack();
    await wrongCodes(page, shoot, holder.secret);
  }

  /** A mail that meets a step-up, and one that meets the end of a session. */
  async function kept(page: Page, shoot: Shoot, holder: Holder): Promise<void> {
    await write(page);
    sluis.clock.advance(6 * 60_000);
    await page.click('main button');
    await passChallenge(page, sluis, holder);
    await page.waitForURL('**/_sluis/send');
    await shoot('send');
    await page.locator('main button').first().click();
    await page.waitForURL('**/postvak?map=uit');
    await page.goto(`${sluis.origin('post')}/_sluis/send`);
    await shoot('send-nothing');
    await write(page);
    sluis.clock.advance(31 * 60_000);
    await page.click('main button');
    await page.waitForSelector('.sluis-help [role=alert]');
    await shoot('app-login-kept');
    await signIn(page, postForm, holder.name);
    await passChallenge(page, sluis, holder);
    await page.waitForURL('**/_sluis/send');
    await shoot('text-back');
    await page.locator('main form button').click();
    await page.waitForURL('**/opstellen');
  }

  async function write(page: Page): Promise<void> {
    await page.goto(`${sluis.origin('post')}/opstellen`);
    await page.fill('#aan', 'bram@gemeente.test');
    await page.fill('#onderwerp', 'Stukken voor donderdag');
    await page.fill('#tekst', 'Beste Bram,\n\nHierbij de stukken voor de vergadering van donderdag.\n\nGroeten, Anna');
    await page.setInputFiles('#bijlage', {
      name: 'notulen.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('1'),
    });
  }

  async function wrongCodes(page: Page, shoot: Shoot, secret: string): Promise<void> {
    for (let attempt = 0; attempt < 8 && (await page.locator('#code').count()) > 0; attempt += 1) {
      const answered = page.waitForEvent('load');
      await page.fill('#code', wrongCode(secret, attempt));
      await answered;
      if (attempt === 0) await shoot('challenge-wrong');
    }
    await shoot('challenge-delayed');
  }

  function wrongCode(secret: string, attempt: number): string {
    const right = [-30_000, 0, 30_000].map(off => codeAt(secret, sluis.clock.now() + off));
    return ['111111', '222222', '333333', '444444', '555555', '666666', '777777', '888888']
      .filter(code => !right.includes(code))
      .at(attempt) as string;
  }

  async function take(page: Page, what: string, language: string): Promise<void> {
    for (const [width, viewport] of Object.entries({ desktop, phone })) {
      const path = new URL(`../../docs/images/${what}-${language}-${width}.png`, import.meta.url).pathname;
      await screenshot(page, path, viewport);
    }
  }
});
