import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApp, startDemoApp } from '../../demo/app.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser, phone as phoneSize } from '../support/browser.ts';
import { PushReceiver, type PushService, startPushService } from '../support/push-service.ts';
import { until } from '../support/redis.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { postForm as form, inApp, keepCodes, type Name, onPortal, person, signIn } from './steps.ts';

describe.skipIf(missing('chromium'))('R21: approval on a phone, in Chromium', () => {
  let demo: DemoApp;
  let sluis: TestSluis;
  let browser: Browser;
  let push: PushService;
  // Of anna, from the first story on: her computer, her phone, and where the phone can be reached.
  let desk: Page;
  let phone: Page;
  let phoneContext: BrowserContext;
  const receiver = new PushReceiver();

  beforeAll(async () => {
    [demo, browser, push] = await Promise.all([startDemoApp(), launchBrowser(), startPushService()]);
    sluis = await startSluis([{ id: 'post', upstream: demo.url, preset: 'demo', title: 'Gemeentepost' }], {
      extra: `approval: { contact: beheer@gemeente.test, pushHosts: ["${push.host}"] }`,
    });
    desk = (await person(browser)).page;
    ({ context: phoneContext, page: phone } = await person(browser, { viewport: phoneSize }));
    await phoneContext.grantPermissions(['notifications'], { origin: sluis.portalOrigin });
    // No real push service is within reach of a test: what the browser would get from its own, comes from ours.
    const given = JSON.stringify({
      endpoint: `http://${push.host}/p/anna`,
      keys: { p256dh: receiver.p256dh, auth: receiver.auth },
    });
    await phoneContext.addInitScript(`PushManager.prototype.subscribe = async () => ({ toJSON: () => (${given}) })`);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
    await Promise.all([demo?.close(), push?.close()]);
  });

  it('a phone is set up: the link on the computer, six digits on the phone, typed on the computer', async () => {
    const link = await toSetUp(desk, 'anna');
    await phone.goto(link);
    const digits = await shown(phone, 'join', 'code');
    expect(await shown(phone, 'join', 'account')).toBe('anna');
    // What was scanned stands in no address any more, and its key cannot be taken out.
    expect(new URL(phone.url()).hash).toBe('');
    expect(await phone.evaluate(keyOfPage)).toEqual({ extractable: false, usages: ['sign'] });
    await desk.fill('#code', digits);
    await desk.fill('#label', 'Mijn telefoon');
    await desk.check('#personal');
    await desk.click('main button[type=submit]');
    await desk.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
    await keepCodes(desk, sluis, 'post');
    await phone.waitForSelector('[data-part=ready]:not([hidden])');
    expect(await shown(phone, 'ready', 'account')).toBe('anna');
    expect((await sluis.core.people.byName('gemeente', 'anna'))?.factors).toMatchObject([
      { kind: 'approval', level: 2, label: 'Mijn telefoon' },
    ]);
    // Installable: a manifest, its icons, and a worker for this folder only.
    const manifest = await phone.evaluate(manifestOfPage);
    expect(manifest).toMatchObject({
      scope: '/approve/',
      start_url: '/approve/',
      display: 'standalone',
      icons: [192, 512],
    });
    expect(await phone.evaluate('navigator.serviceWorker.ready.then(one => new URL(one.scope).pathname)')).toBe(
      '/approve/',
    );
    await phone.waitForSelector('[data-part=push-on]:not([hidden])');
  });

  it('a sign-in: the phone is woken, shows who, what and where, and takes the number; the computer goes on by itself', async () => {
    await signOut();
    await begin(desk, 'anna');
    const number = await desk.innerText('.sluis-number');
    await until(async () => push.pushed.length === 1);
    const [pushed] = push.pushed;
    const text = receiver.open(pushed?.body ?? Buffer.alloc(0));
    // The message comes to a page that is closed, as the browser would hand it to the worker.
    await phone.goto('about:blank');
    await phone.goto(`${sluis.portalOrigin}/approve/`);
    await deliver(phone, text);
    const notice = await notEmpty(() => phone.evaluate<string>(notices));
    expect(notice).toBe('Bent u dit?');
    const card = phone.locator('[data-part=asks] section');
    await card.waitFor();
    const words = await card.innerText();
    for (const word of ['anna', 'Gemeentepost', 'Chrome', 'Ja', '127.0.0.1']) expect(words).toContain(word);
    // At 360 px nothing is cut off.
    expect(await phone.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await card.locator('input').fill('4');
    await card.locator('button[type=submit]').click();
    expect(await card.innerText()).toContain('Vul de 2 cijfers in');
    await card.locator('input').fill(number);
    await card.locator('button[type=submit]').click();
    await phone.waitForSelector('[data-part=approved]:not([hidden])');
    await inApp(desk, sluis, 'post');
    expect(told('challenge.passed')).toBe(1);
  });

  it('a wrong number ends the request on both sides; another way is one link away', async () => {
    await signOut();
    await begin(desk, 'anna');
    const number = await desk.innerText('.sluis-number');
    const card = phone.locator('[data-part=asks] section');
    await card.locator('input').fill(number === '99' ? '98' : String(Number(number) + 1));
    await card.locator('button[type=submit]').click();
    await phone.waitForSelector('[data-part=wrong]:not([hidden])');
    await desk.waitForSelector('[role=alert]');
    expect(await desk.innerText('[role=alert]')).toContain('klopte niet');
    await desk.click('text=Kies een andere manier');
    await desk.waitForURL(onPortal(sluis, /^\/other-ways\//));
    await desk.goBack();
    await desk.click('main button[type=submit]');
    await desk.waitForSelector('.sluis-number');
    await phone.locator('[data-part=asks] section').waitFor();
  });

  it('"this is not me": one tap ends the sign-in of somebody who has the password, and he asks no more', async () => {
    const thief = (await person(browser)).page;
    await begin(thief, 'anna');
    const strange = phone.locator('[data-part=asks] section', { hasText: 'Nee' });
    await strange.locator('text=Dit ben ik niet').click();
    await phone.waitForSelector('[data-part=reported]:not([hidden])');
    expect(await phone.innerText('[data-part=reported]')).toContain('verander het');
    await thief.waitForSelector('.sluis-number', { state: 'detached' });
    expect(await thief.innerText('main')).not.toContain('goed op uw telefoon');
    await begin(thief, 'anna');
    expect(await thief.innerText('[role=alert]')).toContain('krijgt nu geen verzoeken');
    expect(told('approval.reported')).toBe(1);
    // Her own request still waits, and is answered.
    const own = phone.locator('[data-part=asks] section', { hasText: 'Ja' });
    await own.locator('input').fill(await desk.innerText('.sluis-number'));
    await own.locator('button[type=submit]').click();
    await inApp(desk, sluis, 'post');
    await thief.context().close();
  });

  it('without JavaScript the computer says what it waits for, comes again by itself, and goes on; the phone says that it needs it', async () => {
    const { context, page } = await person(browser, { javaScriptEnabled: false });
    // Known once: a browser of hers.
    const cookies = await desk.context().cookies(sluis.portalOrigin);
    await context.addCookies(cookies.filter(({ name }) => name === '__Host-sluis-known'));
    await begin(page, 'anna');
    expect(await page.innerText('[data-left]')).toMatch(/^1[0-9]{2}$/);
    const number = await page.innerText('.sluis-number');
    const card = phone.locator('[data-part=asks] section');
    await card.locator('input').fill(number);
    await card.locator('button[type=submit]').click();
    // By the refresh, every five seconds.
    await page.waitForSelector('text=U hebt het goedgekeurd');
    await page.click('main button[type=submit]');
    await inApp(page, sluis, 'post');
    await page.goto(`${sluis.portalOrigin}/approve/`);
    expect(await page.innerText('main')).toContain('Zet JavaScript aan');
    await context.close();
  });

  it("a phone that is nobody's says how it is set up; a link that another phone took, that it was taken", async () => {
    const { context, page } = await person(browser, { viewport: phoneSize, language: 'en' });
    // As people type it.
    await page.goto(`${sluis.portalOrigin}/approve`);
    await page.waitForSelector('[data-part=none]:not([hidden])');
    expect(page.url()).toBe(`${sluis.portalOrigin}/approve/`);
    const computer = (await person(browser)).page;
    const link = await toSetUp(computer, 'bram');
    const typed = decodeURIComponent(new URL(link).hash.slice(1));
    // Typed by hand, as on a home screen that no camera opens.
    await page.fill('#link-code', typed.toLowerCase());
    await page.click('[data-part=none] button');
    await page.waitForSelector('[data-part=join]:not([hidden])');
    const late = (await person(browser, { viewport: phoneSize })).page;
    await late.goto(link);
    await late.waitForSelector('[data-part=link-used]:not([hidden])');
    await phone.goto(link);
    await phone.waitForSelector('[data-part=other-person]:not([hidden])');
    await phone.click('[data-part=again] button');
    expect(await shown(phone, 'ready', 'account')).toBe('anna');
    // Once it is nobody's any more, it makes a new key, and is set up for its new owner.
    const anna = await sluis.core.people.byName('gemeente', 'anna');
    await sluis.core.people.update(anna?.id ?? '', current => ({ ...current, factors: [] }));
    const colleague = (await person(browser)).page;
    const next = await toSetUp(colleague, 'carla');
    await phone.goto('about:blank');
    await phone.goto(next);
    expect(await shown(phone, 'join', 'account')).toBe('carla');
    for (const one of [computer, late, colleague]) await one.context().close();
    await context.close();
  });

  /** From the password to the page with the link; what its picture holds. */
  async function toSetUp(page: Page, name: Name): Promise<string> {
    const code = await sluis.invite(name);
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, name);
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+$/));
    await page.fill('#code', code);
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/kinds$/));
    await page.check('#kind-approval');
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+\/approval$/));
    return `${sluis.portalOrigin}/approve/#${await page.innerText('.sluis-secret')}`;
  }

  async function begin(page: Page, name: Name): Promise<void> {
    await page.goto(`${sluis.origin('post')}/`);
    await signIn(page, form, name);
    await page.waitForURL(onPortal(sluis, /^\/challenge\/[^/]+\/approval$/));
  }

  async function signOut(): Promise<void> {
    await desk.goto(`${sluis.origin('post')}/`);
    await desk.click('text=Afmelden');
    await desk.waitForSelector(form.password);
  }

  async function shown(page: Page, part: string, name: string): Promise<string> {
    await page.waitForSelector(`[data-part=${part}]:not([hidden])`);
    return page.innerText(`[data-part=${part}] [data-text=${name}]`);
  }

  function told(type: string): number {
    return sluis.log.filter(line => line.includes(`"${type}"`)).length;
  }

  /** Hands a message to the worker of the page, as the browser does with one of its push service. */
  async function deliver(page: Page, data: string): Promise<void> {
    const session = await page.context().newCDPSession(page);
    const registered = new Promise<string>(resolve => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const own = registrations.find(({ scopeURL }) => scopeURL.endsWith('/approve/'));
        if (own !== undefined) resolve(own.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    const registrationId = await registered;
    await session.send('ServiceWorker.deliverPushMessage', { origin: sluis.portalOrigin, registrationId, data });
  }

  async function notEmpty(ask: () => Promise<string>): Promise<string> {
    let said = '';
    await until(async () => {
      said = await ask();
      return said !== '';
    });
    return said;
  }
});

const notices = `navigator.serviceWorker.ready
  .then(one => one.getNotifications())
  .then(list => list.map(({ title }) => title).join())`;

const keyOfPage = `new Promise(resolve => {
  const opening = indexedDB.open('sluis-approval', 1);
  opening.onsuccess = () => {
    const asking = opening.result.transaction('phone').objectStore('phone').get('me');
    asking.onsuccess = () => resolve({
      extractable: asking.result.privateKey.extractable,
      usages: asking.result.privateKey.usages,
    });
  };
})`;

/** With the width of each icon, as the browser reads it. */
const manifestOfPage = `fetch(document.querySelector('link[rel=manifest]').href)
  .then(answer => answer.json())
  .then(async ({ icons, ...rest }) => ({
    ...rest,
    icons: await Promise.all(icons.map(({ src }) => new Promise(resolve => {
      const image = new Image();
      image.onload = () => resolve(image.naturalWidth);
      image.src = src;
    }))),
  }))`;
