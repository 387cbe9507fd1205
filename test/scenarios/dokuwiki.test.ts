import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dokuwiki, missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { startSluis, type TestSluis } from '../support/sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import { findings } from './axe.ts';
import {
  couple,
  enter,
  enterCode,
  wikiForm as form,
  inApp,
  keepCodes,
  onPortal,
  person,
  setUp,
  signIn,
  typePassword,
} from './steps.ts';

describe.skipIf(missing('chromium', 'dokuwiki'))('DokuWiki behind Sluis', () => {
  let sluis: TestSluis;
  let browser: Browser;

  beforeAll(async () => {
    const upstream = await dokuwiki();
    [sluis, browser] = await Promise.all([startSluis([{ id: 'wiki', upstream, preset: 'dokuwiki' }]), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await sluis?.close();
  });

  it('R25 R30 R32: set up from a deep link, read and save a page, out, in by code and by recovery code', async () => {
    const { context, page } = await person(browser);
    const activation = await sluis.invite('anna');
    const link = `${sluis.origin('wiki')}/doku.php?id=werkinstructies:paspoort`;
    await page.goto(link);
    await page.waitForSelector(form.password);
    expect(await findings(page, '.sluis-help')).toEqual([]);
    await signIn(page, form, 'anna');
    const holder = await setUp(page, sluis, 'anna', activation);
    await keepCodes(page, sluis, 'wiki');
    expect(page.url()).toBe(link);
    expect(await page.innerText('#dokuwiki__content')).toContain('Controleer de identiteit');

    const text = `Gewijzigd ${randomUUID()}`;
    await edit(page, `proef:${randomUUID()}`, text);
    expect(await page.innerText('#dokuwiki__content')).toContain(text);

    await signOut(page);
    await page.goto(`${sluis.origin('wiki')}/`);
    await enter(page, sluis, 'wiki', form, holder);
    expect(await page.innerText('#dokuwiki__usertools')).toContain('Anna de Vries');

    await signOut(page);
    await page.goto(link);
    await signIn(page, form, 'anna');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    await page.getByRole('link', { name: 'Ik heb geen code' }).click();
    await page.getByRole('link', { name: 'Ik heb een herstelcode' }).click();
    await page.fill('#code', holder.codes[0] ?? '');
    await page.click('main button[type=submit]');
    const renewed = await couple(page, sluis, 'anna');
    await keepCodes(page, sluis, 'wiki');
    expect(page.url()).toBe(link);

    await signOut(page);
    await page.goto(link);
    await signIn(page, form, 'anna');
    await page.waitForURL(onPortal(sluis, /^\/challenge\//));
    sluis.clock.advance(30_000);
    await enterCode(page, codeAt(holder.secret, sluis.clock.now()));
    await page.waitForSelector('[role=alert]');
    await enterCode(page, codeAt(renewed.secret, sluis.clock.now()));
    await inApp(page, sluis, 'wiki');
    await context.close();
  });

  it('R25 R30: after a mistyped password the form works at once, and when DokuWiki forgets its session she stays in', async () => {
    const { context, page } = await person(browser);
    const activation = await sluis.invite('bram');
    const link = `${sluis.origin('wiki')}/doku.php?id=werkinstructies:paspoort`;
    await page.goto(link);
    await signIn(page, form, 'bram', 'verkeerd');
    await page.waitForSelector('.error');
    await typePassword(page, form, 'bram');
    await page.dblclick(form.button);
    await setUp(page, sluis, 'bram', activation);
    await keepCodes(page, sluis, 'wiki');
    expect(page.url()).toBe(link);

    endWikiSessions('bram');
    // DokuWiki signs in again from the cookie that names the account: nobody is asked anything.
    await page.goto(`${link}&do=edit`);
    await page.waitForSelector('#wiki__text');
    expect(sluis.log.filter(line => line.includes('"challenge.passed"') && line.includes('"bram"'))).toHaveLength(0);
    await context.close();
  });

  async function edit(page: Page, id: string, text: string): Promise<void> {
    await page.goto(`${sluis.origin('wiki')}/doku.php?id=${id}&do=edit`);
    await page.fill('#wiki__text', text);
    await page.click('#edbtn__save');
    await page.waitForURL(url => url.searchParams.get('do') === null && url.searchParams.get('id') === id);
  }

  async function signOut(page: Page): Promise<void> {
    await page.goto(`${sluis.origin('wiki')}/doku.php?id=start`);
    await page.locator('#dokuwiki__usertools a[href*="do=logout"]').click();
    await page.waitForURL(url => url.host === sluis.host('wiki') && !url.search.includes('do=logout'));
  }
});

/** Takes the person's sessions off the disk, as PHP's clean-up does. */
function endWikiSessions(name: string): void {
  const folder = join(tmpdir(), 'sluis-apps', 'wiki', 'sessions');
  const hers = readdirSync(folder).filter(file => readFileSync(join(folder, file), 'utf8').includes(`"${name}"`));
  for (const file of hers) rmSync(join(folder, file), { force: true });
  if (hers.length === 0) throw new Error(`DokuWiki has no session of ${name}`);
}
