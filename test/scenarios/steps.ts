import type { Browser, BrowserContext, Page } from 'playwright-core';
import { passwords } from '../support/apps.ts';
import { openPerson, type PersonOptions } from '../support/browser.ts';
import type { TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';

export type Name = keyof typeof passwords;

/** What she holds after a set-up: read from the pages, as she would copy it. */
export interface Holder {
  readonly name: Name;
  readonly secret: string;
  readonly codes: readonly string[];
}

/** Where the app's own sign-in form has its parts. */
export interface AppForm {
  readonly user: string;
  readonly password: string;
  readonly button: string;
}

export const roundcubeForm: AppForm = {
  user: '#rcmloginuser',
  password: '#rcmloginpwd',
  button: '#rcmloginsubmit',
};
export const wikiForm: AppForm = {
  user: '#dw__login input[name=u]',
  password: '#dw__login input[name=p]',
  button: '#dw__login button[type=submit]',
};
export const postForm: AppForm = { user: '#gebruiker', password: '#wachtwoord', button: 'main button' };

/** One person's browser, which says where it got stuck before the test's own time is over. */
export async function person(
  browser: Browser,
  options: PersonOptions = {},
): Promise<{ context: BrowserContext; page: Page }> {
  const opened = await openPerson(browser, options);
  opened.context.setDefaultTimeout(45_000);
  return opened;
}

/** Types name and password into the app's own form and sends it. */
export async function signIn(
  page: Page,
  form: AppForm,
  name: string,
  password: string = passwords[name as Name],
): Promise<void> {
  await typePassword(page, form, name, password);
  await page.click(form.button);
}

export async function typePassword(
  page: Page,
  form: AppForm,
  name: string,
  password: string = passwords[name as Name],
): Promise<void> {
  await page.waitForSelector(form.password);
  await page.fill(form.user, name);
  await page.fill(form.password, password);
}

export function onPortal(sluis: TestSluis, path: RegExp): (url: URL) => boolean {
  // In single-host mode the portal lives below /_sluis/portal.
  return url => url.host === sluis.portalHost && path.test(url.pathname.replace(/^\/_sluis\/portal(?=\/)/, ''));
}

/** Waits for an address. A navigation that gives way to another, as at a double click, is not the end of the wait. */
export async function arrive(page: Page, isThere: (url: URL) => boolean): Promise<void> {
  for (;;) {
    const gaveWay = await page.waitForURL(isThere).then(
      () => false,
      (error: unknown) => {
        if (!/ERR_ABORTED|interrupted by another navigation/.test(String(error))) throw error;
        return true;
      },
    );
    if (!gaveWay) return;
  }
}

/**
 * A new mail in Roundcube, before anything is typed. Roundcube writes the whole of its session at the end of a request:
 * one that is still under way, of the page before or of this one, would undo what was put there for this mail.
 */
export async function composeMail(page: Page, sluis: TestSluis): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.goto(`${sluis.origin('webmail')}/?_task=mail&_action=compose`, { waitUntil: 'networkidle' });
}

/** Waits until the browser is on this app's own host and past every page of ours. */
export async function inApp(page: Page, sluis: TestSluis, app: string): Promise<void> {
  await arrive(page, url => url.host === sluis.host(app) && !url.pathname.startsWith('/_sluis'));
}

/** From the page that asks for the activation code to the page with recovery codes. */
export async function setUp(page: Page, sluis: TestSluis, name: Name, activation: string): Promise<Holder> {
  await arrive(page, onPortal(sluis, /^\/set-up\/[^/]+$/));
  await page.fill('#code', activation);
  await page.click('main button[type=submit]');
  return couple(page, sluis, name);
}

/** From the page with the new key to the page with recovery codes. */
export async function couple(page: Page, sluis: TestSluis, name: Name): Promise<Holder> {
  await page.waitForURL(onPortal(sluis, /^\/set-up\/[^/]+\/(?:kinds|totp)$/));
  if (page.url().endsWith('/kinds')) {
    await page.check('#kind-totp');
    await page.click('main button[type=submit]');
    await page.waitForURL(onPortal(sluis, /\/totp$/));
  }
  const secret = (await page.innerText('.sluis-secret')).replaceAll(' ', '');
  await page.check('#personal');
  await enterCode(page, codeAt(secret, sluis.clock.now()));
  await page.waitForURL(onPortal(sluis, /^\/recovery-codes\//));
  return { name, secret, codes: await page.locator('#codes code').allInnerTexts() };
}

/** "I have kept them": on to where she wanted to be. */
export async function keepCodes(page: Page, sluis: TestSluis, app: string): Promise<void> {
  await page.click('main form button[type=submit]');
  await inApp(page, sluis, app);
}

/** The code that her authenticator shows now, after the one she used before has gone. */
export function nextCode(sluis: TestSluis, { secret }: Pick<Holder, 'secret'>): string {
  sluis.clock.advance(30_000);
  return codeAt(secret, sluis.clock.now());
}

/** Six digits send themselves where scripts run, so not before the page's own has run; the button is there too. */
export async function enterCode(page: Page, code: string): Promise<void> {
  await page.waitForLoadState();
  await page.fill('#code', code);
}

export async function passChallenge(page: Page, sluis: TestSluis, holder: Holder): Promise<void> {
  await page.waitForURL(onPortal(sluis, /^\/challenge\//));
  await enterCode(page, nextCode(sluis, holder));
}

/** Password, challenge, and in. */
export async function enter(page: Page, sluis: TestSluis, app: string, form: AppForm, holder: Holder): Promise<void> {
  await signIn(page, form, holder.name);
  await passChallenge(page, sluis, holder);
  await inApp(page, sluis, app);
}

/** For a story that begins with somebody who has a factor: invited, set up, in. */
export async function enrol(
  page: Page,
  sluis: TestSluis,
  app: string,
  form: AppForm,
  name: Name,
  link = '/',
): Promise<Holder> {
  const activation = await sluis.invite(name);
  await page.goto(`${sluis.origin(app)}${link}`);
  await signIn(page, form, name);
  const holder = await setUp(page, sluis, name, activation);
  await keepCodes(page, sluis, app);
  return holder;
}

export function titleOf(page: Page): Promise<string> {
  return page.innerText('h1');
}
