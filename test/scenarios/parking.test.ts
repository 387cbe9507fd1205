import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing, roundcube } from '../support/apps.ts';
import { launchBrowser, phone } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { findings, overflow } from './axe.ts';
import {
  composeMail,
  enrol,
  type Holder,
  inApp,
  passChallenge,
  person,
  postForm,
  roundcubeForm,
  signIn,
  titleOf,
} from './steps.ts';

const minute = 60_000;
/** Whole stories with passwords, codes and mail: as long as a busy machine needs. */
const story = { timeout: 120_000 };

describe.skipIf(missing('chromium'))('R25: what is being sent is not lost', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoApp(), launchBrowser()]);
    const routes = '    routes: [{ path: /opstellen, methods: [POST], level: 2, maxAge: 5m }]';
    sluis = await startSluis([
      { id: 'post', title: 'Gemeentepost', upstream: demo.url, preset: 'demo', extra: routes },
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await demo?.close();
  });

  it(
    'a mail with an attachment meets a step-up: seen again after the code, sent by the button, and there once',
    story,
    async () => {
      const { context, page } = await person(browser, { viewport: phone });
      const holder = await enrol(page, sluis, 'post', postForm, 'anna');
      const subject = await write(page);
      sluis.clock.advance(6 * minute);
      await page.click('main button');
      await passChallenge(page, sluis, holder);
      await page.waitForURL('**/_sluis/send');
      expect(await titleOf(page)).toBe('Wilt u dit nog versturen?');
      const text = await page.innerText('main');
      for (const seen of [subject, 'Geachte heer', 'notulen.txt', '/opstellen']) expect(text).toContain(seen);
      expect([await findings(page), await overflow(page)]).toEqual([[], 0]);
      // By the keyboard alone.
      await page.getByRole('button', { name: 'Versturen' }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL('**/postvak?map=uit');
      expect(await page.getByRole('link', { name: subject }).count()).toBe(1);
      expect(sent(subject)).toBe(1);
      await page.goBack();
      await page.goto(`${sluis.origin('post')}/_sluis/send`);
      expect(await titleOf(page)).toBe('Er staat niets klaar');
      await context.close();
    },
  );

  it(
    'a double click on Send: one mail; a script of the app gets neither the page nor its window, and cannot press',
    story,
    async () => {
      const { context, page } = await person(browser);
      const holder = await enrol(page, sluis, 'post', postForm, 'carla');
      const subject = await write(page);
      sluis.clock.advance(6 * minute);
      await page.click('main button');
      await passChallenge(page, sluis, holder);
      await page.waitForURL('**/_sluis/send');
      const arrived = page.waitForEvent('load');
      await page.getByRole('button', { name: 'Versturen' }).dblclick();
      await arrived;
      await page.goto(`${sluis.origin('post')}/postvak?map=uit`);
      expect([await page.getByRole('link', { name: subject }).count(), sent(subject)]).toEqual([1, 1]);

      const another = await write(page);
      sluis.clock.advance(6 * minute);
      await page.click('main button');
      await passChallenge(page, sluis, holder);
      await page.waitForURL('**/_sluis/send');
      const token = await page.locator('input[name=csrf]').first().getAttribute('value');
      await page.goto(`${sluis.origin('post')}/postvak`);
      const fetched = await page.evaluate(async () => {
        const answer = await fetch('/_sluis/send');
        return [answer.status, (await answer.text()).includes('csrf')];
      });
      expect(fetched).toEqual([403, false]);
      const opened = context.waitForEvent('page');
      await page.evaluate(`window.other = window.open('/_sluis/send')`);
      const other = await opened;
      await other.waitForLoadState();
      expect(await titleOf(other)).toBe('Wilt u dit nog versturen?');
      expect(await page.evaluate('window.other.closed')).toBe(true);
      // Even with its token: without a press of hers the form is refused.
      const submitted = page.waitForNavigation();
      await page.evaluate(`{
      const form = document.createElement('form');
      form.method = 'post';
      form.action = '/_sluis/send';
      form.innerHTML = '<input name=csrf value="${token}"><input name=act value=send>';
      document.body.append(form);
      setTimeout(() => form.submit(), 0);
    }`);
      expect((await submitted)?.status()).toBe(403);
      expect(sent(another)).toBe(0);
      await context.close();
    },
  );

  it('a mail meets the end of a session: after her sign-in the text is there to be copied', story, async () => {
    const { context, page } = await person(browser);
    const holder = await enrol(page, sluis, 'post', postForm, 'bram');
    const subject = await write(page);
    sluis.clock.advance(31 * minute);
    await page.click('main button');
    await page.waitForSelector('.sluis-help [role=alert]:has-text("is bewaard")');
    await signIn(page, postForm, 'bram');
    await passChallenge(page, sluis, holder);
    await page.waitForURL('**/_sluis/send');
    expect(await titleOf(page)).toBe('Uw tekst is bewaard');
    expect(await page.getByLabel('Onderwerp').inputValue()).toBe(subject);
    expect(await page.getByLabel('Tekst').inputValue()).toBe('Geachte heer,\n\nde notulen.');
    expect(await page.innerText('main')).toContain('notulen.txt');
    expect(await page.locator('button:has-text("Versturen")').count()).toBe(0);
    await page.getByRole('link', { name: 'Naar Gemeentepost' }).click();
    await inApp(page, sluis, 'post');
    expect([new URL(page.url()).pathname, sent(subject)]).toEqual(['/opstellen', 0]);
    await context.close();
  });

  /** A mail, written and not yet sent; gives its subject. */
  async function write(page: Page): Promise<string> {
    const subject = `Notulen ${randomUUID()}`;
    await page.goto(`${sluis.origin('post')}/opstellen`);
    await page.fill('#aan', 'bram');
    await page.fill('#onderwerp', subject);
    await page.fill('#tekst', 'Geachte heer,\n\nde notulen.');
    await page.setInputFiles('#bijlage', { name: 'notulen.txt', mimeType: 'text/plain', buffer: Buffer.from('één') });
    return subject;
  }

  function sent(subject: string): number {
    return demo.control.seen.filter(({ method, body }) => method === 'POST' && body.includes(subject)).length;
  }
});

describe.skipIf(missing('chromium', 'roundcube'))('R25: Roundcube, which posts a mail into a hidden frame', () => {
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    const upstream = await roundcube({ patient: true });
    const extra =
      '    limiter: { failures: 10, window: 1m }\n    routes: [{ path: /, methods: [POST], level: 2, maxAge: 5m }]';
    [sluis, browser] = await Promise.all([
      startSluis([{ id: 'webmail', title: 'Webmail', upstream, preset: 'roundcube', extra }]),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
  });

  it('a mail meets a step-up: the whole window is led on, and the mail arrives once', story, async () => {
    const { context, page } = await person(browser);
    const holder = await enrol(page, sluis, 'webmail', roundcubeForm, 'anna', '/?_task=mail');
    const subject = await write(page);
    sluis.clock.advance(6 * minute);
    await page.locator('a.send, button.send').first().click();
    await confirm(page, holder);
    expect(await page.innerText('main')).toContain(subject);
    await page.getByRole('button', { name: 'Versturen' }).click();
    await page.waitForSelector('h1:has-text("Verstuurd")');
    await page.goto(`${sluis.origin('webmail')}/?_task=mail&_mbox=INBOX`);
    await page.waitForSelector(`#messagelist a:has-text("${subject}")`);
    expect(await page.locator('#messagelist tr.message', { hasText: subject }).count()).toBe(1);
    await context.close();
  });

  it('a mail meets the end of the session: the text is there to be copied', story, async () => {
    const { context, page } = await person(browser);
    const holder = await enrol(page, sluis, 'webmail', roundcubeForm, 'bram', '/?_task=mail');
    const subject = await write(page);
    sluis.clock.advance(31 * minute);
    await page.locator('a.send, button.send').first().click();
    await signIn(page, roundcubeForm, 'bram');
    await confirm(page, holder);
    expect(await titleOf(page)).toBe('Uw tekst is bewaard');
    expect(await page.getByLabel('Onderwerp').inputValue()).toBe(subject);
    expect(await page.getByLabel('Tekst', { exact: true }).inputValue()).toContain('Geachte heer');
    await context.close();
  });

  async function confirm(page: Page, holder: Holder): Promise<void> {
    await passChallenge(page, sluis, holder);
    await page.waitForURL('**/_sluis/send');
  }

  async function write(page: Page): Promise<string> {
    const subject = `Sluis ${randomUUID()}`;
    await composeMail(page, sluis);
    await page.locator('.recipient-input input').first().fill('anna@gemeente.test');
    await page.fill('#compose-subject', subject);
    await page.fill('#composebody', 'Geachte heer,\n\nde notulen.');
    return subject;
  }
});
