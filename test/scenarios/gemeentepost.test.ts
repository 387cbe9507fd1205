import { request } from 'node:http';
import type { Browser, BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import {
  arrive,
  enrol,
  enter,
  enterCode,
  postForm as form,
  type Holder,
  inApp,
  nextCode,
  onPortal,
  passChallenge,
  person,
  signIn,
  titleOf,
  typePassword,
} from './steps.ts';
import { withStrictPolicy } from './strict-policy.ts';

describe.skipIf(missing('chromium'))('Gemeentepost behind Sluis', () => {
  let demo: DemoApp;
  let strict: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;
  let bram: Holder;

  beforeAll(async () => {
    [demo, strict, browser] = await Promise.all([startDemoApp(), startDemoApp(), launchBrowser()]);
    const policy = await withStrictPolicy(strict.url);
    sluis = await startSluis([
      { id: 'post', upstream: demo.url, preset: 'demo' },
      { id: 'strikt', upstream: policy, preset: 'demo' },
    ]);
    const { context, page } = await person(browser);
    bram = await enrol(page, sluis, 'post', form, 'bram');
    await context.close();
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await Promise.all([demo?.close(), strict?.close()]);
  });

  it('R25 R30 R32: the whole story without any script', async () => {
    const { context, page } = await person(browser, { javaScriptEnabled: false });
    const activation = await sluis.invite('anna');
    await page.goto(`${sluis.origin('post')}/postvak?map=uit`);
    await signIn(page, form, 'anna');
    await page.waitForURL(onPortal(sluis, /^\/set-up\//));
    await page.fill('#code', activation);
    await press(page);
    const secret = (await page.innerText('.sluis-secret')).replaceAll(' ', '');
    await page.check('#personal');
    await page.fill('#code', codeAt(secret, sluis.clock.now()));
    await press(page);
    const codes = await page.locator('#codes code').allInnerTexts();
    expect(codes).toHaveLength(10);
    await press(page);
    await inApp(page, sluis, 'post');
    expect(page.url()).toBe(`${sluis.origin('post')}/postvak?map=uit`);

    await page.click('text=Afmelden');
    await signIn(page, form, 'anna');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await page.fill('#code', '000000');
    await press(page);
    expect(await page.innerText('[role=alert]')).toContain('Deze code klopt niet');
    await page.fill('#code', nextCode(sluis, { secret }));
    await press(page);
    await inApp(page, sluis, 'post');

    await page.click('text=Afmelden');
    await signIn(page, form, 'anna');
    await page.click('text=Ik heb geen code');
    await page.click('text=Ik heb een herstelcode');
    await page.fill('#code', codes[9] ?? '');
    await press(page);
    const renewed = (await page.innerText('.sluis-secret')).replaceAll(' ', '');
    expect(renewed).not.toBe(secret);
    await page.check('#personal');
    await page.fill('#code', codeAt(renewed, sluis.clock.now()));
    await press(page);
    await press(page);
    await inApp(page, sluis, 'post');
    await context.close();
  });

  it('R25: the app ends its session inside ours: the password once, no second challenge, back where she was', async () => {
    const { context, page } = await signedIn('/postvak');
    demo.control.endSessions('bram');
    const asked = challengesOf('bram');
    await page.goto(`${sluis.origin('post')}/opstellen?aan=carla%40gemeente.test`);
    await page.waitForURL(`${sluis.origin('post')}/login`);
    await signIn(page, form, 'bram');
    await page.waitForURL(`${sluis.origin('post')}/opstellen?aan=carla%40gemeente.test`);
    expect(challengesOf('bram')).toBe(asked);
    await context.close();
  });

  it('R30: after a mistyped password the form on the failure page works at once, and so does an older one', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('post')}/wie`);
    const older = await context.newPage();
    await older.goto(`${sluis.origin('post')}/login`);
    await signIn(page, form, 'bram', 'verkeerd');
    await page.waitForSelector('.melding');
    expect(await page.innerText('.sluis-help')).toContain('Hulp nodig');
    await signIn(page, form, 'bram');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await page.click('text=Ik heb geen code');
    await page.click('text=Dit is niet mijn account');
    await page.waitForURL(`${sluis.origin('post')}/login`);

    // The tab that was opened before: its form belongs to a visit that is over.
    await signIn(older, form, 'bram');
    await older.waitForLoadState();
    if (new URL(older.url()).host === sluis.host('post')) {
      expect(await older.innerText('main')).toMatch(/Aanmelden/);
      await signIn(older, form, 'bram');
    }
    await older.waitForURL(onPortal(sluis, /^\/challenge\//));

    // The back button after a failure.
    const second = await person(browser);
    await second.page.goto(`${sluis.origin('post')}/wie`);
    await signIn(second.page, form, 'bram', 'verkeerd');
    await second.page.waitForSelector('.melding');
    await second.page.goBack();
    await enter(second.page, sluis, 'post', form, bram);
    expect(second.page.url()).toBe(`${sluis.origin('post')}/wie`);
    await Promise.all([context.close(), second.context.close()]);
  });

  it('R30: a double click on the sign-in and on the code goes through, once', async () => {
    const { context, page } = await person(browser);
    const before = { proved: events('sign-in.proved'), passed: challengesOf('bram'), began: events('session.began') };
    await page.goto(`${sluis.origin('post')}/`);
    await typePassword(page, form, 'bram');
    await page.dblclick(form.button);
    await arrive(page, onPortal(sluis, /^\/challenge\//));
    const code = nextCode(sluis, bram);
    // Set without an input event, so that it is the button and not the sixth digit that sends it.
    await page.locator('#code').evaluate((field, value) => field.setAttribute('value', value), code);
    await page.dblclick('main button[type=submit]');
    await inApp(page, sluis, 'post');
    expect(await page.innerText('h1')).toBe('Postvak in');
    expect({ proved: events('sign-in.proved'), passed: challengesOf('bram'), began: events('session.began') }).toEqual({
      proved: before.proved + 1,
      passed: before.passed + 1,
      began: before.began + 1,
    });
    await context.close();
  });

  it("R30: an app with form-action 'self' works through every step between hosts", async () => {
    const { context, page } = await person(browser);
    const blocked: string[] = [];
    page.on('console', message => {
      if (/Content Security Policy/i.test(message.text())) blocked.push(message.text());
    });
    const answer = await page.goto(`${sluis.origin('strikt')}/login`);
    expect(answer?.headers()['content-security-policy']).toContain("form-action 'self'");
    await enter(page, sluis, 'strikt', form, bram);
    expect(await titleOf(page)).toBe('Postvak in');
    expect(blocked).toEqual([]);
    await context.close();
  });

  it('R30: two tabs sign in side by side, and both end in the app', async () => {
    const { context, page } = await person(browser);
    const other = await context.newPage();
    await page.goto(`${sluis.origin('post')}/wie`);
    await other.goto(`${sluis.origin('post')}/postvak?map=uit`);
    await signIn(page, form, 'bram');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await signIn(other, form, 'bram');
    await other.waitForURL(onPortal(sluis, /^\/challenge\//));
    await enterCode(page, nextCode(sluis, bram));
    await inApp(page, sluis, 'post');
    await enterCode(other, nextCode(sluis, bram));
    await other.waitForSelector('h1:has-text("Deze pagina is klaar of verlopen")');
    await other.getByRole('link', { name: /post/ }).click();
    await inApp(other, sluis, 'post');
    expect(await other.innerText('header')).toContain('Aangemeld: bram');
    await context.close();
  });

  it('R30: the answer of a release gets lost on the way; loading again brings it', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('post')}/wie`);
    await signIn(page, form, 'bram');
    let lost = 0;
    await page.route('**/_sluis/release?**', async route => {
      lost += 1;
      await askOutside(route, sluis.port);
      await route.abort('connectionreset');
    });
    const gone = page.waitForEvent('requestfailed', request => request.url().includes('/_sluis/release'));
    await passChallenge(page, sluis, bram);
    await gone;
    await page.unroute('**/_sluis/release?**');
    await page.waitForURL('chrome-error://chromewebdata/');
    await page.reload();
    await inApp(page, sluis, 'post');
    expect([lost, page.url()]).toEqual([1, `${sluis.origin('post')}/wie`]);
    await context.close();
  });

  it('R30: a login tab left open overnight says why the password was not sent, and then works', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('post')}/postvak`);
    await page.waitForSelector(form.password);
    sluis.clock.advance(2 * 60 * 60_000);
    const sent = demo.control.seen.filter(({ method }) => method === 'POST').length;
    await signIn(page, form, 'bram');
    await page.waitForSelector('.sluis-help [role=alert]');
    expect(await page.innerText('.sluis-help [role=alert]')).toContain(
      'Het inlogscherm stond te lang open. Uw wachtwoord is niet verstuurd.',
    );
    expect(demo.control.seen.filter(({ method }) => method === 'POST')).toHaveLength(sent);
    await enter(page, sluis, 'post', form, bram);
    expect(await titleOf(page)).toBe('Postvak in');
    await context.close();
  });

  it('R25: a link to a mail, opened while signed out, ends at that mail; "Log opnieuw in" leads back in', async () => {
    const { context, page } = await signedIn('/postvak');
    await page.locator('table a').first().click();
    const mail = page.url();
    const subject = await titleOf(page);
    await page.goto(`${sluis.origin('post')}/_sluis/sign-out`);
    await page.click('main button[type=submit]');
    await page.waitForURL('**/_sluis/signed-out');
    expect(await titleOf(page)).toBe('U bent uitgelogd');
    await page.getByRole('link', { name: 'Log opnieuw in bij post' }).click();
    await enter(page, sluis, 'post', form, bram);
    await page.click('text=Afmelden');
    await page.waitForSelector(form.password);

    await page.goto(mail);
    await enter(page, sluis, 'post', form, bram);
    expect([page.url(), await titleOf(page)]).toEqual([mail, subject]);
    await context.close();
  });

  it('R25: at the end of a session a script gets the answer of the app, a frame a small page that leads out', async () => {
    const { context, page } = await signedIn('/postvak');
    sluis.clock.advance(13 * 60 * 60_000);
    const answer = await page.evaluate(
      `fetch('/api/nieuw').then(async answer => [answer.status, answer.redirected, await answer.text()])`,
    );
    expect(answer).toEqual([401, false, '{"fout":"afgemeld"}']);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '/wie', id: 'binnen' }))`,
    );
    const frame = page.frameLocator('#binnen');
    expect(await frame.locator('h1').innerText()).toBe('Log opnieuw in');
    await frame.getByRole('link', { name: 'Open de pagina' }).click();
    await page.waitForURL(`${sluis.origin('post')}/login`);
    await enter(page, sluis, 'post', form, bram);
    await context.close();
  });

  it('R44: through the challenge with the keyboard alone, the focus seen at each step', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('post')}/wie`);
    await page.focus(form.user);
    await page.keyboard.type('bram');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Bram-Test-2026');
    await page.keyboard.press('Enter');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await page.waitForFunction(`document.activeElement.id === 'code'`);
    const seen: string[] = [];
    for (let here = 'INPUT#code'; here !== 'BODY' && seen.length < 20; here = await focused(page)) {
      seen.push(here);
      expect(await outline(page), here).toMatch(/^3px solid /);
      await page.keyboard.press('Tab');
    }
    // Round again from the top of the page.
    await page.keyboard.press('Tab');
    for (let here = await focused(page); here !== 'INPUT#code' && seen.length < 20; here = await focused(page)) {
      seen.push(here);
      expect(await outline(page), here).toMatch(/^3px solid /);
      await page.keyboard.press('Tab');
    }
    expect(seen).toEqual(
      expect.arrayContaining(['BUTTON', 'A:Ik heb geen code', 'A:Hulp nodig?', 'A:Naar de inhoud', 'A:English']),
    );
    await page.reload();
    await page.waitForFunction(`document.activeElement.id === 'code'`);
    // By the second way and back, as somebody would who has to look.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('A:Ik heb geen code');
    await page.keyboard.press('Enter');
    await page.waitForURL(onPortal(sluis, /^\/other-ways\//));
    await tabTo(page, 'A:Ik heb toch een code');
    await page.keyboard.press('Enter');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await page.waitForFunction(`document.activeElement.id === 'code'`);
    await page.keyboard.type(nextCode(sluis, bram));
    await inApp(page, sluis, 'post');
    expect(page.url()).toBe(`${sluis.origin('post')}/wie`);
    await context.close();
  });

  it('R44: the language switch keeps the page and is remembered', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('post')}/wie`);
    await signIn(page, form, 'bram');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    const place = new URL(page.url()).pathname;
    expect(await page.getAttribute('html', 'lang')).toBe('nl');
    await page.getByRole('link', { name: 'English' }).click();
    await page.waitForSelector('html[lang=en]');
    expect([new URL(page.url()).pathname, await titleOf(page)]).toEqual([place, 'Enter the code']);
    await page.getByRole('link', { name: 'Nederlands' }).waitFor();
    await page.goto(`${sluis.portalOrigin}/help`);
    expect(await page.getAttribute('html', 'lang')).toBe('en');
    await context.close();
  });

  it('R43: first aid is one step from the login page and needs no sign-in', async () => {
    const { context, page } = await person(browser);
    await page.goto(`${sluis.origin('post')}/`);
    await page.locator('.sluis-help a').click();
    await page.waitForURL(`${sluis.portalOrigin}/help`);
    for (const trouble of ['lost-phone', 'new-phone', 'code-refused', 'no-phone', 'shared-tablet']) {
      await page.click(`a[href="/help/${trouble}"]`);
      await page.waitForURL(`${sluis.portalOrigin}/help/${trouble}`);
      expect(await page.innerText('main')).toContain('Balie 3');
      await page.getByRole('link', { name: 'Alle onderwerpen' }).click();
      await page.waitForURL(`${sluis.portalOrigin}/help`);
    }
    await context.close();
  });

  async function signedIn(path: string): Promise<{ context: BrowserContext; page: Page }> {
    const opened = await person(browser);
    await opened.page.goto(`${sluis.origin('post')}${path}`);
    await enter(opened.page, sluis, 'post', form, bram);
    return opened;
  }

  function events(type: string, name = 'bram'): number {
    return sluis.log.filter(line => line.includes(`"${type}"`) && line.includes(`"${name}"`)).length;
  }

  function challengesOf(name: string): number {
    return events('challenge.passed', name);
  }
});

async function press(page: Page): Promise<void> {
  await page.click('main form button[type=submit]');
}

/** The server sees the request and answers; the browser never hears of it. */
async function askOutside(route: Route, port: number): Promise<void> {
  const { host, pathname, search } = new URL(route.request().url());
  const headers = { ...(await route.request().allHeaders()), host };
  await new Promise<void>((resolve, reject) => {
    const own = Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':')));
    const asked = request({ port, host: '127.0.0.1', path: pathname + search, headers: own }, answer => {
      answer.resume().on('end', resolve);
    });
    asked.on('error', reject).end();
  });
}

function focused(page: Page): Promise<string> {
  return page.evaluate(
    `(() => { const it = document.activeElement;
      return it.id !== '' ? it.tagName + '#' + it.id : it.tagName === 'A' ? 'A:' + it.textContent.trim() : it.tagName; })()`,
  );
}

function outline(page: Page): Promise<string> {
  return page.evaluate(
    `(() => { const look = getComputedStyle(document.activeElement); return look.outlineWidth + ' ' + look.outlineStyle + ' ' + look.outlineColor; })()`,
  );
}

async function tabTo(page: Page, what: string): Promise<void> {
  for (let step = 0; step < 20 && (await focused(page)) !== what; step += 1) await page.keyboard.press('Tab');
  expect(await focused(page)).toBe(what);
}
