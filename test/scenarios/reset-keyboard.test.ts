import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Factor } from '../../src/factor/person.ts';
import { missing } from '../support/apps.ts';
import { launchBrowser } from '../support/browser.ts';
import { operatorOf, type TestOperator } from '../support/operator.ts';
import { type ResetSluis, startResetSluis, withAddress } from '../support/reset-sluis.ts';
import { codeAt } from '../vectors/code-at.ts';
import { findings } from './axe.ts';
import { person } from './steps.ts';

const bound = { id: 'f', label: 'Telefoon', boundAt: 1, boundBy: 'desk', lastUsedAt: undefined } as const;
const totp: Factor = { ...bound, kind: 'totp', level: 2, credential: { secret: 'JBSWY3DPEHPK3PXP' } };

/** By Tab, Space, Enter, arrows and letters: no step of it clicks, or puts the focus anywhere by itself. */
describe.skipIf(missing('chromium'))('R34 R44: a reset case by keyboard alone', () => {
  let bench: ResetSluis;
  let browser: Browser;
  let dirk: TestOperator;
  let bea: TestOperator;

  beforeAll(async () => {
    [bench, browser] = await Promise.all([startResetSluis(), launchBrowser()]);
    const { sluis } = bench;
    dirk = (await operatorOf(sluis, 'helpdesk', 'dirk@gemeente.test')).operator;
    bea = (await operatorOf(sluis, 'admin', 'bea@gemeente.test')).operator;
    await withAddress(sluis, 'anna', 'anna@post.example');
    const { id } = (await sluis.core.people.byName('gemeente', 'anna')) ?? { id: '' };
    await sluis.core.people.update(id, anna => ({ ...anna, factors: [totp] }));
  });
  afterAll(async () => {
    await browser?.close();
    await bench?.close();
  });

  it('is opened, filled in, checked and executed, and axe finds nothing on any page of it', async () => {
    const [first, second] = [await person(browser), await person(browser)];
    const [desk, office] = [first.page, second.page];
    await atCases(desk, dirk);
    expect(await findings(desk)).toEqual([]);
    await follow(desk, 'main a[href$="/cases/new"]', /\/cases\/new$/);
    expect(await findings(desk)).toEqual([]);

    // Sent too early: what is missing is told, and the focus stands where to go on.
    await press(desk, 'main form button');
    await desk.waitForSelector('[role=alert]');
    expect(await findings(desk)).toEqual([]);
    await type(desk, '#account', 'anna@post.example');
    await choose(desk, '#identity-method', 'document');
    await choose(desk, '#document-type', 'passport');
    await type(desk, '#document-last-four', '12ab');
    await type(desk, '#staff', 'Dirk Jansen, Carla de Wit');
    await choose(desk, '#lost-because', 'stolen');
    for (const box of ['#identity-confirmed', '#ordered']) {
      await tabTo(desk, box);
      await desk.keyboard.press('Space');
    }
    await press(desk, 'main form button');
    await desk.waitForURL(/\/cases\/gemeente\/[0-9A-Z-]+\?done=/);
    expect(await findings(desk)).toEqual([]);
    const id = /([0-9A-Z]{4}-[0-9A-Z]{4})/.exec(desk.url())?.[1] ?? '';

    await atCases(office, bea);
    await follow(office, `main a[href$="/${id}"]`, new RegExp(`/${id}$`));
    for (const act of ['check', 'execute']) {
      await follow(office, `main a[href$="/${id}/${act}"]`, new RegExp(`/${act}$`));
      expect(await findings(office)).toEqual([]);
      await press(office, 'main form button');
      await office.waitForURL(new RegExp(`/${id}\\?done=`));
    }
    expect(await findings(office)).toEqual([]);
    expect(await office.innerText('main')).toContain('Het herstel is uitgevoerd');
    expect((await bench.sluis.core.people.byName('gemeente', 'anna'))?.factors).toEqual([]);
    await Promise.all([first.context.close(), second.context.close()]);
  }, 120_000);

  /** Signs in, and goes to the list of cases. */
  async function atCases(page: Page, { email, password, secret }: TestOperator): Promise<void> {
    const { sluis } = bench;
    await page.goto(`${sluis.core.settings.console?.origin}/`);
    await type(page, '#email', email);
    await type(page, '#password', password);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/challenge/totp');
    sluis.clock.advance(30_000);
    // Six digits send themselves.
    await type(page, '#code', codeAt(secret, sluis.clock.now()));
    await page.waitForURL(`${sluis.core.settings.console?.origin}/`);
    await follow(page, 'nav a[href$="/cases"]', /\/cases$/);
  }
});

/** Goes on from where the focus stands; fails where no Tab leads there. */
async function tabTo(page: Page, selector: string): Promise<void> {
  const there = `document.activeElement !== null && document.activeElement.matches(${JSON.stringify(selector)})`;
  for (let presses = 0; presses < 80; presses += 1) {
    if (await page.evaluate<boolean>(there)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`no Tab leads to ${selector} at ${page.url()}`);
}

async function type(page: Page, selector: string, text: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.type(text);
}

async function press(page: Page, selector: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.press('Enter');
}

async function follow(page: Page, link: string, to: RegExp): Promise<void> {
  await press(page, link);
  await page.waitForURL(to);
}

async function choose(page: Page, selector: string, value: string): Promise<void> {
  await tabTo(page, selector);
  for (let presses = 0; presses < 12; presses += 1) {
    if ((await page.inputValue(selector)) === value) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`no arrow leads to ${value} of ${selector}`);
}
